//! What a program does on the network, in rounds: recorded once, replayed by any number of parties.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::ProbeError;

/// The first word of every profile.
const SCHEMA: &str = "e3/profile/1";

/// A recorded program. `docs/programs.md` says how it is recorded, and what it leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// `e3/profile/1`.
    pub schema: String,
    /// The program's name.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// How many parties it was recorded with.
    pub parties: u16,
    /// How long it took then, from being connected to its end, in seconds.
    pub elapsed_s: f64,
    /// The round-trip time between each two parties then, in milliseconds.
    pub rtt_ms: f64,
    /// Its rounds, in order.
    pub rounds: Vec<Round>,
}

/// One round: computing, then a message to every other party, then waiting for one of each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Processor time of one party, in milliseconds.
    pub compute_ms: f64,
    /// Bytes from each party to each other one: the mean.
    pub bytes: u32,
}

impl Profile {
    /// A profile of these rounds.
    pub fn of(program: &str, arguments: &[String], parties: u16) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            parties,
            elapsed_s: 0.0,
            rtt_ms: 0.0,
            rounds: Vec::new(),
        }
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// [`ProbeError::Profile`] if it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, ProbeError> {
        let wrong = |reason: String| ProbeError::Profile {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let profile: Self =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if profile.schema != SCHEMA {
            return Err(wrong(format!(
                "its schema is {:?}: expected {SCHEMA:?}",
                profile.schema
            )));
        }
        if profile.parties < 2 {
            return Err(wrong(
                "it was recorded with fewer than 2 parties".to_owned(),
            ));
        }
        let usable =
            |round: &Round| round.compute_ms.is_finite() && (0.0..=1e9).contains(&round.compute_ms);
        match profile.rounds.iter().position(|round| !usable(round)) {
            Some(at) => Err(wrong(format!("round {at} computes for no possible time"))),
            None => Ok(profile),
        }
    }

    /// What one of `parties` parties does: messages to each other party stay as long as recorded, and computing
    /// grows with the number of other parties, as sharing and recombining do.
    pub fn scaled(&self, parties: u16) -> impl Iterator<Item = Round> + '_ {
        let others = |parties: u16| f64::from(parties.saturating_sub(1));
        let factor = others(parties) / others(self.parties).max(1.0);
        self.rounds.iter().map(move |round| Round {
            compute_ms: round.compute_ms * factor,
            bytes: round.bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            rounds: vec![Round {
                compute_ms: 3.0,
                bytes: 100,
            }],
            ..Profile::of("santa.py", &[], 4)
        }
    }

    #[test]
    fn computing_grows_with_the_number_of_others() {
        let scaled = |parties| profile().scaled(parties).next().unwrap();
        assert_eq!(
            scaled(4),
            Round {
                compute_ms: 3.0,
                bytes: 100
            }
        );
        assert_eq!(
            scaled(7),
            Round {
                compute_ms: 6.0,
                bytes: 100
            }
        );
        assert!(scaled(1).compute_ms.abs() < 1e-9);
    }

    #[test]
    fn what_is_no_profile_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.json");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            Profile::read(&path)
        };
        let good = serde_json::to_string(&profile()).unwrap();
        assert_eq!(read(&good).unwrap(), profile());
        for (from, to) in [
            ("e3/profile/1", "e3/profile/9"),
            ("\"parties\":4", "\"parties\":1"),
            ("3.0", "-3.0"),
            ("\"bytes\":100", "\"bytes\":-1"),
            ("\"bytes\"", "\"byte\""),
        ] {
            assert!(read(&good.replace(from, to)).is_err(), "{from} {to}");
        }
        assert!(read("").is_err());
    }
}
