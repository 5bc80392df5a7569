//! What is to be searched of packets.

mod crypto;
mod datagrams;
mod file;
mod initial;
mod packet;
mod reassembly;
mod stream;
mod text;

pub use file::{Capture, CaptureError};
pub use packet::{End, Headers, Packet, Transport};
pub use text::{Place, Text};

#[cfg(test)]
pub(crate) mod tests;
