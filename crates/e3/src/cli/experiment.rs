//! What `e3 experiment` takes.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

/// `e3 experiment`
#[derive(Args, Debug)]
pub struct Experiment {
    /// Which.
    #[command(subcommand)]
    pub verb: ExperimentVerb,
}

/// What is found out.
#[derive(Debug, Subcommand)]
pub enum ExperimentVerb {
    /// What observers can tell of a run over an overlay
    Observe(Observe),
    /// What becomes of an attack on an overlay
    Attack(Attack),
    /// Be a party's agent in an attack, over standard input and output
    #[command(hide = true)]
    Agent(Subject),
}

/// `e3 experiment attack`
#[derive(Args, Debug)]
pub struct Attack {
    /// What is attacked.
    #[command(flatten)]
    pub subject: Subject,
    /// What the overlay is called in what is found, where it is a variant of one
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// What the adversary does, such as `bytes-changed`
    #[arg(long = "attack", value_name = "NAME")]
    pub what: String,
}

/// What an attack is on.
#[derive(Args, Debug)]
pub struct Subject {
    /// The overlay
    #[arg(long, value_name = "NAME")]
    pub overlay: String,
    /// How the parties are believed; as the overlay is used where nothing is said
    #[arg(long, value_name = "SCHEME", value_parser = PossibleValuesParser::new(["pinned", "did", "ca"]))]
    pub identity: Option<String>,
}

/// `e3 experiment observe`
#[derive(Args, Debug)]
pub struct Observe {
    /// The overlay
    #[arg(long, value_name = "NAME")]
    pub overlay: String,
    /// What it is called in what is found, where it is a variant of one
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// For how many seconds programs talk
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(12..=600))]
    pub seconds: u32,
    /// Let the program say all that is looked for, in every form
    #[arg(long)]
    pub plant: bool,
    /// Where captures are kept
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}
