//! Whether something could have been found by chance.

/// What is less likely than this was no chance.
const UNLIKELY: f64 = 1e-4;

/// Whether something of so many bits could well stand so often in so many bytes although nobody has written it: in random
/// bytes as many would stand there with a probability of at least one in ten thousand (by Poisson's distribution, at most).
///
/// An address has 32 bits: one place in a capture of ten megabytes tells nothing, three do.
#[must_use]
pub fn is_chance(bits: u32, times: u64, bytes: u64) -> bool {
    #[allow(clippy::cast_precision_loss)] // Neither is known better.
    let (bytes, times) = (bytes as f64, times as f64);
    let expected = bytes * (-f64::from(bits)).exp2();
    // The chance of as many or more is at most the expected number to their power, over their factorial.
    let mut bound = 1.0;
    let mut number = 1.0;
    while number <= times && bound >= UNLIKELY {
        bound *= expected / number;
        number += 1.0;
    }
    bound >= UNLIKELY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bits_have_to_stand_there_more_often() {
        assert!(!is_chance(32, 1, 1000));
        assert!(is_chance(32, 1, 10_000_000));
        assert!(!is_chance(32, 3, 10_000_000));
        assert!(!is_chance(256, 1, u64::MAX));
        assert!(is_chance(32, 0, 0));
        // Four thousand million bytes hold every address once; ten times is more than chance.
        assert!(is_chance(32, 4, 1 << 32));
        assert!(!is_chance(32, 12, 1 << 32));
    }
}
