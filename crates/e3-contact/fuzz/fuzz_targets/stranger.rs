//! Any bytes as what strangers say before anybody knows who they are: a key has one encoding, in introductions and in
//! handshakes, and nobody on the LAN leads anybody to elsewhere, or to more doors than are knocked at.

#![no_main]

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use e3_contact::{MAX_ADDRESSES, Neighbour, introduced, key_in, shown};
use e3_session::types::Subnet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(key) = introduced(bytes) {
        assert_eq!(key.as_bytes(), bytes);
    }
    if let Some(key) = key_in(bytes) {
        assert_eq!(shown(key.as_bytes()), bytes);
    }
    let Some((count, bytes)) = bytes.split_first() else {
        return;
    };
    // Addresses of 18 bytes, and what is said beside them.
    let (addresses, said) = bytes.split_at(bytes.len().min(usize::from(*count) * 18));
    let (addresses, _) = addresses.as_chunks();
    let lan: [Subnet; 2] = ["192.168.1.0/24", "fe80::/64"].map(|net| net.parse().expect("a net"));
    let heard = Neighbour::hear(
        &lan,
        addresses.iter().map(address),
        std::str::from_utf8(said).ok(),
    );
    assert!(heard.quic.len() <= MAX_ADDRESSES && heard.tcp.len() <= MAX_ADDRESSES);
    for at in heard.quic.iter().chain(&heard.tcp) {
        assert!(at.port() != 0 && is_near(at.ip()), "{at}");
    }
    assert!(
        heard
            .tcp
            .iter()
            .all(|at| heard.quic.iter().any(|quic| quic.ip() == at.ip()))
    );
});

/// IPv4 addresses are those that IPv6 has for them (RFC 4291, section 2.5.5.2), every second one as it is.
fn address(bytes: &[u8; 18]) -> SocketAddr {
    let [octets @ .., high, low] = *bytes;
    let six = Ipv6Addr::from(octets);
    let ip = if low & 1 == 0 {
        six.into()
    } else {
        IpAddr::V6(six).to_canonical()
    };
    SocketAddr::new(ip, u16::from_be_bytes([high, low]))
}

/// Whether an address is one of this LAN.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(four) => four.octets().starts_with(&[192, 168, 1]),
        IpAddr::V6(six) => six.octets().starts_with(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0]),
    }
}
