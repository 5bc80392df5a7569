//! How an identifier may be written: in which shape its bytes are, and in which script these bytes.
//!
//! Every shape is looked for in every script, so that a key in DER in Base64 (as in a PEM) is one of the combinations, and a
//! name in UTF-16 in hexadecimal another.

mod address;
mod script;
mod shape;

use std::{collections::BTreeSet, fmt};

pub use script::Script;
pub use shape::Shape;

use crate::identifier::Value;

/// What says less than this would be found everywhere.
pub const LEAST_BITS: u32 = 32;

/// One way in which an identifier may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// How.
    pub encoding: Encoding,
    /// What it looks like.
    pub bytes: Vec<u8>,
    /// How many bits of it would have to agree by chance.
    pub bits: u32,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Encoding {
    /// What its bytes are.
    pub shape: Shape,
    /// How these are written.
    pub script: Script,
}

/// `DER in Base64`, `UTF-16 (little end first)`.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.shape, self.script) {
            (shape, Script::Plain) => write!(f, "{shape}"),
            (Shape::Plain, script) => write!(f, "{script}"),
            (shape, script) => write!(f, "{shape} in {script}"),
        }
    }
}

/// Every form of a value, each once: the first in the order of shapes and scripts is what it is called.
#[must_use]
pub fn forms(value: &Value) -> Vec<Form> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (shape, shaped) in shape::shapes(value) {
        for (script, bytes) in script::scripts(&shaped) {
            let bits = script.bits(bytes.len());
            if bits >= LEAST_BITS && seen.insert(bytes.clone()) {
                let encoding = Encoding { shape, script };
                all.push(Form {
                    encoding,
                    bytes,
                    bits,
                });
            }
        }
    }
    all
}
