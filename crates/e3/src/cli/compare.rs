//! `e3 compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use e3_evaluate::plan::Part;
use e3_spec::Moment;

/// `e3 compare`
#[derive(Args, Clone, Debug)]
pub struct Compare {
    /// An e3.toml, or a folder that holds one: what its [compare] says is compared, or else its own program on its own
    /// hosts [default: ./e3.toml, where there is one]
    #[arg(value_name = "PATH", conflicts_with = "resume")]
    pub path: Option<PathBuf>,
    /// A declared part of all that can be measured: `quick` is what is measured if nothing is said
    #[arg(long, value_enum, value_name = "SUITE", conflicts_with_all = ["asked", "resume"])]
    pub suite: Option<Suite>,
    /// The same as `--suite quick`: ends within five minutes
    #[arg(long, conflicts_with_all = ["suite", "asked", "resume"])]
    pub quick: bool,
    /// What to measure.
    #[command(flatten)]
    pub asked: Asked,
    /// When it is enough.
    #[command(flatten)]
    pub goal: GoalArgs,
    /// What the order of runs and the intervals are drawn from [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    pub seed: Option<u64>,
    /// The folder of the comparison [default: compare/<time>-<suite>]
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    pub out: Option<PathBuf>,
    /// Go on with a comparison that was cut off: what it has measured is not measured again
    #[arg(long, value_name = "FOLDER")]
    pub resume: Option<PathBuf>,
    /// Only this part: performance, security, privacy or effort (may be repeated) [default: all of a suite; performance
    /// of what is asked for otherwise]
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Vec<Only>,
    /// Stop after this time, such as 30min, and leave the rest to --resume
    #[arg(long = "for", value_name = "TIME", value_parser = super::time)]
    pub limit: Option<Moment>,
    /// Only say what would be done, and how long that takes
    #[arg(long)]
    pub dry_run: bool,
}

/// Parts of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// What is measured
    Performance,
    /// What is attacked
    Security,
    /// What is observed
    Privacy,
    /// What is counted
    Effort,
}

impl From<Only> for Part {
    fn from(only: Only) -> Self {
        match only {
            Only::Performance => Self::Performance,
            Only::Security => Self::Security,
            Only::Privacy => Self::Privacy,
            Only::Effort => Self::Effort,
        }
    }
}

/// Parts of the grid that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Three parties on one network: ends within five minutes
    Quick,
    /// Every network, program, size and identity, though not in every combination: takes three to four hours
    Standard,
}

impl From<e3_spec::Suite> for Suite {
    fn from(suite: e3_spec::Suite) -> Self {
        match suite {
            e3_spec::Suite::Quick => Self::Quick,
            e3_spec::Suite::Standard => Self::Standard,
        }
    }
}

/// What to measure: every one of these in every one of those.
#[derive(Args, Clone, Debug, Default)]
#[group(id = "asked", multiple = true, conflicts_with = "resume")]
#[command(next_help_heading = "What to measure, in every combination")]
pub struct Asked {
    /// A way of connecting: an overlay, or `nebula-1.6` (may be repeated) [default: all that this machine has]
    #[arg(long = "way", value_name = "NAME")]
    pub ways: Vec<String>,
    /// How parties are believed (may be repeated) [default: as each way is used unless another is said]
    #[arg(long = "identity", value_name = "NAME")]
    pub identities: Vec<String>,
    /// lan, near, far, world, nat, loss, or own: hosts and program of an e3.toml (may be repeated) [default: lan]
    #[arg(long = "network", value_name = "NAME")]
    pub networks: Vec<String>,
    /// secret-santa, classify, round-trip, throughput, all-to-all or mesh (may be repeated) [default: secret-santa]
    #[arg(long = "program", value_name = "NAME")]
    pub programs: Vec<String>,
    /// small, medium or large (may be repeated) [default: small]
    #[arg(long = "size", value_name = "NAME")]
    pub sizes: Vec<String>,
    /// How many parties (may be repeated) [default: 3]
    #[arg(long = "parties", value_name = "N")]
    pub parties: Vec<u16>,
    /// One by its name, such as quic.lan.secret-santa.small.3 (may be repeated)
    #[arg(long = "cell", value_name = "NAME")]
    pub cells: Vec<String>,
}

impl Asked {
    /// Whether none of it was said.
    pub fn is_empty(&self) -> bool {
        let Self {
            ways,
            identities,
            networks,
            programs,
            sizes,
            parties,
            cells,
        } = self;
        let words = [ways, identities, networks, programs, sizes, cells];
        words.iter().all(|words| words.is_empty()) && parties.is_empty()
    }
}

/// When it is enough; a suite says otherwise than these defaults.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "When it is enough")]
pub struct GoalArgs {
    /// How far intervals may reach from their medians, in percent [default: 5]
    #[arg(long, value_name = "PERCENT", conflicts_with = "resume")]
    pub precision: Option<f64>,
    /// So many rounds at most [default: 25]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000), conflicts_with = "resume")]
    pub rounds: Option<u32>,
    /// How long each table may take, such as 10min [default: 10 min]
    #[arg(long, value_name = "TIME", value_parser = super::time, conflicts_with = "resume")]
    pub time: Option<Moment>,
}
