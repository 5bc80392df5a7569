//! What programs said to one another, as they print it.

use std::{collections::BTreeMap, time::Duration};

use e3_observe::traffic::{Bins, Said};

/// What all programs printed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// When they began to talk, and when they ended.
    times: Option<(Duration, Duration)>,
    /// When, who, to whom, how many bytes.
    words: Vec<(Duration, usize, usize, u64)>,
}

impl Told {
    /// Adds what one program printed; `parties` are the names in the order of indices.
    pub(super) fn read(&mut self, printed: &str, parties: &[String]) {
        let index = |name: &str| parties.iter().position(|party| party == name);
        for line in printed.lines() {
            let words: Vec<_> = line.split(' ').collect();
            match words[..] {
                ["talked", from, to] => {
                    if let (Some(from), Some(to)) = (time(from), time(to)) {
                        self.times = Some((from, to));
                    }
                }
                ["said", at, from, to, bytes] => {
                    let all = (time(at), index(from), index(to), bytes.parse().ok());
                    if let (Some(at), Some(from), Some(to), Some(bytes)) = all {
                        self.words.push((at, from, to, bytes));
                    }
                }
                _ => {}
            }
        }
    }

    /// The time in which they talked, in parts.
    pub(super) fn bins(&self) -> Option<Bins> {
        self.times.map(|(from, to)| Bins::between(from, to))
    }

    /// What each said to each.
    pub(super) fn said(&self, bins: &Bins) -> Vec<Said> {
        let mut all = BTreeMap::new();
        for (at, from, to, bytes) in &self.words {
            let series = all.entry((*from, *to)).or_insert_with(|| bins.empty());
            bins.add(series, *at, *bytes);
        }
        let all = all.into_iter();
        all.map(|((from, to), series)| Said { from, to, series })
            .collect()
    }
}

/// Nanoseconds since 1970.
fn time(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_others_passed_over() {
        let parties = ["anna", "ben"].map(str::to_owned);
        let mut told = Told::default();
        told.read(
            "talked 1000000000 1200000000\nsaid 1060000000 ben anna 70\nsaid 1 carla anna 5\nsaid x\n",
            &parties,
        );
        let bins = told.bins().unwrap();
        let said = told.said(&bins);
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].from, said[0].to), (1, 0));
        assert_eq!(said[0].series, [0.0, 70.0, 0.0, 0.0]);
    }
}
