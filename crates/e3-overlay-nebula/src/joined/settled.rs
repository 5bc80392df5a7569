//! When nebula has done all that it does to its interface: what is moved to another network before that makes it give up.
//!
//! It says that it is up first, and sets addresses and routes afterwards. The last of them is one that it was asked for to
//! be seen here: a route to the lighthouse alone ([`config`](crate::config)). Then it switches its interface on once more,
//! and begins to read packets: so a packet is sent there, and when it was read, nebula is done. It goes no further, since
//! the firewall lets nothing out to a lighthouse.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// How long it may take, and how often that is looked at.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_millis(2));

/// The port of the packet that is only to be read: discard (RFC 863).
const DISCARD: u16 = 9;

/// Waits until nebula reads what is sent to this address by its interface; whether it has is returned.
pub(super) async fn settled(interface: &str, to: IpAddr) -> bool {
    let (patience, pause) = PATIENCE;
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        let routed = match to {
            IpAddr::V4(to) => routed_4(&read("route"), interface, to),
            IpAddr::V6(to) => routed_6(&read("ipv6_route"), interface, to),
        };
        if routed {
            // Full, or refused: it is tried again.
            let _ = send(to);
            if taken(&read("dev"), interface) {
                return true;
            }
        }
        sleep(pause).await;
    }
    false
}

/// A file of proc(5) about this thread's network.
fn read(name: &str) -> String {
    fs::read_to_string(format!("/proc/thread-self/net/{name}")).unwrap_or_default()
}

fn send(to: IpAddr) -> io::Result<usize> {
    let any: IpAddr = match to {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0))?.send_to(&[], (to, DISCARD))
}

/// Whether somebody has read a packet from a TUN interface. Behind its name and eight figures of what it has received
/// stand the bytes and the packets that it has sent, which count when they are read.
fn taken(table: &str, interface: &str) -> bool {
    let mut lines = table.lines().filter_map(|line| line.split_once(':'));
    let line = lines.find(|(name, _)| name.trim() == interface);
    let sent = line.and_then(|(_, figures)| figures.split_whitespace().nth(9));
    sent.and_then(|sent| sent.parse().ok()).unwrap_or(0_u64) > 0
}

/// Interface, address, …, mask as the eighth: numbers of this machine's order, in hexadecimal.
fn routed_4(table: &str, interface: &str, to: Ipv4Addr) -> bool {
    let wanted = format!("{:08X}", u32::from_ne_bytes(to.octets()));
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.first() == Some(&interface)
            && fields.get(1) == Some(&wanted.as_str())
            && fields.get(7) == Some(&"FFFFFFFF")
    })
}

/// Address and bits first, the interface last, in hexadecimal.
fn routed_6(table: &str, interface: &str, to: Ipv6Addr) -> bool {
    let wanted = format!("{:032x} 80 ", to.to_bits());
    table.lines().any(|line| {
        line.starts_with(&wanted) && line.split_whitespace().next_back() == Some(interface)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_told_from_what_waits() {
        let table = |packets| {
            format!(
                "Inter-|   Receive  |  Transmit\n    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n  \
                 e3n1: 7 7 0 0 0 0 0 0 28 {packets} 0 0 0 0 0 0\n"
            )
        };
        assert!(taken(&table(1), "e3n1"));
        assert!(!taken(&table(0), "e3n1"));
        assert!(!taken(&table(1), "e3n"));
        assert!(!taken("e3n1: 7", "e3n1"));
    }

    #[test]
    fn the_route_to_one_address_is_found() {
        let table = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n\
            e3n1 0000E90A 00000000 0001 0 0 0 0000FFFF 0 0 0\n";
        let to = Ipv4Addr::new(10, 233, 255, 254);
        assert!(!routed_4(table, "e3n1", to));
        let alone = format!("{table}e3n1 FEFFE90A 00000000 0005 0 0 0 FFFFFFFF 0 0 0\n");
        assert!(routed_4(&alone, "e3n1", to));
        assert!(!routed_4(&alone, "e3n2", to));
        let (zero, to) = ("0".repeat(32), Ipv6Addr::new(0xfd12, 0, 0, 0, 0, 0, 0, 7));
        let line = |bits: &str| {
            let to = format!("fd12{}7", "0".repeat(27));
            format!("{to} {bits} {zero} 00 {zero} 00000100 1 0 00000001     e3n1\n")
        };
        assert!(routed_6(&line("80"), "e3n1", to));
        assert!(!routed_6(&line("40"), "e3n1", to));
    }
}
