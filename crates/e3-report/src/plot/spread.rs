//! Names beside the ends of lines, so that none covers another.

use super::draw::float;

/// Places as near to the wanted ones as can be (the sum of squares of what they are moved by is least), in their order, and
/// `gap` apart; within the range, if so many have room in it.
///
/// Moved up by its number of gaps each, they need only not to fall: an isotonic regression, by pooling neighbours that do
/// (Ayer et al., 1955).
pub(super) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut pools: Vec<Pool> = Vec::with_capacity(order.len());
    for (rank, (_, place)) in order.iter().enumerate() {
        let mut pool = Pool {
            sum: place - gap * float(rank),
            count: 1,
        };
        while let Some(before) = pools.pop_if(|before| before.mean() > pool.mean()) {
            pool.sum += before.sum;
            pool.count += before.count;
        }
        pools.push(pool);
    }
    let most = (high - gap * float(order.len().saturating_sub(1))).max(low);
    let means = pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(pool.mean().clamp(low, most), pool.count));
    let mut places: Vec<(usize, f64)> = order
        .iter()
        .zip(means)
        .enumerate()
        .map(|(rank, ((index, _), mean))| (*index, mean + gap * float(rank)))
        .collect();
    places.sort_by_key(|(index, _)| *index);
    places.into_iter().map(|(_, place)| place).collect()
}

/// Neighbours that are as near to one another as may be.
struct Pool {
    /// Of their places, each moved up by its number of gaps.
    sum: f64,
    count: usize,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.sum / float(self.count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_make_room_for_one_another() {
        assert_eq!(spread(&[10.0, 50.0], 14.0, (0.0, 100.0)), [10.0, 50.0]);
        assert_eq!(
            spread(&[50.0, 50.0], 14.0, (0.0, 100.0)),
            [50.0, 64.0].map(|at| at - 7.0)
        );
        assert_eq!(spread(&[99.0, 98.0], 14.0, (0.0, 100.0)), [100.0, 86.0]);
        assert_eq!(spread(&[], 14.0, (0.0, 100.0)), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn none_covers_another(wanted in prop::collection::vec(0.0..200.0_f64, 1..14)) {
            let mut placed = spread(&wanted, 14.0, (0.0, 200.0));
            placed.sort_by(f64::total_cmp);
            prop_assert!(placed.windows(2).all(|two| two[1] - two[0] > 14.0 - 1e-6), "{placed:?}");
            prop_assert!(placed[0] >= 0.0 && placed[placed.len() - 1] <= 200.0 + 1e-6, "{placed:?}");
        }
    }
}
