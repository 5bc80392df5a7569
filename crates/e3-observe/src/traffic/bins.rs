//! Time in equal parts.

use std::time::Duration;

/// How much there was in each part of a time.
pub type Series = Vec<f64>;

/// A time, in equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bins {
    /// When the first begins.
    pub start: Duration,
    /// How long each is.
    pub width: Duration,
    /// How many there are.
    pub count: usize,
}

impl Bins {
    /// How long a part is where nothing else is said.
    pub const WIDTH: Duration = Duration::from_millis(50);

    /// Parts of [`Bins::WIDTH`] from one time to another; the last may end later.
    #[must_use]
    pub fn between(start: Duration, end: Duration) -> Self {
        let count = end
            .saturating_sub(start)
            .as_nanos()
            .div_ceil(Self::WIDTH.as_nanos());
        Self {
            start,
            width: Self::WIDTH,
            count: usize::try_from(count).unwrap_or(0),
        }
    }

    /// In which part a time is; none before the first or behind the last.
    #[must_use]
    pub fn of(&self, at: Duration) -> Option<usize> {
        let since = at.checked_sub(self.start)?.as_nanos();
        let bin = since.checked_div(self.width.as_nanos())?;
        usize::try_from(bin).ok().filter(|bin| *bin < self.count)
    }

    /// Nothing in any part.
    #[must_use]
    pub fn empty(&self) -> Series {
        vec![0.0; self.count]
    }

    /// Adds to what there was at a time.
    pub fn add(&self, series: &mut Series, at: Duration, amount: u64) {
        if let Some(bin) = self.of(at).and_then(|bin| series.get_mut(bin)) {
            #[allow(clippy::cast_precision_loss)] // No second has so many bytes.
            let amount = amount as f64;
            *bin += amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_one_part() {
        let second = Duration::from_secs(1);
        let bins = Bins::between(second, second + Duration::from_millis(101));
        assert_eq!(bins.count, 3);
        let of = |milliseconds| bins.of(Duration::from_millis(milliseconds));
        assert_eq!(
            [of(999), of(1000), of(1049), of(1050), of(1149), of(1150)],
            [None, Some(0), Some(0), Some(1), Some(2), None]
        );
        let mut series = bins.empty();
        bins.add(&mut series, Duration::from_millis(1070), 5);
        bins.add(&mut series, Duration::from_millis(1075), 2);
        bins.add(&mut series, Duration::from_secs(9), 2);
        assert_eq!(series, [0.0, 7.0, 0.0]);
        assert_eq!(Bins::between(second, second).of(second), None);
    }
}
