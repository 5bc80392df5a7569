//! Histograms as text: `HdrHistogram`'s V2 encoding in base64, as its own tools read it in many languages.
//!
//! ```text
//! cookie 4 | length of counts 4 | offset 4 | digits 4 | least 8 | greatest 8 | ratio 8 | counts      (big-endian)
//! ```
//!
//! A count is a zigzag LEB128 of at most 9 bytes; a negative one is so many empty buckets. The format is that of
//! `HdrHistogram`'s Java implementation (`AbstractHistogram.encodeIntoByteBuffer`), which the crate `hdrhistogram` writes.
//! It reads it, too, but believes lengths and numbers that a text claims to have; these texts come from programs of parties.

use base64ct::{Base64, Encoding as _};
use hdrhistogram::serialization::{Serializer as _, V2Serializer};

use super::{DIGITS, Distribution};

/// The longest text that is read, in bytes: with a bucket of its own for each time from a nanosecond to hours it is shorter.
pub const LONGEST: usize = 1 << 18;

/// V2, with counts of up to 9 bytes.
const COOKIE: u32 = 0x1c84_9313;
/// Bytes before the counts.
const HEAD: usize = 40;
/// Each power of two has so many buckets: 2^10 are the least that keep three digits.
const HALF: u64 = 1 << 10;
/// So many buckets reach from 0 to 2^64.
const BUCKETS: u64 = (64 - 10 + 1) * HALF;
/// More than anybody has measured.
const MOST: u64 = 1 << 48;

/// A text is no histogram.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no histogram in base64 (HdrHistogram, V2 encoding): {0}")]
pub struct NoHistogram(String);

impl Distribution {
    /// As text: V2 encoding in base64, as other programs read it.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        // Into memory, of a histogram whose counts fit: neither can fail.
        let _ = V2Serializer::new().serialize(&self.0, &mut bytes);
        Base64::encode_string(&bytes)
    }

    /// From that text.
    ///
    /// # Errors
    /// It is none, or longer than [`LONGEST`], or of another resolution than ours (three digits, from 1 ns).
    pub fn from_text(text: &str) -> Result<Self, NoHistogram> {
        let no = |reason: &str| NoHistogram(reason.to_owned());
        if text.len() > LONGEST {
            return Err(NoHistogram(format!("it is longer than {LONGEST} bytes")));
        }
        let bytes =
            Base64::decode_vec(text.trim()).map_err(|error| NoHistogram(error.to_string()))?;
        let (head, counts) = bytes
            .split_at_checked(HEAD)
            .ok_or_else(|| no("it ends within its head"))?;
        check(head, counts.len())?;
        let mut made = Self::default();
        let mut index = 0_u64;
        let mut rest = counts;
        while !rest.is_empty() {
            let (number, after) = number(rest).ok_or_else(|| no("it ends within a count"))?;
            rest = after;
            let empty = number.min(0).unsigned_abs();
            let count = number.max(0).unsigned_abs();
            if count > 0 {
                if index >= BUCKETS {
                    return Err(no("it has more buckets than there are"));
                }
                if made.count().saturating_add(count) > MOST {
                    return Err(no("it counts more than anybody has measured"));
                }
                made.0.saturating_record_n(value(index), count);
            }
            // Where what is empty ends beyond all buckets, so does whatever comes after it.
            index = index.saturating_add(empty.max(1));
        }
        Ok(made)
    }
}

/// Whether what stands before the counts is what we write.
fn check(head: &[u8], length: usize) -> Result<(), NoHistogram> {
    let word = |at: usize| -> u32 {
        let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    let same = [
        ("cookie", word(0), COOKIE),
        ("offset", word(8), 0),
        ("number of digits", word(12), u32::from(DIGITS)),
        ("least value's upper half", word(16), 0),
        ("least value", word(20), 1),
        ("ratio's upper half", word(32), 0x3ff0_0000),
        ("ratio's lower half", word(36), 0),
    ];
    for (what, found, expected) in same {
        if found != expected {
            return Err(NoHistogram(format!(
                "its {what} is {found:#x}, expected {expected:#x}"
            )));
        }
    }
    match usize::try_from(word(4)) {
        Ok(claimed) if claimed == length => Ok(()),
        _ => Err(NoHistogram(format!(
            "it says that its counts have {} bytes, and they have {length}",
            word(4)
        ))),
    }
}

/// The first number, and what comes after it: seven bits a byte, the lowest first, and all eight of the ninth.
fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut zigzag = 0_u64;
    for place in 0..9 {
        let byte = u64::from(*bytes.get(place)?);
        let is_last = place == 8 || byte < 0x80;
        zigzag |= if is_last { byte } else { byte & 0x7f } << (7 * place);
        if is_last {
            let half = i64::try_from(zigzag >> 1).ok()?;
            let number = if zigzag & 1 == 1 { !half } else { half };
            return Some((number, bytes.get(place + 1..)?));
        }
    }
    None
}

/// The least value of a bucket.
fn value(index: u64) -> u64 {
    match (index / HALF).checked_sub(1) {
        // Up to 2^11 each value has a bucket of its own.
        None => index,
        Some(power) => (index % HALF + HALF) << power,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use proptest::prelude::*;

    use super::*;

    fn nanos(times: &[u64]) -> Distribution {
        Distribution::of(times.iter().copied().map(Duration::from_nanos))
    }

    /// A text with these bytes for counts, and a head that is right.
    fn with_counts(counts: &[u8]) -> String {
        let mut bytes = Base64::decode_vec(&nanos(&[1]).to_text()).unwrap();
        bytes.truncate(HEAD);
        let length = u32::try_from(counts.len()).unwrap();
        bytes[4..8].copy_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(counts);
        Base64::encode_string(&bytes)
    }

    #[test]
    fn strange_texts_are_refused() {
        for text in ["", "?", "AAAA", &"A".repeat(LONGEST + 4)] {
            Distribution::from_text(text).unwrap_err();
        }
        let good = Base64::decode_vec(&nanos(&[5, 7_000]).to_text()).unwrap();
        for at in (0..24).chain(32..HEAD) {
            let mut bad = good.clone();
            bad[at] ^= 0x15;
            Distribution::from_text(&Base64::encode_string(&bad)).unwrap_err();
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        let refused = |counts: &[u8]| Distribution::from_text(&with_counts(counts)).unwrap_err();
        assert!(refused(&[0x80]).to_string().contains("within a count"));
        // −2^63 empty buckets, and then one that has something.
        let mut beyond = [0xff; 10];
        beyond[9] = 2;
        assert!(refused(&beyond).to_string().contains("more buckets"));
        // 2^62 times.
        let mut many = [0x80; 9];
        many[8] = 0x80;
        assert!(refused(&many).to_string().contains("more than anybody"));
    }

    #[test]
    fn the_longest_histogram_can_be_read() {
        let last = (0..64 * HALF)
            .map(value)
            .take_while(|value| *value < 8 * super::super::HOUR);
        let all: Vec<u64> = last.skip(1).collect();
        let made = nanos(&all);
        assert!(made.to_text().len() < LONGEST);
        assert_eq!(
            Distribution::from_text(&made.to_text()).unwrap().count(),
            made.count()
        );
        assert_eq!(
            nanos(&[u64::MAX]).count(),
            Distribution::from_text(&nanos(&[u64::MAX]).to_text())
                .unwrap()
                .count()
        );
    }

    proptest! {
        #[test]
        fn texts_keep_everything(
            times in prop::collection::vec((0..45_u32, any::<u64>()).prop_map(|(bits, time)| time >> bits), 0..200)
        ) {
            let made = nanos(&times);
            let read = Distribution::from_text(&made.to_text()).unwrap();
            prop_assert_eq!(read.count(), made.count());
            prop_assert!(read.steps().eq(made.steps()));
        }

        /// What we write and what others read is the same.
        #[test]
        fn others_read_the_same(times in prop::collection::vec(1..10_000_000_000_u64, 0..200)) {
            let made = nanos(&times);
            let bytes = Base64::decode_vec(&made.to_text()).unwrap();
            let theirs: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
            let ours = Distribution::from_text(&made.to_text()).unwrap();
            prop_assert_eq!(theirs.len(), ours.count());
            for share in [0.0, 0.5, 0.99, 1.0] {
                prop_assert_eq!(theirs.value_at_quantile(share), ours.0.value_at_quantile(share));
            }
        }

        #[test]
        fn no_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Distribution::from_text(&Base64::encode_string(&bytes));
            let _ = Distribution::from_text(&String::from_utf8_lossy(&bytes));
            if let Ok(read) = Distribution::from_text(&with_counts(&bytes)) {
                let mut sum = read.clone();
                sum.add(&read);
                prop_assert_eq!(sum.count(), 2 * read.count());
                let _ = (sum.quantile_s(0.999), sum.to_text(), sum.steps().count());
            }
        }
    }
}
