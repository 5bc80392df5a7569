//! Verbs that change a network while it is up.

use std::path::PathBuf;

use clap::Args;

use super::LabChoice;

/// `e3 lab link`
#[derive(Args, Debug)]
pub struct LabLink {
    /// One end: a site, or a host there
    pub a: String,
    /// The other end
    pub b: String,
    /// Only the way from the first to the second
    #[arg(long)]
    pub one_way: bool,
    /// First of all, make everything as it was declared
    #[arg(long)]
    pub restore: bool,
    /// The delay of each way, such as 80ms
    #[arg(long, value_name = "TIME")]
    pub delay: Option<String>,
    /// By how much longer a packet may take, such as 5ms; packets do not overtake
    #[arg(long, value_name = "TIME")]
    pub jitter: Option<String>,
    /// The chance that a packet is lost, such as 1%
    #[arg(long, value_name = "CHANCE")]
    pub loss: Option<String>,
    /// The rate, such as 10Mbit/s, or unlimited
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// The chance that a packet is held back, and for how long, such as "5% by 20ms": others overtake it
    #[arg(long, value_name = "CHANCE by TIME")]
    pub reorder: Option<String>,
    /// The chance that a packet arrives twice, such as 1%
    #[arg(long, value_name = "CHANCE")]
    pub duplicate: Option<String>,
    /// Nothing passes: for this long, or until further notice
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = "", conflicts_with = "up")]
    pub down: Option<String>,
    /// Everything passes again
    #[arg(long)]
    pub up: bool,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab nat`
#[derive(Args, Debug)]
pub struct LabNat {
    /// The site, or a host there
    pub site: String,
    /// Forget all mappings, as one that is switched off and on
    #[arg(long)]
    pub forget: bool,
    /// Get another public address, as homes do at night
    #[arg(long, conflicts_with = "forget")]
    pub redial: bool,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab host`
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("deed").args(["pause", "resume", "moves"]).required(true))]
pub struct LabHost {
    /// The host
    pub host: String,
    /// Stand still and hear nothing, as a laptop whose lid is closed: for this long, or until `--resume`
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = "")]
    pub pause: Option<String>,
    /// Go on
    #[arg(long)]
    pub resume: bool,
    /// Get another address of its site
    #[arg(long = "move")]
    pub moves: bool,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}

/// `e3 lab play`
#[derive(Args, Debug)]
pub struct LabPlay {
    /// The scenario: a line an event, such as `at 10s: ams3–sgp1 down for 60s`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}
