//! Shows what a comparison of overlays has found: the answer first, then every table and picture that it comes from.
//!
//! [`write`] reads a comparison's folder and puts `report.html` and `report.md` into it. What is missing in the folder is
//! said in the report; a finding that cannot be read is named by its file and line, and all others are used.
//!
//! - `read`: the folder; `sums`: what follows from measurements;
//! - `answer`: which overlay under which circumstances, by stated rules;
//! - `section`: what the report says, as a [`page`] that knows neither HTML nor Markdown;
//! - `plot`: pictures of plain numbers;
//! - `page`: from that to HTML and Markdown, each with one place that escapes. Findings hold texts of programs and peers
//!   that nobody has checked. HTML and SVG are written by maud, whose markup takes text only as text; links can be made
//!   only of paths below the folder (`href`); what would change how other text is shown is made visible where it is read.

mod answer;
mod href;
mod page;
mod plot;
mod read;
mod section;
mod sums;
mod words;

use std::io;
use std::path::{Path, PathBuf};

use page::{Page, html, markdown};
use read::Findings;

pub use read::Unreadable;

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The report for browsers.
    pub html: PathBuf,
    /// The report as Markdown.
    pub markdown: PathBuf,
    /// The answer in one sentence.
    pub answer: String,
    /// How many findings it shows.
    pub findings: usize,
    /// Files of findings that are not there, or empty.
    pub missing: Vec<&'static str>,
    /// Lines that could not be read. The report says so too.
    pub unreadable: Vec<Unreadable>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no folder.
    #[error("there is no folder {0}: expected that of a comparison")]
    NoFolder(PathBuf),
    /// It holds nothing that a report could show.
    #[error(
        "{0} holds no findings: expected measurements.jsonl, security.jsonl, privacy.jsonl or effort.jsonl"
    )]
    NoFindings(PathBuf),
    /// A file cannot be written.
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, io::Error),
}

/// Writes `report.html` and `report.md` into the folder of a comparison, whether that has ended or not.
///
/// # Errors
/// There is no such folder, no finding in it at all, or the files cannot be written.
pub fn write(folder: &Path) -> Result<Written, Error> {
    if !folder.is_dir() {
        return Err(Error::NoFolder(folder.to_owned()));
    }
    let findings = Findings::read(folder);
    if findings.count() == 0 && findings.unreadable.is_empty() {
        return Err(Error::NoFindings(folder.to_owned()));
    }
    let (page, answer) = page(&findings);
    let html = put(folder, "report.html", &html::render(&page))?;
    let markdown = put(folder, "report.md", &markdown::render(&page))?;
    Ok(Written {
        html,
        markdown,
        answer,
        findings: findings.count(),
        missing: findings.missing,
        unreadable: findings.unreadable,
    })
}

/// All that the report says, and the answer in one sentence.
fn page(findings: &Findings) -> (Page, String) {
    let sums = sums::sums(&findings.measurements);
    let answers = answer::Answers::of(findings, &sums);
    let command = &findings.plan.command;
    let mut blocks = section::answer::blocks(findings, &answers);
    blocks.extend(section::thresholds::blocks(&findings.thresholds, command));
    blocks.extend(section::trust::blocks(findings, &sums));
    blocks.extend(section::networks::blocks(&findings.shapes));
    blocks.extend(section::performance::blocks(&sums, command));
    blocks.extend(section::security::blocks(&findings.security, command));
    blocks.extend(section::privacy::blocks(&findings.privacy, command));
    blocks.extend(section::effort::blocks(&findings.effort, command));
    blocks.extend(section::sources::blocks(findings));
    let title = "Which overlay should a multiparty computation use?".to_owned();
    (Page { title, blocks }, section::answer::sentence(&answers))
}

/// A reader never finds half a report.
fn put(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let (path, unfinished) = (folder.join(name), folder.join(format!(".{name}.new")));
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, &path))
        .map_err(|error| Error::Write(path.clone(), error))?;
    Ok(path)
}

#[cfg(test)]
#[path = "../tests/plausible/mod.rs"]
mod plausible;
#[cfg(test)]
mod tests;
