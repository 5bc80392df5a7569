//! Programs on 127.0.0.1 over links whose carriers are cut.

mod loopback;
mod many;
mod roster;
mod runs;
mod streams;
mod wrong;
