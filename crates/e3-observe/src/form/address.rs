//! Addresses as protocols write them.

use std::net::{IpAddr, Ipv4Addr};

/// What STUN mixes into addresses (RFC 8489, section 5).
const COOKIE: u32 = 0x2112_a442;

/// Its bytes, the most significant first.
pub(super) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    }
}

/// As in an XOR-MAPPED-ADDRESS (RFC 8489, section 14.2). Those of IPv6 are mixed with what differs in each question.
pub(super) fn xored(address: Ipv4Addr) -> [u8; 4] {
    (u32::from(address) ^ COOKIE).to_be_bytes()
}

/// As a number in Protocol Buffers: seven bits a byte, the least significant first.
pub(super) fn varint(address: Ipv4Addr) -> Vec<u8> {
    let (mut rest, mut bytes) = (u32::from(address), Vec::new());
    loop {
        let [low, ..] = (rest & 0x7f).to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// The name that is asked for (RFC 1035, section 3.5; RFC 3596, section 2.5).
pub(super) fn arpa(address: IpAddr) -> String {
    let octets = octets(address).into_iter().rev();
    match address {
        IpAddr::V4(_) => {
            let parts: Vec<_> = octets.map(|octet| octet.to_string()).collect();
            format!("{}.in-addr.arpa", parts.join("."))
        }
        IpAddr::V6(_) => {
            let digits = octets.flat_map(|octet| [octet & 15, octet >> 4]);
            let parts: Vec<_> = digits.map(|digit| format!("{digit:x}")).collect();
            format!("{}.ip6.arpa", parts.join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let four = Ipv4Addr::new(192, 0, 2, 1);
        // Of RFC 5769, section 2.2.
        assert_eq!(xored(four), [0xe1, 0x12, 0xa6, 0x43]);
        assert_eq!(arpa(four.into()), "1.2.0.192.in-addr.arpa");
        assert_eq!(varint(Ipv4Addr::new(0, 0, 1, 44)), [0xac, 0x02]);
        let six = arpa("2001:db8::1".parse().unwrap());
        assert!(six.starts_with("1.0.0.0.") && six.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"));
    }
}
