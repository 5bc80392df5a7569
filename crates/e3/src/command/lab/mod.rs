//! `e3 lab`: the network by itself. One file per verb.

mod bench;
mod capture;
mod check;
mod down;
mod exec;
mod graph;
mod host;
mod link;
mod nat;
mod paths;
mod ping;
mod play;
mod played;
mod status;
mod up;
mod which;

use std::process::ExitCode;

use super::doctor;
use crate::cli::{Global, Lab, LabVerb};
use crate::fault::Fault;

/// Does what was asked for.
///
/// # Errors
/// Each verb's own.
pub fn main(args: &Lab, global: &Global) -> Result<ExitCode, Fault> {
    match &args.verb {
        LabVerb::Up(args) => up::main(args, global),
        LabVerb::Down(args) => down::main(args, global),
        LabVerb::Status(args) => status::main(args, global),
        LabVerb::Exec(args) => exec::main(args, global),
        LabVerb::Ping(args) => ping::main(args, global),
        LabVerb::Check(args) => check::main(args, global),
        LabVerb::Link(args) => link::main(args, global),
        LabVerb::Nat(args) => nat::main(args, global),
        LabVerb::Host(args) => host::main(args, global),
        LabVerb::Capture(args) => capture::main(args, global),
        LabVerb::Play(args) => play::main(args, global),
        LabVerb::Graph(args) => graph::main(args, global),
        LabVerb::Bench(args) => bench::main(args, global),
        LabVerb::Doctor(_) => doctor::of_lab(global),
    }
}
