//! The built-in probes: programs that measure the network in place of computing, and need no Python.
//!
//! A probe is a program like any other: an agent starts it (by the hidden verb `e3 probe` of its own program) with
//! the addresses of its dial table, so that every overlay is measured in the same way. It prints one [`Report`].
//!
//! - [`round_trip`], [`ping_pong`], [`throughput`]: what a network can do, where [`turns`] says which pair is measured;
//! - [`mesh`]: what a recorded program would do in it, by its [`profile`];
//! - [`board`], [`links`], [`hear`], [`frame`]: the connections among all parties, and what is said on them.

mod board;
mod error;
mod frame;
mod hear;
mod links;
mod mesh;
mod peers;
mod ping_pong;
mod profile;
mod report;
mod round_trip;
mod start;
mod throughput;
mod turns;

use std::time::Duration;

use self::board::Board;
pub use self::{
    error::ProbeError,
    peers::Peers,
    profile::{Profile, Round},
    report::{Received, Replayed, Report, RoundTrips},
    start::command_line,
};

/// Which measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Probe<'a> {
    /// Round trips of each pair, all pairs at once, for so long.
    RoundTrip(Duration),
    /// Round trips of 64 bytes without a pause between them, one pair after the other, each for so long.
    PingPong(Duration),
    /// Bytes from one party to another, one pair after the other, each for so long.
    Throughput(Duration),
    /// Bytes from all to all at once, for so long.
    AllToAll(Duration),
    /// A recorded program.
    Mesh(&'a Profile),
}

/// Measures, together with all other parties.
///
/// # Errors
/// [`ProbeError`] if not all parties take part until the end.
pub async fn measure(probe: Probe<'_>, peers: Peers) -> Result<Report, ProbeError> {
    let party = peers.me;
    let mut board = Board::join(peers).await?;
    let board = &mut board;
    match probe {
        Probe::RoundTrip(limit) => {
            let peers = round_trip::measure(board, limit).await?;
            // Others may still ask.
            board.barrier(limit + Duration::from_mins(1)).await?;
            Ok(Report::RoundTrip { party, peers })
        }
        Probe::PingPong(limit) => {
            let peers = ping_pong::measure(board, limit).await?;
            Ok(Report::PingPong { party, peers })
        }
        Probe::Throughput(limit) => {
            let from = throughput::one_by_one(board, limit).await?;
            Ok(Report::Throughput { party, from })
        }
        Probe::AllToAll(limit) => {
            let from = throughput::all_to_all(board, limit).await?;
            Ok(Report::AllToAll { party, from })
        }
        Probe::Mesh(profile) => {
            let replayed = mesh::replay(board, profile).await?;
            Ok(Report::Mesh { party, replayed })
        }
    }
}
