//! Which environment, and what to change in it for this once: the same for every verb that reads one.

use std::path::PathBuf;

use clap::Args;

/// An environment, where the path is the verb's own argument.
#[derive(Args, Clone, Debug, Default)]
pub struct EnvironmentArgs {
    /// The environment: a folder that holds an e3.toml, or the file itself [default: ./e3.toml]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// What to change in it.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// The heading in help under which the overrides stand.
pub const OVERRIDES: &str = "Overrides of e3.toml";

/// Fields of e3.toml, given on the command line.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = OVERRIDES)]
pub struct OverrideArgs {
    /// How many parties
    #[arg(long, value_name = "M")]
    pub parties: Option<u16>,
    /// The overlay that connects them, such as quic or direct
    #[arg(long, value_name = "NAME")]
    pub overlay: Option<String>,
    /// How parties are believed to be who they are, such as pinned
    #[arg(long, value_name = "NAME")]
    pub identity: Option<String>,
    /// The program that they run
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
    /// A measurement to run instead: round-trip, ping-pong, throughput, all-to-all, or mesh, which replays program.profile
    #[arg(long, value_name = "NAME", conflicts_with = "program")]
    pub probe: Option<String>,
    /// How many parties may pool what they know and still learn nothing
    #[arg(long, value_name = "T")]
    pub threshold: Option<u16>,
    /// The region of every host, such as ams3
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// Where pseudo-random choices begin
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Any other field, by its path, such as program.timeout=30s (may be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,
}

/// Splits `KEY=VALUE`.
fn key_and_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "expected KEY=VALUE, such as program.timeout=30s".to_owned())
}
