//! A command line that cannot be understood, and requests for help.

use std::process::ExitCode;

use clap::error::ErrorKind;

use super::Color;
use crate::fault::Fault;
use crate::out;

/// Prints help or the version on standard output, and anything else as the user's error: exit code 1.
pub fn report(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let color = color(&words);
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let text = styled(error, color.on_stdout());
        return match out::write(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    if options(&words).any(|word| word == "--json") {
        let text = styled(error, false);
        Fault::user(text.trim_start_matches("error: ").trim_end())
            .hint("`e3 --help` lists the verbs, `e3 VERB --help` what each takes")
            .report_json();
    } else {
        out::aside(&styled(error, color.on_stderr()));
    }
    ExitCode::FAILURE
}

fn styled(error: &clap::Error, color: bool) -> String {
    if color {
        error.render().ansi().to_string()
    } else {
        error.render().to_string()
    }
}

/// The words before `--`: what comes after is a program's.
fn options(words: &[String]) -> impl Iterator<Item = &str> {
    words
        .iter()
        .map(String::as_str)
        .take_while(|&word| word != "--")
}

/// What `--color` says, when the line as a whole could not be parsed.
fn color(words: &[String]) -> Color {
    let words: Vec<&str> = options(words).collect();
    let said = |when: &str| {
        let joined = format!("--color={when}");
        words.contains(&joined.as_str()) || words.windows(2).any(|pair| pair == ["--color", when])
    };
    if said("always") {
        Color::Always
    } else if said("never") {
        Color::Never
    } else {
        Color::Auto
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_two_dashes_is_a_programs() {
        let words = ["e3", "run", "--color", "never", "--", "--json"].map(str::to_owned);
        assert!(!options(&words).any(|word| word == "--json"));
        assert_eq!(color(&words), Color::Never);
    }
}
