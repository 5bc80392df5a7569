//! One file per verb.

mod agent;
mod ca;
mod check;
mod compare;
mod completions;
mod doctor;
mod down;
mod exec;
mod experiment;
mod holder;
mod id;
mod init;
mod lab;
mod logs;
mod man;
mod ping;
mod plan;
mod probe;
mod profile;
mod remove;
mod report;
mod run;
mod status;
mod up;
mod verify;

use std::process::ExitCode;

use crate::cli::{Global, Verb};
use crate::fault::Fault;

/// Does what was asked for.
///
/// # Errors
/// Each verb's own.
pub fn main(verb: &Verb, global: &Global) -> Result<ExitCode, Fault> {
    match verb {
        Verb::Init(args) => init::main(args, global),
        Verb::Check(args) => check::main(args, global),
        Verb::Plan(args) => plan::main(args, global),
        Verb::Up(args) => up::main(args, global),
        Verb::Status(args) => status::main(args, global),
        Verb::Run(args) => run::main(args, global),
        Verb::Verify(args) => verify::main(args, global),
        Verb::Logs(args) => logs::main(args, global),
        Verb::Exec(args) => exec::main(args, global),
        Verb::Ping(args) => ping::main(args, global),
        Verb::Remove(args) => remove::main(args, global),
        Verb::Down(args) => down::main(args, global),
        Verb::Lab(args) => lab::main(args, global),
        Verb::Id(args) => id::main(args, global),
        Verb::Ca(args) => ca::main(args, global),
        Verb::Doctor(args) => doctor::main(args, global),
        Verb::Report(args) => report::main(args, global),
        Verb::Completions(args) => completions::main(args, global),
        Verb::Man(args) => man::main(args, global),
        Verb::Compare(args) => compare::main(args, global),
        Verb::Profile(args) => profile::main(args, global),
        Verb::Probe(args) => probe::main(args),
        Verb::Experiment(args) => experiment::main(args, global),
        Verb::Agent(args) => agent::main(args),
        Verb::Holder(args) => holder::main(args),
    }
}
