//! The table in the book.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, ensure};
use e3_session::types::LinkReport;

use super::{Way, kinds::KINDS, way};

/// Stands before the table; what follows is generated.
const MARK: &str = "<!-- written by the test; E3_BLESS=1 writes it anew -->\n";

/// What was found of each pair of kinds.
pub(super) struct Table(BTreeMap<(usize, usize), String>);

impl Table {
    pub(super) fn of(found: &[(usize, usize, LinkReport)]) -> Self {
        let cells = found.iter().map(|(from, to, link)| {
            let shown = match way(link) {
                Way::Direct => match link.transport.as_deref() {
                    Some(transport) => format!("direct, {transport}"),
                    None => "direct".to_owned(),
                },
                Way::Relayed => "relayed".to_owned(),
                Way::None => "–".to_owned(),
            };
            ((*from, *to), shown)
        });
        Self(cells.collect())
    }

    fn text(&self) -> String {
        let mut text = "| |".to_owned();
        for (name, _) in KINDS {
            let _ = write!(text, " {name} |");
        }
        let _ = writeln!(text, "\n|---|{}", "---|".repeat(KINDS.len()));
        for (row, (name, _)) in KINDS.iter().enumerate() {
            let _ = write!(text, "| **{name}** |");
            for column in 0..KINDS.len() {
                let cell = self.0.get(&(row, column)).map_or("–", String::as_str);
                let _ = write!(text, " {cell} |");
            }
            text.push('\n');
        }
        text
    }

    /// Compares the table with the page's, or writes it there.
    pub(super) fn hold(&self, page: &Path) -> anyhow::Result<()> {
        let found = fs::read_to_string(page)?;
        let (before, _) = found.split_once(MARK).context("the page has no mark")?;
        let expected = format!("{before}{MARK}\n{}", self.text());
        if env::var_os("E3_BLESS").is_some() {
            fs::write(page, expected)?;
        } else {
            ensure!(
                found == expected,
                "{} is out of date; now it is so:\n{}",
                page.display(),
                self.text()
            );
        }
        Ok(())
    }
}
