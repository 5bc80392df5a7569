//! Measurements: what `e3 probe` and `e3 profile` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::EnvironmentArgs;

/// `e3 probe`
#[derive(Args, Debug)]
pub struct ProbeArgs {
    /// Which measurement
    #[arg(value_enum, value_name = "NAME")]
    pub name: Measurement,
    /// How long one measurement takes
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub limit_ms: u64,
    /// What `mesh` replays
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Measurement {
    /// Round trips of each pair, all pairs at once
    RoundTrip,
    /// Round trips of 64 bytes without a pause, one pair after another
    PingPong,
    /// Bytes in a time, one pair after another
    Throughput,
    /// Bytes in a time, all pairs at once
    AllToAll,
    /// Rounds, messages and computing times of a recorded program
    Mesh,
}

/// `e3 profile`
#[derive(Args, Debug)]
pub struct ProfileArgs {
    /// Which environment's program, and with how many parties.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Where to write the profile
    #[arg(short, long, value_name = "FILE", help_heading = None)]
    pub out: PathBuf,
    /// Where the run that is recorded is kept
    #[arg(long, value_name = "DIR", default_value = "runs", help_heading = None)]
    pub runs: PathBuf,
    /// The program's arguments
    #[arg(last = true, value_name = "ARGS", help_heading = None)]
    pub args: Vec<String>,
}
