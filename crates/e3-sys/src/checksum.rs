//! The Internet checksum (RFC 1071), which the kernel leaves to whoever reads packets of a TUN interface or of a packet
//! socket, and to whoever writes those of a raw socket.

/// The one's complement sum of 16-bit words, not complemented, on top of `start`.
///
/// Words are summed in this machine's order, which the sum does not mind but for the order of its own two bytes; sixteen of
/// them at a time, none of which waits for another.
pub fn sum(bytes: &[u8], start: u16) -> u16 {
    let mut lanes = [0_u64; 8];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<4>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane += u64::from(u32::from_ne_bytes(*word));
        }
    }
    let mut sum = u64::from(start.to_be()) + lanes.iter().map(|lane| fold(*lane)).sum::<u64>();
    let (pairs, odd) = rest.as_chunks::<2>();
    let pairs = pairs
        .iter()
        .map(|pair| u64::from(u16::from_ne_bytes(*pair)));
    sum += pairs.sum::<u64>();
    if let [odd] = odd {
        sum += u64::from(u16::from_ne_bytes([*odd, 0]));
    }
    while sum > 0xffff {
        sum = fold(sum);
    }
    u16::from_be(u16::try_from(sum).unwrap_or(0))
}

/// The words of a sum, added up.
fn fold(sum: u64) -> u64 {
    (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32 & 0xffff) + (sum >> 48)
}

/// The sum over the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1) of these two addresses, for so many bytes
/// of this protocol.
pub fn pseudo(addresses: &[u8], protocol: u8, length: usize) -> u16 {
    let sum = sum(addresses, u16::try_from(length).unwrap_or(u16::MAX));
    let (added, carried) = sum.overflowing_add(u16::from(protocol));
    added + u16::from(carried)
}

/// A checksum of a sum. For UDP zero would mean that there is none (RFC 768); in one's complement the other zero is as good.
pub fn finish(sum: u16) -> u16 {
    match !sum {
        0 => 0xffff,
        sum => sum,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(bytes: &[u8], start: u16) -> u16 {
        let mut sum = u64::from(start);
        for pair in bytes.chunks(2) {
            let low = pair.get(1).copied().unwrap_or(0);
            sum += u64::from(u16::from_be_bytes([pair[0], low]));
        }
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        u16::try_from(sum).unwrap()
    }

    proptest! {
        #[test]
        fn it_is_what_the_rfc_says(bytes in prop::collection::vec(any::<u8>(), 0..200), start: u16) {
            let (fast, slow) = (sum(&bytes, start), slow(&bytes, start));
            // In one's complement there are two zeros.
            prop_assert!(fast == slow || (fast, slow) == (0, 0xffff) || (fast, slow) == (0xffff, 0));
        }
    }

    #[test]
    fn no_checksum_says_that_there_is_none() {
        assert_eq!(finish(0xffff), 0xffff);
        assert_eq!(finish(0), 0xffff);
        assert_eq!(finish(1), 0xfffe);
    }

    #[test]
    fn the_example_of_the_rfc() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(sum(&bytes, 0), 0xddf2);
    }
}
