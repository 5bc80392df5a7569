//! Round trips of small messages without a pause between them, one pair after the other: what a computation of many short
//! rounds waits for, where a [`round_trip`](super::round_trip) measures a network at rest.

use std::time::{Duration, Instant};

use super::{
    ProbeError,
    board::Board,
    frame::{Kind, ball, send_number},
    hear::Event,
    report::RoundTrips,
    turns::pairs,
};

/// How long after the limit an answer may come.
const LATE: Duration = Duration::from_secs(30);

/// Each pair for as long as the limit says; what this party found.
pub(super) async fn measure(
    board: &mut Board,
    limit: Duration,
) -> Result<Vec<RoundTrips>, ProbeError> {
    let pairs = pairs(board.peers.count());
    let me = board.peers.me;
    let all = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    let patience = (limit + LATE).saturating_mul(all.max(1));
    let mut found = Vec::new();
    // A party has all its turns in a row, and then tells the next one.
    if me > 0 && !pairs.is_empty() {
        while !matches!(board.next(patience).await?, (_, Event::Token(_))) {}
    }
    for (_, to) in pairs.iter().filter(|(from, _)| *from == me) {
        found.push(RoundTrips::of(*to, play(board, *to, limit).await?));
    }
    let next = me + 1;
    if next < board.peers.count() {
        let writer = board.writer(next)?;
        send_number(&mut *writer.lock().await, Kind::Token, u32::from(next))
            .await
            .map_err(|cause| ProbeError::Broken { party: next, cause })?;
    }
    board.barrier(patience).await?;
    Ok(found)
}

/// To and fro until the time is over.
async fn play(board: &mut Board, to: u16, limit: Duration) -> Result<Vec<Duration>, ProbeError> {
    let begin = Instant::now();
    let mut times = Vec::new();
    for number in 0.. {
        let asked = Instant::now();
        if asked.duration_since(begin) >= limit {
            break;
        }
        board.send(to, &ball(Kind::Ping, number)).await?;
        let back = loop {
            if let (party, Event::Pong(answered, at)) = board.next(limit + LATE).await?
                && (party, answered) == (to, number)
            {
                break at;
            }
        };
        times.push(back.saturating_duration_since(asked));
    }
    Ok(times)
}
