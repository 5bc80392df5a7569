//! How bytes are written.

use std::fmt;

use data_encoding::{
    BASE32_NOPAD, BASE32HEX_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER,
};

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// As they are.
    Plain,
    /// Hexadecimal, in small letters.
    HexLower,
    /// Hexadecimal, in capitals.
    HexUpper,
    /// Hexadecimal, a colon between every two bytes, in small letters.
    ColonsLower,
    /// The same in capitals.
    ColonsUpper,
    /// Base58 with Bitcoin's alphabet, of exactly these bytes: where others stand before or behind, all digits differ.
    Base58,
    /// Base64 (RFC 4648, section 4), wherever in what was encoded they begin.
    Base64,
    /// Base64 with the alphabet for URLs (section 5), wherever they begin.
    Base64Url,
    /// Base32 (section 6) in capitals, wherever they begin.
    Base32Upper,
    /// The same in small letters.
    Base32Lower,
    /// Base32 with the alphabet of hexadecimal digits (section 7) in small letters, as in DNSSEC, wherever they begin.
    Base32Hex,
    /// Base32 with the alphabet of z-base-32, wherever they begin.
    ZBase32,
}

/// The digits of z-base-32, in their order.
const Z_BASE32: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

impl Script {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::Plain,
        Self::HexLower,
        Self::HexUpper,
        Self::ColonsLower,
        Self::ColonsUpper,
        Self::Base58,
        Self::Base64,
        Self::Base64Url,
        Self::Base32Upper,
        Self::Base32Lower,
        Self::Base32Hex,
        Self::ZBase32,
    ];

    /// How many bits of what was written so many characters tell.
    pub(super) fn bits(self, length: usize) -> u32 {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        match self {
            Self::Plain => length.saturating_mul(8),
            Self::HexLower | Self::HexUpper => length.saturating_mul(4),
            // Two digits and a colon for eight bits.
            Self::ColonsLower | Self::ColonsUpper => (length + 1) / 3 * 8,
            Self::Base58 => length.saturating_mul(5),
            Self::Base64 | Self::Base64Url => length.saturating_mul(6),
            Self::Base32Upper | Self::Base32Lower | Self::Base32Hex | Self::ZBase32 => {
                length.saturating_mul(5)
            }
        }
    }

    /// Whether it is written in lines where it is long, so that a line's end may stand anywhere in it.
    #[must_use]
    pub fn may_be_broken(self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// What these bytes certainly look like, for each place at which they may begin.
    fn write(self, bytes: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Plain => vec![bytes.to_vec()],
            Self::HexLower => vec![HEXLOWER.encode(bytes).into_bytes()],
            Self::HexUpper => vec![HEXUPPER.encode(bytes).into_bytes()],
            Self::ColonsLower => vec![colons(bytes, |byte| HEXLOWER.encode(&[byte]))],
            Self::ColonsUpper => vec![colons(bytes, |byte| HEXUPPER.encode(&[byte]))],
            Self::Base58 => vec![bs58::encode(bytes).into_vec()],
            Self::Base64 => shifted(bytes, 6, |bytes| BASE64_NOPAD.encode(bytes)),
            Self::Base64Url => shifted(bytes, 6, |bytes| BASE64URL_NOPAD.encode(bytes)),
            Self::Base32Upper => shifted(bytes, 5, |bytes| BASE32_NOPAD.encode(bytes)),
            Self::Base32Lower => {
                let lower = |bytes: &[u8]| BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
                shifted(bytes, 5, lower)
            }
            Self::Base32Hex => {
                let lower = |bytes: &[u8]| BASE32HEX_NOPAD.encode(bytes).to_ascii_lowercase();
                shifted(bytes, 5, lower)
            }
            Self::ZBase32 => shifted(bytes, 5, z_base32),
        }
    }
}

/// How bytes look in every script.
pub(super) fn scripts(bytes: &[u8]) -> impl Iterator<Item = (Script, Vec<u8>)> {
    let all = Script::ALL.into_iter();
    all.flat_map(move |script| {
        let written = script.write(bytes).into_iter();
        written.map(move |written| (script, written))
    })
}

/// Of digits of so many bits, those that are these bytes' own, wherever in a group of digits they begin: what their first
/// and last digits are depends on the bytes beside them, too.
fn shifted(bytes: &[u8], bits: usize, encode: impl Fn(&[u8]) -> String) -> Vec<Vec<u8>> {
    // After so many bytes digits begin where bytes do.
    let group = bits / gcd(bits, 8);
    let one = |before: usize| {
        let whole = [&vec![0; before][..], bytes].concat();
        let own = (8 * before).div_ceil(bits)..8 * whole.len() / bits;
        let digits = encode(&whole).into_bytes();
        digits.get(own).map(<[u8]>::to_vec)
    };
    (0..group).filter_map(one).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn colons(bytes: &[u8], digits: impl Fn(u8) -> String) -> Vec<u8> {
    let all: Vec<_> = bytes.iter().map(|byte| digits(*byte)).collect();
    all.join(":").into_bytes()
}

fn z_base32(bytes: &[u8]) -> String {
    let digits = BASE32_NOPAD.encode(bytes).into_bytes().into_iter();
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => digit - b'A',
        _ => digit.wrapping_sub(b'2').wrapping_add(26),
    };
    let other = |digit| Z_BASE32.get(usize::from(value(digit))).copied();
    digits.filter_map(other).map(char::from).collect()
}

/// `Base64`.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain bytes",
            Self::HexLower => "hexadecimal",
            Self::HexUpper => "hexadecimal (capitals)",
            Self::ColonsLower => "hexadecimal with colons",
            Self::ColonsUpper => "hexadecimal with colons (capitals)",
            Self::Base58 => "Base58",
            Self::Base64 => "Base64",
            Self::Base64Url => "Base64 for URLs",
            Self::Base32Upper => "Base32",
            Self::Base32Lower => "Base32 (small letters)",
            Self::Base32Hex => "Base32 with hexadecimal digits",
            Self::ZBase32 => "z-base-32",
        })
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE32_DNSSEC, BASE64, BASE64URL};
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn is_in(text: &[u8], script: Script, bytes: &[u8]) -> bool {
        let forms = script.write(bytes);
        let mut found = forms.iter();
        found.any(|form| text.windows(form.len()).any(|window| window == form))
    }

    #[test]
    fn known_answers() {
        // Of the specification of z-base-32.
        assert_eq!(z_base32(&[0xf0, 0xbf, 0xc7]), "6n9hq");
        assert_eq!(Script::ColonsUpper.write(&[0xde, 0xad]), [b"DE:AD"]);
        assert_eq!(
            Script::Base58.write(b"Hello World!"),
            [b"2NEpo7TZRRrLZSi2U"]
        );
    }

    proptest! {
        #[test]
        fn it_is_found_wherever_it_begins(
            before in vec(any::<u8>(), 0..12),
            bytes in vec(any::<u8>(), 5..70),
            after in vec(any::<u8>(), 0..12),
        ) {
            let whole = [&before[..], &bytes, &after].concat();
            let texts = [
                (Script::Plain, whole.clone()),
                (Script::HexLower, HEXLOWER.encode(&whole).into_bytes()),
                (Script::HexUpper, HEXUPPER.encode(&whole).into_bytes()),
                (Script::ColonsLower, colons(&whole, |byte| format!("{byte:02x}"))),
                (Script::ColonsUpper, colons(&whole, |byte| format!("{byte:02X}"))),
                (Script::Base64, BASE64.encode(&whole).into_bytes()),
                (Script::Base64, BASE64_NOPAD.encode(&whole).into_bytes()),
                (Script::Base64Url, BASE64URL.encode(&whole).into_bytes()),
                (Script::Base64Url, BASE64URL_NOPAD.encode(&whole).into_bytes()),
                (Script::Base32Upper, data_encoding::BASE32.encode(&whole).into_bytes()),
                (Script::Base32Lower, BASE32_NOPAD.encode(&whole).to_lowercase().into_bytes()),
                (Script::Base32Hex, BASE32_DNSSEC.encode(&whole).into_bytes()),
                (Script::ZBase32, z_base32(&whole).into_bytes()),
                (Script::Base58, bs58::encode(&bytes).into_vec()),
            ];
            for (script, text) in texts {
                prop_assert!(is_in(&text, script, &bytes), "{script}");
            }
        }

        #[test]
        fn digits_of_another_are_not_its_own(bytes in vec(any::<u8>(), 16..40)) {
            // All but the least that any script leaves out: its first and last digits.
            let mut other = bytes.clone();
            other[7] ^= 0x10;
            for script in Script::ALL {
                let text = script.write(&other).concat();
                prop_assert!(!is_in(&text, script, &bytes), "{script}");
            }
        }
    }
}
