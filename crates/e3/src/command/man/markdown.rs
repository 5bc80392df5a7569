//! The page of the book that lists every verb.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::cli::OVERRIDES;

/// All verbs with what each takes, as Markdown.
pub(super) fn book_page(mut command: Command) -> String {
    command.build();
    let mut page = String::from(
        "# Verbs\n\nGenerated from the parser: `E3_BLESS=1 cargo test -p e3 --test verbs` writes it anew.\n",
    );
    if let Some(about) = command.get_long_about() {
        let _ = write!(page, "\n{about}\n");
    }
    page.push_str("\n## Every verb\n");
    let everywhere: Vec<&Arg> = shown(&command).filter(|arg| arg.is_global_set()).collect();
    rows(&mut page, &everywhere);
    page.push_str("\n## Every verb that reads an environment\n");
    let overrides = command.find_subcommand("run").into_iter().flat_map(shown);
    rows(
        &mut page,
        &overrides.filter(|arg| is_override(arg)).collect::<Vec<_>>(),
    );
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        section(&mut page, verb);
        for part in verb.get_subcommands().filter(|part| !part.is_hide_set()) {
            section(&mut page, part);
        }
    }
    page
}

/// One verb.
fn section(page: &mut String, verb: &Command) {
    let name = verb.get_bin_name().unwrap_or(verb.get_name());
    let _ = write!(page, "\n## {name}\n");
    if let Some(about) = verb.get_about() {
        let _ = write!(page, "\n{about}.\n");
    }
    let usage = verb.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let _ = write!(page, "\n    {usage}\n");
    let (overrides, own): (Vec<&Arg>, Vec<&Arg>) = shown(verb)
        .filter(|arg| !arg.is_global_set())
        .partition(|arg| is_override(arg));
    rows(page, &own);
    if !overrides.is_empty() {
        page.push_str("\nIt reads an environment, and takes the overrides above.\n");
    }
}

/// What is not hidden, without the options that clap adds everywhere.
fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version"))
}

/// Whether it changes a field of e3.toml for this once.
fn is_override(arg: &Arg) -> bool {
    arg.get_help_heading() == Some(OVERRIDES)
}

/// A table of arguments.
fn rows(page: &mut String, args: &[&Arg]) {
    if args.is_empty() {
        return;
    }
    page.push_str("\n| argument | meaning |\n|---|---|\n");
    for arg in args {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "| `{}` | {help}{} |", name(arg), choices(arg));
    }
}

/// `-v, --verbose`, `--parties <M>` or `PATH`.
fn name(arg: &Arg) -> String {
    let value = if arg.get_action().takes_values() {
        arg.get_value_names()
            .and_then(|names| names.first())
            .map(ToString::to_string)
    } else {
        None
    };
    match (arg.get_short(), arg.get_long()) {
        (_, None) => value.unwrap_or_default(),
        (short, Some(long)) => {
            let short = short
                .map(|letter| format!("-{letter}, "))
                .unwrap_or_default();
            let value = value.map(|name| format!(" {name}")).unwrap_or_default();
            format!("{short}--{long}{value}")
        }
    }
}

/// What may be chosen, and what is chosen when nothing is said.
fn choices(arg: &Arg) -> String {
    let mut text = String::new();
    let takes_value = arg.get_action().takes_values();
    let words: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if takes_value && !words.is_empty() {
        let _ = write!(text, ": {}", words.join(", "));
    }
    if let ([default], true) = (arg.get_default_values(), takes_value) {
        let _ = write!(
            text,
            " (`{}` when nothing is said)",
            default.to_string_lossy()
        );
    }
    text
}
