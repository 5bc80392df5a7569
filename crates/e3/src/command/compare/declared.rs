//! What an e3.toml says of a comparison, before which the command line goes.

use e3_evaluate::plan::Plan;
use e3_evaluate::plan::words::OWN;
use e3_evaluate::threshold::Threshold;
use e3_spec::Comparison;

use super::own::Own;
use crate::cli::{self, Asked, Compare, GoalArgs};
use crate::fault::Fault;
use crate::load;

/// What is asked for, by the file and on the command line.
#[derive(Debug)]
pub struct Declared {
    /// Both together, as if all of it had been said on the command line.
    pub args: Compare,
    /// The environment of the file, if it has hosts and a program.
    pub own: Option<Own>,
    thresholds: Vec<Threshold>,
    /// Whether the command line says what is compared.
    is_by_hand: bool,
}

impl Declared {
    /// Reads the e3.toml that is named, or that of this folder if there is one.
    ///
    /// # Errors
    /// The user's: the one that is named is not there, or what is wrong with it.
    pub fn read(args: &Compare) -> Result<Self, Fault> {
        let declared = load::comparison(args.path.as_deref())?;
        let Some(load::Compared {
            file,
            comparison,
            environment,
        }) = declared
        else {
            return Ok(Self::of(args, Comparison::default(), None));
        };
        let own = environment.and_then(|environment| Own::of(file, environment));
        Ok(Self::of(args, comparison.unwrap_or_default(), own))
    }

    fn of(args: &Compare, file: Comparison, own: Option<Own>) -> Self {
        let is_by_hand = args.quick || args.suite.is_some() || !args.asked.is_empty();
        let mut merged = args.clone();
        merged.seed = args.seed.or(file.seed);
        merged.goal = GoalArgs {
            precision: args
                .goal
                .precision
                .or(file.precision.map(|share| share * 100.0)),
            rounds: args
                .goal
                .rounds
                .or(file.rounds.map(|rounds| rounds.get().into())),
            time: args.goal.time.or(file.time),
        };
        if !args.quick && args.suite.is_none() {
            if !is_by_hand {
                merged.suite = file.suite.map(cli::Suite::from);
            }
            merged.asked = asked(&args.asked, &file, own.is_some());
        }
        Self {
            args: merged,
            own,
            thresholds: file.thresholds,
            is_by_hand,
        }
    }

    /// The plan with the file's thresholds. Where the command line asks for other cells or parts than the file does, those that are
    /// about none of them are left out; otherwise they fail.
    pub fn with_thresholds(self, mut plan: Plan) -> Plan {
        plan.thresholds = self.thresholds;
        if self.is_by_hand || !self.args.only.is_empty() {
            plan.leave_out_empty_thresholds();
        }
        plan
    }
}

/// Each kind of words is the command line's where it has any, or else the file's. Cells by name are compared beside
/// combinations that are named in the same place.
fn asked(said: &Asked, file: &Comparison, has_own: bool) -> Asked {
    let says_combinations = !Asked {
        cells: Vec::new(),
        ..said.clone()
    }
    .is_empty();
    if !says_combinations && !said.cells.is_empty() {
        return said.clone();
    }
    let or = |said: &[String], file: &[String]| {
        if said.is_empty() {
            file.to_vec()
        } else {
            said.to_vec()
        }
    };
    let identities: Vec<String> = file.identities.iter().map(ToString::to_string).collect();
    let mut networks = or(&said.networks, &file.networks);
    let says_work = !(said.programs.is_empty() && said.sizes.is_empty() && said.parties.is_empty());
    if networks.is_empty() && has_own && file.leaves_work_open() && !says_work {
        networks.push(OWN.to_owned());
    }
    Asked {
        ways: or(&said.ways, &file.ways),
        identities: or(&said.identities, &identities),
        networks,
        programs: or(&said.programs, &file.programs),
        sizes: or(&said.sizes, &file.sizes),
        parties: if said.parties.is_empty() {
            file.parties.iter().map(|parties| parties.get()).collect()
        } else {
            said.parties.clone()
        },
        cells: if says_combinations {
            said.cells.clone()
        } else {
            file.cells.clone()
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Suite, Verb};

    fn said(line: &str) -> Compare {
        let words = ["e3", "compare"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words).unwrap().verb {
            Verb::Compare(args) => args,
            other => panic!("{other:?}"),
        }
    }

    fn declared(line: &str, text: &str) -> Declared {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("e3.toml"), text).unwrap();
        std::fs::write(folder.path().join("a.py"), "").unwrap();
        let mut args = said(line);
        args.path = Some(folder.path().to_owned());
        Declared::read(&args).unwrap()
    }

    const OWN_ONE: &str = "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"a.py\"\n";

    #[test]
    fn an_environment_is_compared_as_it_is_unless_something_else_is_said() {
        let networks = |line: &str, more: &str| {
            declared(line, &format!("{OWN_ONE}{more}"))
                .args
                .asked
                .networks
        };
        assert_eq!(networks("", ""), ["own"]);
        assert_eq!(networks("--way quic", ""), ["own"]);
        assert_eq!(networks("", "[compare]\nways = [\"quic\"]\n"), ["own"]);
        assert_eq!(networks("--network far", ""), ["far"]);
        assert!(networks("--program mesh", "").is_empty());
        assert!(networks("", "[compare]\nparties = [5]\n").is_empty());
        assert!(networks("--quick", "").is_empty());
        assert!(networks("--cell quic.lan", "").is_empty());
        assert!(networks("", "[compare]\nsuite = \"quick\"\n").is_empty());
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        const FILE: &str = "[compare]\nways = [\"quic\"]\nnetworks = [\"far\"]\nparties = [5]\nrounds = 8\n\
                            precision = \"2 %\"\ntime = \"1 min\"\nseed = 7\ncells = [\"quic.lan\"]\n";
        let of_file = declared("", FILE);
        let Asked {
            ways,
            networks,
            parties,
            cells,
            ..
        } = &of_file.args.asked;
        assert_eq!(
            (ways[0].as_str(), networks[0].as_str(), parties[0]),
            ("quic", "far", 5)
        );
        assert_eq!(cells, &["quic.lan"]);
        assert_eq!(of_file.args.goal.rounds, Some(8));
        assert_eq!(of_file.args.seed, Some(7));
        let both = declared("--network near --rounds 3 --seed 2", FILE);
        let Asked {
            ways,
            networks,
            cells,
            ..
        } = &both.args.asked;
        assert_eq!((ways[0].as_str(), networks[0].as_str()), ("quic", "near"));
        assert!(cells.is_empty());
        assert_eq!((both.args.goal.rounds, both.args.seed), (Some(3), Some(2)));
        assert!((both.args.goal.precision.unwrap() - 2.0).abs() < 1e-9);
        let cell = declared("--cell direct.near", FILE);
        assert!(cell.args.asked.ways.is_empty());
        let suite = declared("--suite standard", FILE);
        assert!(suite.args.asked.is_empty());
        assert_eq!(
            declared("", "[compare]\nsuite = \"standard\"\n").args.suite,
            Some(Suite::Standard)
        );
    }
}
