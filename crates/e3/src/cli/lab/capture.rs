//! `e3 lab capture`.

use std::path::PathBuf;

use clap::Args;
use e3_spec::Moment;

use super::LabChoice;

/// `e3 lab capture`
#[derive(Args, Debug)]
pub struct LabCapture {
    /// Where: a host, SITE:inside, SITE:outside, wide-area, or a pair such as ams3-sgp1
    #[arg(value_name = "POINT", required = true)]
    pub points: Vec<String>,
    /// The pcapng file, or - for standard output
    #[arg(short, long, value_name = "FILE|-")]
    pub output: PathBuf,
    /// For how long, such as 10s; until Ctrl-C when nothing is said
    #[arg(long = "for", value_name = "TIME", value_parser = crate::cli::time)]
    pub time: Option<Moment>,
    /// How many bytes of each packet are kept; all when nothing is said
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(14..=262_144))]
    pub snap: Option<u32>,
    /// Which lab.
    #[command(flatten)]
    pub lab: LabChoice,
}
