//! Round trips of every pair, all pairs at once: each party asks every other, again and again, and each answers.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use super::{
    ProbeError,
    board::Board,
    frame::{Kind, send_number},
    hear::Event,
    report::RoundTrips,
};

/// Questions to each party within the limit, where parties are few.
const QUESTIONS: u32 = 100;
/// Questions that all parties together ask in a second: in a lab they share one machine, which they are not to keep
/// busy.
const TOGETHER: f64 = 20_000.0;
/// How long after the limit an answer may come.
const LATE: Duration = Duration::from_secs(30);

/// Asks for as long as the limit says.
pub(super) async fn measure(
    board: &mut Board,
    limit: Duration,
) -> Result<Vec<RoundTrips>, ProbeError> {
    let pause = pause(board.peers.count(), limit);
    let begin = Instant::now();
    let end = begin + limit;
    // The first questions are spread over a pause, so that they do not all come at once.
    let others: Vec<u16> = board.peers.others().collect();
    let mut due: BinaryHeap<Reverse<(Instant, u16)>> = (0u32..)
        .zip(&others)
        .map(|(at, party)| {
            let share = f64::from(at) / f64::from(u32::try_from(others.len()).unwrap_or(u32::MAX));
            Reverse((begin + pause.mul_f64(share), *party))
        })
        .collect();
    let mut open: BTreeMap<u16, (u32, Instant)> = BTreeMap::new();
    let mut found: BTreeMap<u16, Vec<Duration>> = BTreeMap::new();
    let mut number = 0;
    while !due.is_empty() || !open.is_empty() {
        let next = due.peek().map(|Reverse((at, _))| *at);
        tokio::select! {
            () = sleep_until(next.unwrap_or(end).into()), if next.is_some() => {
                let Some(Reverse((_, party))) = due.pop() else { continue };
                number += 1;
                let writer = board.writer(party)?;
                let mut writer = writer.lock().await;
                let asked = Instant::now();
                send_number(&mut *writer, Kind::Ping, number)
                    .await
                    .map_err(|cause| ProbeError::Broken { party, cause })?;
                open.insert(party, (number, asked));
            }
            event = board.next(limit + LATE) => {
                if let (party, Event::Pong(answered, at)) = event?
                    && let Some((number, asked)) = open.get(&party).copied()
                    && number == answered
                {
                    open.remove(&party);
                    found.entry(party).or_default().push(at.saturating_duration_since(asked));
                    let again = (asked + pause).max(at);
                    if again < end {
                        due.push(Reverse((again, party)));
                    }
                }
            }
        }
    }
    Ok(found
        .into_iter()
        .map(|(party, times)| RoundTrips::of(party, times))
        .collect())
}

/// Between two questions to the same party.
fn pause(count: u16, limit: Duration) -> Duration {
    let pairs = f64::from(count) * f64::from(count.saturating_sub(1));
    (limit / QUESTIONS).max(Duration::from_secs_f64(pairs / TOGETHER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_parties_ask_more_seldom() {
        let limit = Duration::from_secs(2);
        assert_eq!(pause(3, limit), Duration::from_millis(20));
        assert!(pause(256, limit) > Duration::from_secs(3));
        assert_eq!(pause(1, limit), Duration::from_millis(20));
    }
}
