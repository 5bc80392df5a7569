//! What has passed through the wide area, and what has not.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::packet::OnWire;

/// What has passed from one site to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traffic {
    /// Packets as on a wire: a long one counts as its segments.
    pub packets: u64,
    /// Bytes as on a wire, IP headers included.
    pub bytes: u64,
}

/// Packets, as on a wire, that the wide area did not deliver, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Drops {
    /// By the chance of loss of a line or path.
    pub lost: u64,
    /// Because the queue before a line or path of limited rate was full, or all that may wait in the wide area
    /// (256 MiB).
    pub overflowed: u64,
    /// Because the path was down, or went down while they were on it.
    pub down: u64,
    /// Because the receiving site's NAT or firewall did not let them in.
    pub filtered: u64,
    /// Because a site's router did not take them.
    pub refused: u64,
}

/// One reason of [`Drops`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Lost,
    Overflowed,
    Down,
    Filtered,
    Refused,
}

/// All that has passed, and all that has not, since a lab was built.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// The ordered pairs of sites between which there was anything.
    pub pairs: Vec<PairCounters>,
    /// Packets for addresses that no site has.
    pub unroutable: u64,
    /// Packets that their own site's NAT or firewall did not let out.
    pub kept_in: u64,
}

/// What has become of the packets from one site to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairCounters {
    /// The site that sent.
    pub from: String,
    /// The site that they were for.
    pub to: String,
    /// What has arrived, copies included.
    pub delivered: Traffic,
    /// How many of these were copies that a path has made.
    pub copies: u64,
    /// What has not arrived.
    pub drops: Drops,
}

/// The counts of one pair while the router runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pair {
    pub(crate) delivered: Traffic,
    pub(crate) copies: u64,
    pub(crate) drops: Drops,
}

/// All counts, by the sites' indices.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) pairs: Vec<(usize, usize, Pair)>,
    pub(crate) unroutable: u64,
    pub(crate) kept_in: u64,
}

impl Pair {
    pub(super) fn passed(&mut self, wire: OnWire) {
        self.delivered.packets += wire.packets;
        self.delivered.bytes += wire.bytes;
    }

    pub(super) fn dropped(&mut self, why: Why, packets: u64) {
        let count = match why {
            Why::Lost => &mut self.drops.lost,
            Why::Overflowed => &mut self.drops.overflowed,
            Why::Down => &mut self.drops.down,
            Why::Filtered => &mut self.drops.filtered,
            Why::Refused => &mut self.drops.refused,
        };
        *count += packets;
    }
}

impl Traffic {
    fn since(self, earlier: Self) -> Self {
        Self {
            packets: self.packets.saturating_sub(earlier.packets),
            bytes: self.bytes.saturating_sub(earlier.bytes),
        }
    }
}

impl Drops {
    /// All, for whatever reason.
    pub fn total(self) -> u64 {
        let Self {
            lost,
            overflowed,
            down,
            filtered,
            refused,
        } = self;
        lost + overflowed + down + filtered + refused
    }

    fn since(self, earlier: Self) -> Self {
        Self {
            lost: self.lost.saturating_sub(earlier.lost),
            overflowed: self.overflowed.saturating_sub(earlier.overflowed),
            down: self.down.saturating_sub(earlier.down),
            filtered: self.filtered.saturating_sub(earlier.filtered),
            refused: self.refused.saturating_sub(earlier.refused),
        }
    }
}

impl std::ops::AddAssign for Drops {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.overflowed += other.overflowed;
        self.down += other.down;
        self.filtered += other.filtered;
        self.refused += other.refused;
    }
}

impl Counters {
    /// What has been counted after `earlier`: the pairs with anything new.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let key = |pair: &PairCounters| (pair.from.clone(), pair.to.clone());
        let before: HashMap<_, _> = earlier.pairs.iter().map(|pair| (key(pair), pair)).collect();
        let pairs = self.pairs.iter().filter_map(|pair| {
            let Some(before) = before.get(&key(pair)) else {
                return Some(pair.clone());
            };
            (*before != pair).then(|| PairCounters {
                delivered: pair.delivered.since(before.delivered),
                copies: pair.copies.saturating_sub(before.copies),
                drops: pair.drops.since(before.drops),
                ..pair.clone()
            })
        });
        Self {
            pairs: pairs.collect(),
            unroutable: self.unroutable.saturating_sub(earlier.unroutable),
            kept_in: self.kept_in.saturating_sub(earlier.kept_in),
        }
    }

    /// What has not been delivered, of all pairs together.
    pub fn drops(&self) -> Drops {
        self.pairs.iter().fold(Drops::default(), |mut sum, pair| {
            sum += pair.drops;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(from: &str, packets: u64, lost: u64) -> PairCounters {
        let bytes = packets * 100;
        PairCounters {
            from: from.into(),
            to: "z".into(),
            delivered: Traffic { packets, bytes },
            copies: 0,
            drops: Drops {
                lost,
                ..Drops::default()
            },
        }
    }

    #[test]
    fn a_period_holds_what_is_new() {
        let counters = |pairs| Counters {
            pairs,
            ..Counters::default()
        };
        let earlier = counters(vec![pair("a", 5, 1), pair("b", 2, 0)]);
        let later = counters(vec![pair("a", 9, 3), pair("b", 2, 0), pair("c", 1, 0)]);
        let period = later.since(&earlier);
        assert_eq!(period.pairs, [pair("a", 4, 2), pair("c", 1, 0)]);
        assert_eq!((period.drops().lost, period.drops().total()), (2, 2));
    }
}
