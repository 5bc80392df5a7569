//! Somebody through whose hands packets pass.

use std::io::{ErrorKind, Read, Write};
use std::net::UdpSocket;
use std::sync::mpsc;
use std::time::Duration;

use e3_lab::testing::Test;
use e3_lab::{Carries, Fate, Lab, Site};

use crate::common::{SOON, address, connect, host, lab_in, listen, two_regions, udp};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside(
        "what_passes_can_be_read_changed_and_taken",
        what_passes_can_be_read_changed_and_taken,
    ),
    Test::inside(
        "a_stream_is_changed_packet_by_packet",
        a_stream_is_changed_packet_by_packet,
    ),
    Test::inside(
        "what_is_kept_can_be_sent_again",
        what_is_kept_can_be_sent_again,
    ),
    Test::inside("nobody_stands_within_a_site", nobody_stands_within_a_site),
];

fn pair() -> Lab {
    let site = |name: &str, region: &str| Site::new(name, region).hosts([name]);
    let delay = Duration::from_millis(5);
    lab_in(
        two_regions(delay, delay),
        vec![site("a", "here"), site("b", "there")],
    )
}

fn hears(socket: &UdpSocket) -> Option<String> {
    let mut datagram = [0; 64];
    match socket.recv(&mut datagram) {
        Ok(length) => Some(String::from_utf8(datagram[..length].to_vec()).unwrap()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    }
}

fn what_passes_can_be_read_changed_and_taken() {
    let lab = pair();
    let (a, b) = (udp(host(&lab, "a")), udp(host(&lab, "b")));
    let port = b.local_addr().unwrap().port();
    let to = (address(host(&lab, "b")), port);
    let (tell, told) = mpsc::channel();
    let adversary = lab.adversary("a", "b", move |passing| {
        tell.send((passing.carries(), passing.to(), passing.payload().to_vec()))
            .unwrap();
        match passing.payload() {
            b"secret" => Fate::Take,
            b"one" => {
                passing.put(b"two");
                Fate::Pass
            }
            _ => Fate::Pass,
        }
    });
    let adversary = adversary.unwrap();
    for word in ["one", "secret", "three"] {
        a.send_to(word.as_bytes(), to).unwrap();
    }
    assert_eq!(hears(&b).as_deref(), Some("two"));
    assert_eq!(hears(&b).as_deref(), Some("three"));
    let seen: Vec<_> = told.try_iter().collect();
    assert_eq!(
        seen[1],
        (Some(Carries::Udp), Some(to.into()), b"secret".to_vec())
    );
    assert_eq!((seen.len(), lab.drops().lost), (3, 1));

    // The other direction, and what is said once nobody stands there, is as it was.
    let (from, own) = (a.local_addr().unwrap().port(), address(host(&lab, "a")));
    b.send_to(b"one", (own, from)).unwrap();
    assert_eq!(hears(&a).as_deref(), Some("one"));
    drop(adversary);
    a.send_to(b"one", to).unwrap();
    assert_eq!(hears(&b).as_deref(), Some("one"));
}

fn a_stream_is_changed_packet_by_packet() {
    let lab = pair();
    let (listener, port) = listen(host(&lab, "b"));
    let mut stream = connect(host(&lab, "a"), address(host(&lab, "b")), port).unwrap();
    let (mut other, _) = listener.accept().unwrap();
    let (tell, told) = mpsc::channel();
    let adversary = lab.adversary("a", "b", move |passing| {
        let payload = passing.payload();
        tell.send(payload.len()).unwrap();
        let changed: Vec<u8> = payload.iter().map(|byte| byte ^ 1).collect();
        passing.put(&changed);
        Fate::Pass
    });
    let _adversary = adversary.unwrap();
    // Handed over as one piece, it is packets for whoever stands on the path.
    let said = vec![6_u8; 100_000];
    stream.write_all(&said).unwrap();
    let mut heard = vec![0; said.len()];
    other.set_read_timeout(Some(SOON)).unwrap();
    other.read_exact(&mut heard).unwrap();
    assert!(heard.iter().all(|byte| *byte == 7));
    let longest = told.try_iter().max().unwrap();
    assert!((1000..1500).contains(&longest), "{longest}");
}

fn what_is_kept_can_be_sent_again() {
    let lab = pair();
    let (a, b) = (udp(host(&lab, "a")), udp(host(&lab, "b")));
    let to = (address(host(&lab, "b")), b.local_addr().unwrap().port());
    let (tell, told) = mpsc::channel();
    let adversary = lab
        .adversary("a", "b", move |passing| {
            tell.send(passing.packet().to_vec()).unwrap();
            Fate::Pass
        })
        .unwrap();
    a.send_to(b"again", to).unwrap();
    assert_eq!(hears(&b).as_deref(), Some("again"));
    let packet = told.recv_timeout(SOON).unwrap();
    for _ in 0..2 {
        adversary.send(&packet).unwrap();
        assert_eq!(hears(&b).as_deref(), Some("again"));
    }
    assert_eq!(hears(&b), None);
    assert!(told.try_recv().is_err(), "what is sent again passes again");
}

fn nobody_stands_within_a_site() {
    let lab = pair();
    let error = lab.adversary("a", "a", |_| Fate::Pass).unwrap_err();
    assert!(error.to_string().contains('a'), "{error}");
    lab.adversary("a", "nowhere", |_| Fate::Pass).unwrap_err();
}
