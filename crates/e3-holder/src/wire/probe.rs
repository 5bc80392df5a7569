//! What a probe has found, by the names of hosts.

use std::collections::BTreeMap;

use e3_program::probe::{Received, Replayed, Report, RoundTrips};
use serde::{Deserialize, Serialize};

/// What the parties' reports say together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProbeRecord {
    /// One a pair and direction, in the order of the parties.
    pub pairs: Vec<PairRecord>,
    /// Of the probe `mesh`: how each party replayed the profile, by host.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replayed: BTreeMap<String, Replayed>,
}

/// One pair of parties, in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairRecord {
    /// The host that asked, or sent.
    pub from: String,
    /// The host that answered, or received.
    pub to: String,
    /// Round trips.
    #[serde(flatten)]
    pub measured: Measured,
}

/// What was measured of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Round trips.
    RoundTrip(RoundTrips),
    /// What got through.
    Throughput(Received),
}

impl ProbeRecord {
    /// From what each host's party has printed; `None` where one did not print a report.
    pub fn read<'a>(parties: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (hosts, reports): (Vec<&str>, Vec<Report>) = parties
            .into_iter()
            .map(|(host, printed)| Some((host, serde_json::from_str(printed).ok()?)))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .unzip();
        let name = |index: u16| hosts.get(usize::from(index)).map(|host| (*host).to_owned());
        let mut record = Self::default();
        for report in reports {
            match report {
                Report::RoundTrip { party, peers } | Report::PingPong { party, peers } => {
                    for found in peers {
                        let (from, to) = (name(party)?, name(found.to)?);
                        let measured = Measured::RoundTrip(found);
                        record.pairs.push(PairRecord { from, to, measured });
                    }
                }
                Report::Throughput { party, from } | Report::AllToAll { party, from } => {
                    for found in from {
                        let (from, to) = (name(found.from)?, name(party)?);
                        let measured = Measured::Throughput(found);
                        record.pairs.push(PairRecord { from, to, measured });
                    }
                }
                Report::Mesh { party, replayed } => {
                    record.replayed.insert(name(party)?, replayed);
                }
            }
        }
        let place = |host: &str| hosts.iter().position(|known| *known == host);
        record
            .pairs
            .sort_by_key(|pair| (place(&pair.from), place(&pair.to)));
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_put_together_by_host() {
        let printed = |party: u16, from: u16, bytes: u64| {
            format!(
                r#"{{"probe":"throughput","party":{party},"from":[{{"from":{from},"bytes":{bytes},"seconds":1.0,"bytes_per_s":1.0}}]}}"#
            )
        };
        let (first, second) = (printed(0, 1, 5), printed(1, 0, 7));
        let record =
            ProbeRecord::read([("ams", first.as_str()), ("nyc", second.as_str())]).unwrap();
        let pairs: Vec<_> = record
            .pairs
            .iter()
            .map(|pair| (pair.from.as_str(), pair.to.as_str()))
            .collect();
        assert_eq!(pairs, [("ams", "nyc"), ("nyc", "ams")]);
        assert!(matches!(
            record.pairs[0].measured,
            Measured::Throughput(Received { bytes: 7, .. })
        ));
        assert_eq!(ProbeRecord::read([("ams", "no report")]), None);
        assert_eq!(
            ProbeRecord::read([("ams", first.as_str())]),
            None,
            "of a party that there is not"
        );
    }
}
