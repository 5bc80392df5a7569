//! The Internet checksum, brought up to date where words change (RFC 1624).

/// What a checksum field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// The checksum: the complement of the sum.
    Whole,
    /// The sum of the pseudo-header alone, to which whoever cuts the packet adds the rest (virtio's `NEEDS_CSUM`).
    Partial,
}

/// What `field` holds after the words `old` have become `new`.
pub(super) fn updated(field: u16, kind: Field, old: &[u8], new: &[u8]) -> u16 {
    let sum = match kind {
        Field::Whole => !field,
        Field::Partial => field,
    };
    let removed = words(old).map(|word| !word);
    let sum = removed
        .chain(words(new))
        .fold(u32::from(sum), |sum, word| sum + u32::from(word));
    match kind {
        Field::Whole => !folded(sum),
        Field::Partial => folded(sum),
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks(2).map(|word| match word {
        [high, low] => u16::from_be_bytes([*high, *low]),
        [high] => u16::from_be_bytes([*high, 0]),
        _ => 0,
    })
}

/// The sum with its carries added in.
fn folded(sum: u32) -> u16 {
    let once = (sum & 0xffff) + (sum >> 16);
    let twice = (once & 0xffff) + (once >> 16);
    // The second fold leaves no carry.
    u16::try_from(twice).unwrap_or(u16::MAX)
}

/// The sum of all words; 0xffff where a checksum among them is right.
#[cfg(test)]
pub(super) fn sum(bytes: &[u8]) -> u16 {
    folded(
        words(bytes)
            .map(u32::from)
            .fold(0, |sum, word| u32::from(folded(sum + word))),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_rfc_1624() {
        // Section 4: the checksum 0xDD2F, a word that changes from 0x5555 to 0x3285, the result 0x0000.
        assert_eq!(
            updated(0xdd2f, Field::Whole, &[0x55, 0x55], &[0x32, 0x85]),
            0
        );
    }

    proptest! {
        #[test]
        fn an_update_is_what_computing_anew_gives(
            mut words in prop::collection::vec(1_u16.., 4..40),
            new in any::<[u8; 4]>(),
        ) {
            words[0] = 0;
            let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            let checksum = !sum(&bytes);
            bytes[..2].copy_from_slice(&checksum.to_be_bytes());
            let old: [u8; 4] = bytes[4..8].try_into().unwrap();
            bytes[4..8].copy_from_slice(&new);
            let checksum = updated(checksum, Field::Whole, &old, &new);
            bytes[..2].copy_from_slice(&checksum.to_be_bytes());
            prop_assert_eq!(sum(&bytes), 0xffff);
        }
    }
}
