//! `e3 man`: manual pages, and docs/verbs.md, generated from the parser.

mod markdown;

use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use serde::Serialize;

use crate::cli::{Cli, Global, Man};
use crate::fault::Fault;
use crate::{json, out};

/// What was made of the parser.
#[derive(Serialize)]
#[serde(untagged)]
enum Document<'a> {
    /// A page, as it would be printed.
    Page { page: String },
    /// Pages, written into this folder.
    Written { folder: &'a Path },
}

/// Prints the page of `e3`, or writes one for `e3` and one for each verb.
///
/// # Errors
/// When standard output or the folder cannot be written.
pub fn main(args: &Man, global: &Global) -> Result<ExitCode, Fault> {
    if let Some(folder) = &args.dir {
        write_pages(folder).map_err(|error| {
            Fault::user(format!(
                "cannot write the manual into {}: {error}",
                folder.display()
            ))
            .hint("name a folder that you may write to")
        })?;
        if global.json {
            json::print("man", &Document::Written { folder })?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let page = if args.markdown {
        markdown::book_page(Cli::command()).into_bytes()
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command())
            .render(&mut page)
            .map_err(|error| Fault::ours(format!("cannot make the manual page: {error}")))?;
        page
    };
    if global.json {
        let page = String::from_utf8_lossy(&page).into_owned();
        json::print("man", &Document::Page { page })?;
    } else {
        out::write(&page)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes e3.1, e3-run.1 and so on.
fn write_pages(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}
