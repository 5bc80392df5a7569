use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::*;

/// What arrives until so many datagrams have.
fn take(at: &Datagrams, many: usize) -> Vec<(SocketAddr, Vec<u8>)> {
    let mut inbox = Inbox::new();
    let mut found = Vec::new();
    let begun = Instant::now();
    while found.len() < many {
        assert!(begun.elapsed() < Duration::from_secs(5), "only {found:?}");
        at.receive(&mut inbox).unwrap();
        for piece in inbox.pieces() {
            let each = piece.bytes.chunks(piece.segment);
            found.extend(each.map(|bytes| (piece.from, bytes.to_vec())));
        }
    }
    found
}

#[test]
fn pieces_arrive_as_the_datagrams_that_they_are() {
    let [one, two] = [(); 2].map(|()| Datagrams::bind(0).unwrap());
    let port = two.port().unwrap();
    let long: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for (cuts, home) in [
        (true, Ipv4Addr::LOCALHOST.into()),
        (false, Ipv4Addr::LOCALHOST.into()),
        (true, std::net::IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ] {
        let to = SocketAddr::new(home, port);
        if !one.reaches(to) {
            continue;
        }
        one.cuts.store(cuts, Ordering::Relaxed);
        let segments = Parcel {
            to,
            bytes: &long,
            segment: 300,
        };
        let single = Parcel {
            to,
            bytes: &[7],
            segment: 1,
        };
        one.send(&[segments, single]);
        let found = take(&two, 5);
        let lengths: Vec<usize> = found.iter().map(|(_, bytes)| bytes.len()).collect();
        assert_eq!(lengths, [300, 300, 300, 100, 1], "{home} {cuts}");
        let from = SocketAddr::new(home, one.port().unwrap());
        assert!(found.iter().all(|(at, _)| *at == from), "{found:?}");
        let all: Vec<u8> = found.into_iter().flat_map(|(_, bytes)| bytes).collect();
        assert_eq!(all[..1000], long);
    }
}

#[test]
fn what_cannot_be_sent_keeps_nothing_back() {
    let [one, two] = [(); 2].map(|()| Datagrams::bind(0).unwrap());
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, two.port().unwrap()));
    let nowhere = SocketAddr::from((Ipv4Addr::BROADCAST, 9));
    let parcel = |to| Parcel {
        to,
        bytes: &[1, 2, 3],
        segment: 3,
    };
    one.send(&[parcel(nowhere), parcel(to)]);
    assert_eq!(take(&two, 1)[0].1, [1, 2, 3]);
}

#[test]
fn a_taken_port_is_an_error() {
    let taken = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Datagrams::bind(port).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}

/// A path that takes less than a datagram's length loses nothing, and spoils no other path.
#[test]
fn where_datagrams_are_too_long_for_a_path_they_go_one_by_one() {
    let narrow = std::thread::spawn(|| {
        if let Err(error) = crate::namespace::unshare(&[crate::namespace::Kind::Net]) {
            let _ = writeln!(std::io::stderr(), "skipped: no network of its own: {error}");
            return;
        }
        let mut ip = std::process::Command::new("ip");
        let up = ip.args(["link", "set", "lo", "mtu", "1300", "up"]).status();
        assert!(up.unwrap().success());
        let [one, two] = [(); 2].map(|()| Datagrams::bind(0).unwrap());
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, two.port().unwrap()));
        let long: Vec<u8> = (0..=255).cycle().take(64 * 400).collect();
        let parcel = |segment| Parcel {
            to,
            bytes: &long[..segment * 18],
            segment,
        };
        one.send(&[parcel(1400), parcel(300)]);
        let found = take(&two, 36);
        let mut lengths: Vec<usize> = found.iter().map(|(_, bytes)| bytes.len()).collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [[300; 18], [1400; 18]].concat());
        assert!(one.cuts(), "other paths may be wider");
    });
    narrow.join().unwrap();
}
