//! A picture with all that makes it readable without seeing it.

use super::{Anchor, Drawing, Prose, Source, Table};

/// A drawing, what it shows, and the same as a table.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) anchor: Anchor,
    /// What it is, in a line.
    pub(crate) title: String,
    /// What there is to see, for those who cannot.
    pub(crate) description: String,
    /// How wide and high the drawing is.
    pub(crate) size: (f64, f64),
    pub(crate) drawing: Drawing,
    pub(crate) caption: Prose,
    /// The same in figures.
    pub(crate) table: Option<Table>,
    pub(crate) source: Source,
}
