//! How far two clocks are apart: four timestamps and the arithmetic of NTP (RFC 5905, sections 6 and 8).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds from NTP's epoch, 1900, to that of Unix.
const EPOCHS: u64 = 2_208_988_800;

/// A moment in NTP's format: 32 bits of seconds since 1900, and 32 of their fraction. It begins anew in 2036; only
/// differences count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timestamp(pub u64);

/// When a question was sent, arrived and was answered. When the answer arrives, nobody needs to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// T1: the question was sent, by the asker's clock.
    pub asked: Timestamp,
    /// T2: it arrived, by the reflector's clock; zero in a question.
    pub received: Timestamp,
    /// T3: the answer was sent, by the reflector's clock; zero in a question.
    pub answered: Timestamp,
}

/// What one exchange tells about two clocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offset {
    /// How far the reflector's clock is ahead of the asker's, in seconds, if both ways take the same time.
    pub seconds: f64,
    /// Half of the time that the exchange was under way: by so much it can be wrong, whichever way took longer.
    pub uncertainty: f64,
}

impl Timestamp {
    /// Now, by the clock of this host.
    pub fn here() -> Self {
        Self::of(SystemTime::now())
    }

    /// This moment. What lies before 1970 is taken for 1970: no clock that runs shows it.
    pub fn of(time: SystemTime) -> Self {
        Self(0)
            .after(Duration::from_secs(EPOCHS))
            .after(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    /// The moment that comes so much later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let fraction = (u64::from(duration.subsec_nanos()) << 32) / 1_000_000_000;
        let whole = duration.as_secs() << 32;
        Self(self.0.wrapping_add(whole).wrapping_add(fraction))
    }

    /// Seconds from another moment to this one, negative if that is later; right for moments less than 68 years apart.
    pub fn since(self, other: Self) -> f64 {
        let units = self.0.wrapping_sub(other.0).cast_signed();
        // A difference that matters here has far fewer bits than a float.
        #[allow(clippy::cast_precision_loss)]
        let units = units as f64;
        units / 4_294_967_296.0
    }
}

impl Times {
    /// As they travel.
    pub(crate) fn octets(self) -> [u8; 24] {
        let mut octets = [0; 24];
        let each = [self.asked, self.received, self.answered];
        for (place, time) in octets.chunks_exact_mut(8).zip(each) {
            place.copy_from_slice(&time.0.to_be_bytes());
        }
        octets
    }

    /// As they have travelled.
    pub(crate) fn of(octets: [u8; 24]) -> Self {
        let [asked, received, answered] = [0, 8, 16].map(|from| {
            let mut one = [0; 8];
            one.copy_from_slice(&octets[from..from + 8]);
            Timestamp(u64::from_be_bytes(one))
        });
        Self {
            asked,
            received,
            answered,
        }
    }

    /// What an exchange tells that ended at this moment by the asker's clock (T4). None where its times contradict one
    /// another: an answer that was under way for less than no time.
    pub fn offset(&self, ended: Timestamp) -> Option<Offset> {
        let there = self.received.since(self.asked);
        let back = self.answered.since(ended);
        let under_way = ended.since(self.asked) - self.answered.since(self.received);
        (under_way >= 0.0).then_some(Offset {
            seconds: f64::midpoint(there, back),
            uncertainty: under_way / 2.0,
        })
    }
}

/// The one of several that is least uncertain (RFC 5905, section 10).
pub fn best(offsets: impl IntoIterator<Item = Offset>) -> Option<Offset> {
    offsets
        .into_iter()
        .min_by(|one, other| one.uncertainty.total_cmp(&other.uncertainty))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_are_counted_from_1900() {
        // 2020-01-01, as RFC 5905's figure 4 counts others.
        let time = UNIX_EPOCH + Duration::from_millis(1_577_836_800_500);
        assert_eq!(
            Timestamp::of(time),
            Timestamp(3_786_825_600 << 32 | 1 << 31)
        );
    }

    #[test]
    fn nobody_is_believed_who_has_answered_before_it_was_asked() {
        let times = Times {
            asked: Timestamp(0),
            received: Timestamp(0),
            answered: Timestamp(2 << 32),
        };
        assert_eq!(times.offset(Timestamp(1 << 32)), None);
    }

    proptest! {
        #[test]
        fn the_true_offset_lies_within_the_uncertainty(
            start: u64,
            ahead in -1e6..1e6f64,
            there in 0..2_000_000u32,
            within in 0..100_000u32,
            back in 0..2_000_000u32,
        ) {
            let start = Timestamp(start);
            let micros = |count: u32| Duration::from_micros(count.into());
            // The reflector's clock, where the asker's shows `moment`.
            let theirs = |moment: Timestamp| {
                let by = Duration::from_secs_f64(ahead.abs());
                if ahead < 0.0 {
                    Timestamp(moment.0.wrapping_sub(Timestamp(0).after(by).0))
                } else {
                    moment.after(by)
                }
            };
            let arrived = start.after(micros(there));
            let left = arrived.after(micros(within));
            let times = Times { asked: start, received: theirs(arrived), answered: theirs(left) };
            let found = times.offset(left.after(micros(back))).unwrap();
            prop_assert!((found.seconds - ahead).abs() <= found.uncertainty + 1e-8);
            prop_assert!((found.uncertainty * 2e6 - f64::from(there + back)).abs() < 0.1);
        }
    }
}
