//! `e3 probe`, which agents start as a party's program: measures, and prints what it found as JSON.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use e3_program::probe::{Peers, Probe, ProbeError, Profile, measure};
use tokio::runtime;

use crate::cli::{Measurement, ProbeArgs};
use crate::fault::Fault;
use crate::out;

/// Measures together with the other parties.
///
/// # Errors
/// The user's: it was started by hand and not told who takes part; or a party was lost on the way.
pub fn main(args: &ProbeArgs) -> Result<ExitCode, Fault> {
    let failed = |error: ProbeError| Fault::user(error.to_string());
    let limit = Duration::from_millis(args.limit_ms);
    let profile = args.profile.as_deref().map(Profile::read).transpose();
    let profile = profile.map_err(failed)?;
    let probe = match (args.name, &profile) {
        (Measurement::RoundTrip, _) => Probe::RoundTrip(limit),
        (Measurement::PingPong, _) => Probe::PingPong(limit),
        (Measurement::Throughput, _) => Probe::Throughput(limit),
        (Measurement::AllToAll, _) => Probe::AllToAll(limit),
        (Measurement::Mesh, Some(profile)) => Probe::Mesh(profile),
        (Measurement::Mesh, None) => {
            return Err(Fault::user("the probe mesh needs --profile FILE"));
        }
    };
    let peers = Peers::from_environment().map_err(failed)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error: io::Error| Fault::ours(format!("cannot measure: {error}")))?;
    let report = runtime.block_on(measure(probe, peers)).map_err(failed)?;
    let report = serde_json::to_string(&report).map_err(|error| {
        Fault::ours(format!("what was found cannot be written as JSON: {error}"))
    })?;
    out::line(&report)?;
    Ok(ExitCode::SUCCESS)
}
