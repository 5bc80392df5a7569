//! Packets made for tests, with their virtio headers.

use e3_sys::tun::HEADER;

use super::checksum::sum;

pub(super) const INSIDE: [u8; 4] = [192, 168, 1, 2];
pub(super) const REMOTE: [u8; 4] = [198, 18, 0, 2];

/// UDP from 4000 inside to 5000 at the remote host.
pub(super) fn datagram(payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap();
    let mut transport = [4000_u16, 5000, length, 0].map(u16::to_be_bytes).concat();
    transport.extend_from_slice(payload);
    finished(INSIDE, REMOTE, 17, transport)
}

/// TCP from 4000 inside to 5000 at the remote host, a SYN.
pub(super) fn segment(payload: &[u8]) -> Vec<u8> {
    let mut transport = [4000_u16, 5000].map(u16::to_be_bytes).concat();
    transport.extend([1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]);
    transport.extend_from_slice(payload);
    finished(INSIDE, REMOTE, 6, transport)
}

/// An echo request from inside to the remote host.
pub(super) fn ping(id: u16) -> Vec<u8> {
    let mut transport = vec![8, 0, 0, 0];
    transport.extend(id.to_be_bytes());
    transport.extend([0, 1, 0x42, 0x43, 0x44]);
    finished(INSIDE, REMOTE, 1, transport)
}

/// The remote host's answer that a packet's port is closed.
pub(super) fn error_about(packet: &[u8]) -> Vec<u8> {
    let ip = &packet[HEADER..];
    let mut transport = vec![3, 3, 0, 0, 0, 0, 0, 0];
    transport.extend_from_slice(ip);
    let (from, to) = (
        ip[16..20].try_into().unwrap(),
        ip[12..16].try_into().unwrap(),
    );
    finished(from, to, 1, transport)
}

/// The answer to a packet of UDP, TCP or an echo request: ends swapped.
pub(super) fn answer(packet: &[u8]) -> Vec<u8> {
    let ip = &packet[HEADER..];
    let (from, to) = (
        ip[16..20].try_into().unwrap(),
        ip[12..16].try_into().unwrap(),
    );
    let mut transport = ip[20..].to_vec();
    if ip[9] == 1 {
        transport[0] = 0;
    } else {
        let (first, second) = transport[..4].split_at_mut(2);
        first.swap_with_slice(second);
    }
    finished(from, to, ip[9], transport)
}

/// The packet of one transport, with all checksums.
pub(super) fn finished(
    from: [u8; 4],
    to: [u8; 4],
    protocol: u8,
    mut transport: Vec<u8>,
) -> Vec<u8> {
    let at = checksum_at(protocol);
    transport[at..at + 2].fill(0);
    let mut pseudo = pseudo_header(from, to, protocol, transport.len());
    pseudo.extend_from_slice(&transport);
    let checksum = match !sum(&pseudo) {
        0 if protocol == 17 => 0xffff,
        checksum => checksum,
    };
    transport[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    let length = u16::try_from(20 + transport.len()).unwrap().to_be_bytes();
    let mut ip = vec![
        0x45, 0, length[0], length[1], 0, 9, 0, 0, 64, protocol, 0, 0,
    ];
    ip.extend(from);
    ip.extend(to);
    let checksum = !sum(&ip);
    ip[10..12].copy_from_slice(&checksum.to_be_bytes());
    [vec![0; HEADER], ip, transport].concat()
}

/// The same with its transport's checksum left to others.
pub(super) fn partial(mut packet: Vec<u8>) -> Vec<u8> {
    packet[0] = 1;
    let ip = &packet[HEADER..];
    let (from, to) = (
        ip[12..16].try_into().unwrap(),
        ip[16..20].try_into().unwrap(),
    );
    let pseudo = sum(&pseudo_header(from, to, ip[9], ip.len() - 20));
    let at = HEADER + 20 + checksum_at(packet[HEADER + 9]);
    packet[at..at + 2].copy_from_slice(&pseudo.to_be_bytes());
    packet
}

/// The same with that done.
pub(super) fn completed(mut packet: Vec<u8>) -> Vec<u8> {
    packet[0] = 0;
    let at = HEADER + 20 + checksum_at(packet[HEADER + 9]);
    let checksum = match !sum(&packet[HEADER + 20..]) {
        0 if packet[HEADER + 9] == 17 => 0xffff,
        checksum => checksum,
    };
    packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    packet
}

/// Whether all checksums add up, computed anew.
pub(super) fn checksums_are_right(packet: &[u8]) -> bool {
    let ip = &packet[HEADER..];
    let (from, to) = (
        ip[12..16].try_into().unwrap(),
        ip[16..20].try_into().unwrap(),
    );
    let mut covered = pseudo_header(from, to, ip[9], ip.len() - 20);
    covered.extend_from_slice(&ip[20..]);
    sum(&ip[..20]) == 0xffff && sum(&covered) == 0xffff
}

/// RFC 768 and RFC 9293; ICMP has none.
fn pseudo_header(from: [u8; 4], to: [u8; 4], protocol: u8, length: usize) -> Vec<u8> {
    if protocol == 1 {
        return Vec::new();
    }
    let length = u16::try_from(length).unwrap().to_be_bytes();
    [&from[..], &to, &[0, protocol], &length].concat()
}

fn checksum_at(protocol: u8) -> usize {
    match protocol {
        6 => 16,
        17 => 6,
        _ => 2,
    }
}
