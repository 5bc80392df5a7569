//! What stands on a carrier, byte for byte: docs/protocols/link.md.

mod assembler;
mod frame;
mod greeting;
mod reader;

pub(crate) use assembler::{Assembler, Message};
pub(crate) use frame::{DATA_HEADER, Frame, MAX_DATA};
pub(crate) use greeting::{Greeting, Hello, VERSION};
