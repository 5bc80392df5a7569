//! Figures that are far from the others. They are told, and stay in every median and interval.

use super::median;

/// How far is far: the modified z-score that Iglewicz and Hoaglin (1993) advise.
const FAR: f64 = 3.5;
/// What makes the median of deviations comparable with a standard deviation.
const OF_NORMAL: f64 = 0.6745;
/// Of fewer, nobody can say which is far from the others.
const FEWEST: usize = 5;

/// Which of these are outliers: their places, in order.
pub fn outliers(values: &[f64]) -> Vec<usize> {
    let Some(middle) = median(values).filter(|_| values.len() >= FEWEST) else {
        return Vec::new();
    };
    let deviations: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let usual = median(&deviations).unwrap_or(0.0);
    // More than half are the same: then whatever differs would be one, by however little.
    if usual <= 0.0 {
        return Vec::new();
    }
    let far = deviations.iter().enumerate();
    far.filter(|(_, deviation)| OF_NORMAL * **deviation / usual > FAR)
        .map(|(place, _)| place)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_far_from_the_others_is_found() {
        assert_eq!(
            outliers(&[1.0, 1.1, 0.9, 1.05, 7.0, 0.95, 1.0]),
            [4],
            "the one that took seven times as long"
        );
        assert!(outliers(&[1.0, 1.1, 0.9, 1.05, 1.2, 0.95]).is_empty());
        assert!(outliers(&[1.0, 1.0, 1.0, 9.0]).is_empty(), "too few");
        assert!(
            outliers(&[1.0, 1.0, 1.0, 1.0, 1.000_001]).is_empty(),
            "nearly all the same"
        );
    }

    proptest! {
        #[test]
        fn at_most_half_are_outliers(values in prop::collection::vec(0.0..1e9_f64, 0..60)) {
            prop_assert!(outliers(&values).len() * 2 <= values.len());
        }
    }
}
