//! Lines on a terminal that are drawn again in the same place.

use std::io::{self, Write as _};

use rustix::termios::tcgetwinsize;

use super::words;
use crate::fault::Fault;
use crate::out;

/// Of a terminal that does not tell its size.
const SIZE: (u16, u16) = (80, 24);

/// What was drawn, on standard output.
#[derive(Debug, Default)]
pub struct Screen {
    drawn: usize,
}

impl Screen {
    /// Draws these lines where the last ones stood; what has no room is cut.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn draw(&mut self, lines: &[String]) -> Result<(), Fault> {
        let (columns, rows) = size();
        let room = usize::from(rows.saturating_sub(1)).max(1);
        let mut text = String::new();
        if self.drawn > 0 {
            // To the first of them, and nothing below any more (ECMA-48, CPL and ED).
            text = format!("\x1b[{}F\x1b[J", self.drawn);
        }
        for line in lines.iter().take(room) {
            text.extend(words::printable(line).chars().take(columns.into()));
            text.push('\n');
        }
        self.drawn = lines.len().min(room);
        out::write(text.as_bytes())
    }
}

/// Columns and rows.
fn size() -> (u16, u16) {
    // Whatever was printed before is drawn first.
    let _ = io::stdout().flush();
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
        _ => SIZE,
    }
}
