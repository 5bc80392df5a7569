//! What was found where, of all that an observer has seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Hit, Search, is_chance};
use crate::{
    capture::{Capture, Place},
    form::Encoding,
    identifier::Identifier,
};

/// How much of a long text is searched at once.
const PIECE: usize = 8 << 20;

/// What is found while an observer's captures and files are gone through.
#[derive(Debug)]
pub struct Seen<'s> {
    search: &'s Search,
    /// By the source, what of it, whose and in which form.
    found: BTreeMap<(String, What, usize, Encoding), Times>,
    /// How many bytes were searched of each source and kind of text.
    searched: BTreeMap<(String, What), u64>,
}

/// What of a source something was found in. Chance is reckoned for each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Packets' headers.
    Header,
    /// What packets carry, put together.
    Carried,
    /// What packets carry, each by itself.
    Packet,
    /// A file, a log, a memory.
    Bytes,
}

#[derive(Debug)]
struct Times {
    count: u64,
    bits: u32,
    first: String,
}

/// That something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'s> {
    /// What it is.
    pub identifier: &'s Identifier,
    /// How it was written.
    pub encoding: Encoding,
    /// How often.
    pub times: u64,
    /// Where first: `provider.pcapng, packet 17, in the TCP stream …`.
    pub first: String,
    /// Whether it stood in packets' headers, where addresses have to be.
    pub header: bool,
}

impl<'s> Seen<'s> {
    /// Nothing yet.
    #[must_use]
    pub fn new(search: &'s Search) -> Self {
        Self {
            search,
            found: BTreeMap::new(),
            searched: BTreeMap::new(),
        }
    }

    /// Searches all that a capture has; `source` is what it is called.
    pub fn capture(&mut self, source: &str, capture: &Capture) {
        for text in capture.texts() {
            let what = match text.place {
                Place::Header => What::Header,
                Place::Packet => What::Packet,
                Place::Stream { .. } | Place::Datagrams { .. } | Place::Handshake { .. } => {
                    What::Carried
                }
            };
            self.count(source, what, text.bytes.len());
            for hit in self.search.find(&text.bytes) {
                self.add(source, what, &hit, || {
                    let packet = text.packet(hit.at);
                    format!("{source}, packet {packet}, in {}", text.place)
                });
            }
        }
    }

    /// Searches a file or another source of bytes.
    pub fn bytes(&mut self, source: &str, bytes: &[u8]) {
        self.count(source, What::Bytes, bytes.len());
        let search = self.search;
        // What lies across the end of a piece, with the line breaks that may be in it, is found in the next.
        let overlap = 2 * search.longest();
        let mut start = 0;
        while start < bytes.len() {
            let end = bytes.len().min(start + PIECE + overlap);
            let piece = bytes.get(start..end).unwrap_or_default();
            for hit in search.find(piece) {
                if hit.at < PIECE {
                    let at = start + hit.at;
                    let place = || format!("{source}, byte {at}");
                    self.add(source, What::Bytes, &hit, place);
                }
            }
            start += PIECE;
        }
    }

    /// What was found, without what chance would have put there, and without what stands in a packet by itself as well as
    /// in what packets carry.
    #[must_use]
    pub fn found(&self) -> Vec<Found<'s>> {
        let mut all = Vec::new();
        for ((source, what, number, encoding), times) in &self.found {
            let bytes = self.searched.get(&(source.clone(), *what));
            let chance = is_chance(times.bits, times.count, bytes.copied().unwrap_or_default());
            let carried = (source.clone(), What::Carried, *number, *encoding);
            let twice = *what == What::Packet && self.found.contains_key(&carried);
            let identifier = self.search.identifiers().get(*number);
            if let Some(identifier) = identifier.filter(|_| !chance && !twice) {
                all.push(Found {
                    identifier,
                    encoding: *encoding,
                    times: times.count,
                    first: times.first.clone(),
                    header: *what == What::Header,
                });
            }
        }
        all
    }

    /// The sources that were searched.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<&str> {
        self.searched
            .keys()
            .map(|(source, _)| source.as_str())
            .collect()
    }

    /// How many bytes were searched; what packets carry counts once.
    #[must_use]
    pub fn searched(&self) -> u64 {
        let counted = self
            .searched
            .iter()
            .filter(|((_, what), _)| *what != What::Packet);
        counted.map(|(_, bytes)| bytes).sum()
    }

    fn count(&mut self, source: &str, what: What, bytes: usize) {
        let sum = self.searched.entry((source.to_owned(), what)).or_default();
        *sum += u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    fn add(&mut self, source: &str, what: What, hit: &Hit, place: impl FnOnce() -> String) {
        let key = (source.to_owned(), what, hit.identifier, hit.encoding);
        let times = self.found.entry(key).or_insert_with(|| Times {
            count: 0,
            bits: hit.bits,
            first: place(),
        });
        times.count += 1;
    }
}

/// `the DID of anna (plain, twice): provider.pcapng, packet 17, in …`.
impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            identifier,
            encoding,
            times,
            first,
            ..
        } = self;
        let what = &identifier.what;
        match times {
            1 => write!(f, "{what}, {encoding}: {first}"),
            times => write!(f, "{what}, {encoding}, {times} times, first: {first}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::{
        capture::tests::made::{Made, end},
        identifier::{Kind, Value},
    };

    fn search() -> Search {
        let address: IpAddr = "198.18.0.1".parse().unwrap();
        Search::new(vec![
            Identifier::text(Kind::Name, 0, "the name of anna".into(), "anna-quokka"),
            Identifier::of(
                Kind::Address,
                0,
                "anna's address".into(),
                Value::Address(address),
            ),
        ])
        .unwrap()
    }

    fn told(seen: &Seen<'_>) -> Vec<String> {
        seen.found().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_capture_says_where() {
        let (from, to) = (end("198.18.0.1", 4000), end("198.18.0.2", 5000));
        let mut made = Made::default();
        made.udp(from, to, b"I am anna-quokka");
        let search = search();
        let mut seen = Seen::new(&search);
        seen.capture("line.pcapng", &made.read());
        assert_eq!(
            told(&seen),
            [
                "anna's address, as bytes: line.pcapng, packet 1, in headers",
                "the name of anna, plain: line.pcapng, packet 1, in the UDP datagrams \
                 198.18.0.1:4000 → 198.18.0.2:5000",
            ]
        );
        let header = seen
            .found()
            .iter()
            .map(|found| found.header)
            .collect::<Vec<_>>();
        assert_eq!(header, [true, false]);
    }

    #[test]
    fn a_long_file_is_searched_in_pieces() {
        let search = search();
        let name = b"anna-quokka";
        for at in [PIECE - 4, PIECE, 2 * PIECE - 11, 2 * PIECE + 100] {
            let mut bytes = vec![b'.'; at];
            bytes.extend_from_slice(name);
            bytes.push(b'.');
            let mut seen = Seen::new(&search);
            seen.bytes("a.log", &bytes);
            assert_eq!(
                told(&seen),
                [format!("the name of anna, plain: a.log, byte {at}")]
            );
        }
    }

    #[test]
    fn one_place_in_much_is_chance_and_many_are_not() {
        let search = search();
        let mut bytes = vec![0x55; 40 << 20];
        bytes[1000..1004].copy_from_slice(&[198, 18, 0, 1]);
        let mut seen = Seen::new(&search);
        seen.bytes("memory", &bytes);
        assert!(told(&seen).is_empty());
        for place in 0..6 {
            bytes[place * 100..place * 100 + 4].copy_from_slice(&[198, 18, 0, 1]);
        }
        seen.bytes("memory", &bytes);
        assert_eq!(seen.found().len(), 1);
    }
}
