//! `e3 lab`: the network of an environment by itself.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

mod capture;
mod change;

pub use capture::LabCapture;
pub use change::{LabHost, LabLink, LabNat, LabPlay};

use super::EnvironmentArgs;

/// `e3 lab`
#[derive(Args, Debug)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Lab {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: LabVerb,
}

/// What to do with a lab.
#[derive(Debug, Subcommand)]
pub enum LabVerb {
    /// Bring a network up and keep it: hosts, sites, NATs, wide area, and nothing that runs on them
    Up(LabUp),
    /// Take a lab down and leave nothing behind; may be repeated, also after a crash
    Down(LabDown),
    /// Show what is up: sites, hosts, addresses, NATs, and what has passed between the sites
    Status(LabStatus),
    /// Run a command on a host
    Exec(LabExec),
    /// Ping between two hosts, below any overlay, and compare with what is declared
    Ping(LabPing),
    /// Let the lab measure itself against what is declared; exit code 1 when it is not so
    Check(LabCheck),
    /// Show the paths between two sites, or change them while they are used
    Link(LabLink),
    /// Show the mappings of a site's NAT, let it forget them, or give it another address
    Nat(LabNat),
    /// Let a host pause, go on, or move to another address
    Host(LabHost),
    /// Capture packets at a host, at a site's router or in the wide area, as pcapng
    Capture(LabCapture),
    /// Play a scenario: timed events, such as an outage, that can be repeated exactly
    Play(LabPlay),
    /// Draw the network that is declared; no lab needs to be up
    Graph(LabGraph),
    /// Measure how right and how fast a lab is on this machine
    Bench(LabBench),
    /// Say what a lab needs that this machine lacks, and the command that mends it
    Doctor(LabDoctor),
}

/// `e3 lab doctor`
#[derive(Args, Debug)]
pub struct LabDoctor {}

/// Which lab, where the verb's own arguments are something else.
#[derive(Args, Clone, Debug, Default)]
pub struct LabChoice {
    /// The lab: an e3.toml, a folder that holds one, or the name of one that was made of sites [default: ./e3.toml, else `lab`]
    #[arg(short, long, value_name = "PATH|NAME")]
    pub env: Option<PathBuf>,
}

/// A network that is declared: in an e3.toml, or in sites on the command line.
#[derive(Args, Clone, Debug, Default)]
pub struct LabDeclared {
    /// Where it is declared.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// A site of its own: a region, and if wanted a NAT and a number of hosts, such as ams3, home=fra1:port-restricted, sgp1*3 (may be repeated; no e3.toml is read then)
    #[arg(
        long = "site",
        value_name = "[NAME=]REGION[:NAT][*HOSTS]",
        conflicts_with = "path",
        help_heading = None
    )]
    pub sites: Vec<String>,
    /// What a network of such sites is called
    #[arg(long, value_name = "NAME", requires = "sites", default_value = "lab", help_heading = None)]
    pub name: String,
}

/// `e3 lab up`
#[derive(Args, Debug)]
pub struct LabUp {
    /// Which network.
    #[command(flatten)]
    pub declared: LabDeclared,
}

/// `e3 lab down`
#[derive(Args, Debug)]
pub struct LabDown {
    /// The lab: an e3.toml, a folder that holds one, or the name of one that was made of sites [default: ./e3.toml, else `lab`]
    #[arg(value_name = "PATH|NAME")]
    pub env: Option<PathBuf>,
}

/// `e3 lab status`
#[derive(Args, Debug)]
pub struct LabStatus {
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab exec`
#[derive(Args, Debug)]
pub struct LabExec {
    /// The host
    pub host: String,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `e3 lab ping`
#[derive(Args, Debug)]
pub struct LabPing {
    /// One host
    pub a: String,
    /// The other; where only one of the two can be reached, that one is pinged
    pub b: String,
    /// How many pings
    #[arg(short, long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub count: u16,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab check`
#[derive(Args, Debug)]
pub struct LabCheck {
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab graph`
#[derive(Args, Debug)]
pub struct LabGraph {
    /// Which network.
    #[command(flatten)]
    pub declared: LabDeclared,
    /// As what
    #[arg(long, value_enum, default_value_t, help_heading = None)]
    pub format: GraphFormat,
}

/// What a picture is drawn as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Text that Markdown shows as a picture
    #[default]
    Mermaid,
    /// A picture that reads in light and dark
    Svg,
}

/// `e3 lab bench`
#[derive(Args, Debug)]
pub struct LabBench {
    /// Only the figures whose names begin so (may be repeated)
    #[arg(long, value_name = "FIGURE")]
    pub only: Vec<String>,
    /// How often each is measured; the median counts
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: u16,
    /// Measure this one in this process
    #[arg(long, hide = true, conflicts_with = "only")]
    pub inside: Option<String>,
    /// End with exit code 1 when a figure misses its floor
    #[arg(long)]
    pub strict: bool,
}
