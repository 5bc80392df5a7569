//! The fingerprint at a message's end (RFC 8489, section 14.7): CRC-32, masked.

/// What the sum is masked with.
const MASK: u32 = 0x5354_554E;
/// The polynomial of ITU-T V.42, its bits reversed.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// The fingerprint of all that stands before it, the header's length counting it already.
pub(super) fn of(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let low = sum & 1;
            sum >>= 1;
            if low == 1 {
                sum ^= POLYNOMIAL;
            }
        }
    }
    !sum ^ MASK
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_crc_32() {
        assert_eq!(super::of(b"123456789") ^ super::MASK, 0xCBF4_3926);
    }
}
