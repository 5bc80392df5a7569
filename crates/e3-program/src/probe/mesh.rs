//! Behaves on the network like a recorded program, with any number of parties.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{
    ProbeError,
    board::Board,
    frame::{HEAD, Kind, LONGEST, frame},
    hear::Event,
    profile::{Profile, Round},
    report::{Replayed, thousandths},
};

/// How long a round may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Replays a profile. A party sleeps where it would compute, as if its host were its own: a lab's hosts share one
/// machine, which many parties would keep busy.
pub(super) async fn replay(board: &mut Board, profile: &Profile) -> Result<Replayed, ProbeError> {
    let rounds: Vec<Round> = profile.scaled(board.peers.count()).collect();
    let others: Vec<u16> = board.peers.others().collect();
    let begin = Instant::now();
    let mut arrived = Arrived::of(board.peers.count(), rounds.len());
    let (mut computing, mut bytes_sent) = (Duration::ZERO, 0);
    let mut pace = Pace::default();
    for (number, Round { compute_ms, bytes }) in (0u32..).zip(&rounds) {
        let compute = Duration::from_secs_f64(compute_ms / 1e3);
        computing += compute;
        pace.compute(compute).await;
        let message = message(number, *bytes);
        for party in &others {
            board.send(*party, &message).await?;
            bytes_sent += message.len() as u64;
        }
        let mut missing = arrived.missing(number, &others);
        while missing > 0 {
            if let (party, Event::Round(heard)) = board.next(PATIENCE).await? {
                arrived.note(party, heard, number)?;
                missing -= usize::from(heard == number);
            }
        }
    }
    let elapsed_s = thousandths(begin.elapsed().as_secs_f64());
    board.barrier(PATIENCE).await?;
    Ok(Replayed {
        rounds: rounds.len(),
        elapsed_s,
        computing_s: thousandths(computing.as_secs_f64()),
        bytes_sent,
    })
}

/// How many rounds' messages have come from each party.
#[derive(Debug)]
struct Arrived {
    from: Vec<u32>,
    rounds: usize,
}

impl Arrived {
    fn of(parties: u16, rounds: usize) -> Self {
        let from = vec![0; usize::from(parties)];
        Self { from, rounds }
    }

    /// How many have not sent their message of this round.
    fn missing(&self, number: u32, others: &[u16]) -> usize {
        let come = |party: &u16| self.from.get(usize::from(*party)).copied().unwrap_or(0);
        others.iter().filter(|party| come(party) <= number).count()
    }

    /// A party's messages come in order, and the one after this round's only once this party has sent its own: nobody
    /// can be further ahead.
    fn note(&mut self, party: u16, heard: u32, now: u32) -> Result<(), ProbeError> {
        let strange = |expected: u32| ProbeError::Strange {
            party,
            reason: format!(
                "it sent a message of round {heard} in round {now}, where its next is of round {expected}, of {} in all",
                self.rounds
            ),
        };
        let next = self.from.get(usize::from(party)).copied().unwrap_or(0);
        let possible = heard <= now.saturating_add(1) && (heard as usize) < self.rounds;
        if heard != next || !possible {
            return Err(strange(next));
        }
        if let Some(count) = self.from.get_mut(usize::from(party)) {
            *count += 1;
        }
        Ok(())
    }
}

/// Sleeps as long as is to be computed, on the whole: the system's timer is not precise enough for each time.
#[derive(Debug, Default)]
struct Pace {
    /// Seconds still to be slept; less than nothing after a sleep that was too long.
    owed_s: f64,
}

impl Pace {
    async fn compute(&mut self, time: Duration) {
        /// Less is not worth waking up for.
        const LEAST_S: f64 = 0.0005;
        self.owed_s += time.as_secs_f64();
        if self.owed_s >= LEAST_S {
            let begin = Instant::now();
            sleep(Duration::from_secs_f64(self.owed_s)).await;
            self.owed_s -= begin.elapsed().as_secs_f64();
        }
    }
}

/// A round's message: as long as the program's, if that is longer than its own number.
fn message(number: u32, bytes: u32) -> Vec<u8> {
    let head = u32::try_from(HEAD).unwrap_or(0);
    let length = bytes.clamp(head + 4, LONGEST) - head;
    let mut content = vec![0x5a; length as usize];
    for (place, byte) in content.iter_mut().zip(number.to_le_bytes()) {
        *place = byte;
    }
    frame(Kind::Round, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn on_the_whole_computing_takes_its_time() {
        let (begin, mut pace) = (Instant::now(), Pace::default());
        for _ in 0..200 {
            pace.compute(Duration::from_micros(300)).await;
        }
        let took = begin.elapsed().as_secs_f64();
        assert!(took >= 0.059, "{took}");
        assert!(
            (took + pace.owed_s - 0.06).abs() < 0.01,
            "{took} {}",
            pace.owed_s
        );
    }

    #[test]
    fn a_message_is_as_long_as_the_programs() {
        assert_eq!(message(1, 1000).len(), 1000);
        assert_eq!(message(1, 0).len(), HEAD + 4);
    }
}
