//! What can be asked for: the parser, from which completions, manual pages and docs/verbs.md are generated.

mod ca;
mod compare;
mod environment;
mod experiment;
mod global;
mod id;
mod known;
mod lab;
mod probe;
pub mod usage;
mod verbs;

pub use ca::{Ca, CaInit, CaIssue, CaRevoke, CaShow, CaVerb};
pub use compare::{Asked, Compare, GoalArgs, Suite};
pub use environment::{EnvironmentArgs, OVERRIDES, OverrideArgs};
pub use experiment::{Attack, Experiment, ExperimentVerb, Observe, Subject};
pub use global::{Color, Global};
pub use id::{Id, IdMethod, IdNew, IdResolve, IdRotate, IdShow, IdVerb};
pub use known::KnownDid;
pub use lab::{
    GraphFormat, Lab, LabBench, LabCapture, LabCheck, LabDeclared, LabDown, LabExec, LabGraph,
    LabHost, LabLink, LabNat, LabPing, LabPlay, LabStatus, LabUp, LabVerb,
};
pub use probe::{Measurement, ProbeArgs, ProfileArgs};
pub use verbs::{
    Check, Completions, Doctor, Down, Exec, Init, Internal, Logs, Man, Ping, Plan, Remove, Report,
    Run, Status, Up, Verb, Verify,
};

use clap::Parser;

/// Runs a multiparty computation between machines of different parties, over whichever network overlay is chosen.
///
/// An environment (hosts, overlay, identity, program) is declared in one e3.toml. Without a path, verbs read
/// ./e3.toml. Begin with `e3 init`, then `e3 run`.
#[derive(Debug, Parser)]
#[command(
    name = "e3",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs"
)]
pub struct Cli {
    /// What every verb takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// A time with its unit.
fn time(text: &str) -> Result<e3_spec::Moment, String> {
    text.parse()
        .map_err(|wrong: e3_spec::Invalid| wrong.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_parser_is_sound() {
        Cli::command().debug_assert();
    }

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn a_programs_arguments_come_after_two_dashes() {
        let Verb::Run(run) = parse("e3 run --program x.py --parties 3 -- -n 5").verb else {
            panic!("not run");
        };
        assert_eq!(run.args, ["-n", "5"]);
        assert_eq!(run.environment.overrides.parties, Some(3));
        assert_eq!(run.environment.path, None);
    }

    #[test]
    fn where_the_positional_is_a_host_the_environment_is_an_option() {
        let Verb::Exec(exec) = parse("e3 exec --env lan ams-0 -- ls -l").verb else {
            panic!("not exec");
        };
        assert_eq!(exec.host, "ams-0");
        assert_eq!(exec.command, ["ls", "-l"]);
        assert_eq!(exec.environment().path.unwrap().to_str(), Some("lan"));
    }

    #[test]
    fn global_options_stand_anywhere() {
        assert!(parse("e3 --json status").global.json);
        assert!(parse("e3 status --json").global.json);
        assert_eq!(parse("e3 status -vv").global.verbose, 2);
    }
}
