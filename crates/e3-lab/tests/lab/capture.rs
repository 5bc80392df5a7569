//! Captures: what a reader of the file finds, and that capturing holds nothing up.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use e3_lab::testing::{MemoryFile, Test, helper};
use e3_lab::{CaptureError, CaptureOptions, EnterOptions, Lab, Nat, Point, Role, enter};

use crate::captured::{Interface, capture, cloud_and_home, open, read, source, sums_are_right};
use crate::common::{address, connect, host, lab_in, site, two_regions, udp};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside(
        "a_capture_shows_a_packet_at_every_point",
        a_capture_shows_a_packet_at_every_point,
    ),
    Test::outside("tcpdump_reads_a_capture", tcpdump_reads_a_capture),
    Test::helper("print_a_capture", print_a_capture),
    Test::inside(
        "a_stream_is_captured_as_on_a_wire",
        a_stream_is_captured_as_on_a_wire,
    ),
    Test::inside("points_are_what_people_write", points_are_what_people_write),
];

const MS: Duration = Duration::from_millis(1);

fn a_capture_shows_a_packet_at_every_point() {
    let lab = cloud_and_home();
    let (anna, bert) = (host(&lab, "anna"), host(&lab, "bert"));
    let points = [
        "bert",
        "home:inside",
        "home:outside",
        "wide-area",
        "home-cloud",
        "cloud:outside",
        "anna",
    ];
    let file = MemoryFile::default();
    let capture = capture(&lab, &points, file.clone());
    let (from, to) = (udp(bert), udp(anna));
    let target = SocketAddr::from((address(anna), to.local_addr().unwrap().port()));
    for _ in 0..5 {
        from.send_to(b"seen by all", target).unwrap();
        to.recv(&mut [0; 20]).unwrap();
    }
    let seen = capture.finish().unwrap();
    assert!(
        seen.iter()
            .all(|point| point.packets >= 5 && point.missed == 0),
        "{seen:?}"
    );
    let bytes = file.take();
    let interfaces = read(&bytes);
    let names: Vec<_> = interfaces
        .iter()
        .map(|interface| interface.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "bert",
            "home:inside",
            "home:outside",
            "wide-area",
            "home–cloud",
            "cloud:outside",
            "anna"
        ]
    );

    let home = Ipv4Addr::new(198, 18, 0, 33);
    assert_eq!(lab.seen_as("bert"), Some(home.into()));
    let bert = address(bert);
    let expected = [
        (bert, Some(2)),
        (bert, Some(1)),
        (home, Some(2)),
        (home, None),
        (home, None),
        (home, Some(1)),
        (home, Some(1)),
    ];
    let mut before = vec![Duration::ZERO; 5];
    for (interface, (address, flags)) in interfaces.iter().zip(expected) {
        let found = interface.with("seen by all");
        let name = &interface.name;
        assert_eq!(found.len(), 5, "{name}");
        assert!(
            found
                .iter()
                .all(|(packet, ip)| source(ip) == address && packet.flags == flags),
            "{name}: {found:?}"
        );
        assert!(found.iter().all(|(_, ip)| sums_are_right(ip)), "{name}");
        let times: Vec<_> = found.iter().map(|(packet, _)| packet.at).collect();
        assert!(
            times.iter().zip(&before).all(|(at, before)| at >= before),
            "{name}: {times:?} {before:?}"
        );
        assert_eq!(
            interface.statistics,
            Some((interface.packets.len() as u64, 0)),
            "{name}"
        );
        before = times;
    }
    let first_at = |index: usize| interfaces[index].with("seen by all")[0].0.at;
    let way = first_at(5).saturating_sub(first_at(3));
    // The router may deliver a little early, by half of what it usually wakes late.
    let early = Duration::from_micros(75);
    assert!((MS * 10..MS * 20).contains(&(way + early)), "{way:?}");
}

/// Outside, because tcpdump takes whoever is root in a user namespace for root.
fn tcpdump_reads_a_capture() {
    if Command::new("tcpdump").arg("--version").output().is_err() {
        println!("there is no tcpdump on this machine");
        return;
    }
    let captured = helper("print_a_capture").output().unwrap();
    assert!(captured.status.success());
    let mut tcpdump = Command::new("tcpdump")
        .args(["-nr", "-", "icmp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = tcpdump.stdin.take().unwrap();
    into.write_all(&captured.stdout).unwrap();
    drop(into);
    let said = tcpdump.wait_with_output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.matches("ICMP echo request").count(), 3, "{said}");
    assert_eq!(said.matches("ICMP echo reply").count(), 3, "{said}");
}

/// Captures three pings in a lab of its own, and writes them to standard output.
fn print_a_capture() {
    let skip_user_namespace = env::var_os("E3_TEST_NO_USER_NAMESPACE").is_some();
    match enter(EnterOptions {
        skip_user_namespace,
    }) {
        Ok(Role::Guardian(guardian)) => std::process::exit(guardian.wait().unwrap()),
        Ok(Role::Inside) => {}
        Err(error) => panic!("{error}"),
    }
    let lab = cloud_and_home();
    let capture = capture(&lab, &["wide-area"], io::stdout());
    let times = host(&lab, "bert").ping(address(host(&lab, "anna")), 3, Duration::from_secs(2));
    assert_eq!(times.unwrap().len(), 3);
    capture.finish().unwrap();
}

fn a_stream_is_captured_as_on_a_wire() {
    let lab = cloud_and_home();
    let anna = host(&lab, "anna").addresses();
    assert_eq!(anna.len(), 2, "IPv4 and IPv6");
    for address in anna {
        let sent: Vec<u8> = (0..=250).cycle().take(3_000_000).collect();
        let file = MemoryFile::default();
        let capture = capture(&lab, &["bert", "wide-area", "anna"], file.clone());
        let port = stream(&lab, address, &sent);
        capture.finish().unwrap();
        let bytes = file.take();
        for interface in read(&bytes) {
            let count = interface.packets.len();
            println!("{}: {count} packets to {address}", interface.name);
            let rebuilt = rebuild(&interface, port);
            assert!(rebuilt == sent, "{}: {}", interface.name, rebuilt.len());
        }
    }
}

/// Sends these bytes from bert to anna: the port that they went to.
fn stream(lab: &Lab, anna: IpAddr, bytes: &[u8]) -> u16 {
    let listener = host(lab, "anna").run_in(|| TcpListener::bind("[::]:0"));
    let listener = listener.unwrap().unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut out = connect(host(lab, "bert"), anna, port).unwrap();
    let (mut into, _) = listener.accept().unwrap();
    let mut received = Vec::new();
    thread::scope(|scope| {
        scope.spawn(move || out.write_all(bytes).unwrap());
        into.read_to_end(&mut received).unwrap();
    });
    assert_eq!(received.len(), bytes.len());
    port
}

/// What went to this port, from the TCP packets of an interface, each of which has to be right.
fn rebuild(interface: &Interface, port: u16) -> Vec<u8> {
    let mut parts = BTreeMap::new();
    let mut first = None;
    for (packet, ip) in interface.ip() {
        let opened = open(ip);
        let tcp = opened.data;
        if opened.protocol != 6 || tcp[2..4] != port.to_be_bytes() {
            continue;
        }
        assert!(ip.len() <= 1500, "{}", ip.len());
        assert_eq!(
            (ip.len(), packet.length as usize),
            (opened.length, packet.data.len())
        );
        assert!(sums_are_right(ip));
        let number = u32::from_be_bytes([tcp[4], tcp[5], tcp[6], tcp[7]]);
        let first = *first.get_or_insert(number.wrapping_add(1));
        let data = &tcp[usize::from(tcp[12] >> 4) * 4..];
        parts.insert(number.wrapping_sub(first), data.to_vec());
    }
    let mut rebuilt: Vec<u8> = Vec::new();
    for (at, data) in parts {
        // What was sent again is there once.
        if at as usize == rebuilt.len() {
            rebuilt.extend(data);
        }
    }
    rebuilt
}

fn points_are_what_people_write() {
    let lab = cloud_and_home();
    let point = |text: &str| lab.point(text).map_err(|error| error.to_string());
    let pair = || Point::Between("home".to_owned(), "anna".to_owned());
    assert_eq!(point("anna"), Ok(Point::Host("anna".to_owned())));
    assert_eq!(point("home:inside"), Ok(Point::Inside("home".to_owned())));
    assert_eq!(point("bert:outside"), Ok(Point::Outside("bert".to_owned())));
    assert_eq!(point("wide-area"), Ok(Point::WideArea));
    for text in ["home-anna", "home–anna", "home <-> anna"] {
        assert_eq!(point(text), Ok(pair()));
    }
    assert_eq!(pair().to_string(), "home–anna");
    let said = |text: &str| point(text).unwrap_err();
    assert!(said("home").contains("`home:inside`"));
    assert!(said("home:left").contains("`left`"));
    assert!(said("hme:inside").contains("did you mean `home`?"));
    assert!(said("anna–arno").contains("same site"));
    assert!(said("anna-arno").contains("same site"));
    assert!(said("nowhere").contains("no site or host `nowhere`"));
    assert!(matches!(
        lab.capture(&[], CaptureOptions::default(), io::sink()),
        Err(CaptureError::NoPoint)
    ));
    let alone = lab_in(
        two_regions(MS, MS),
        vec![site("a", "here", Nat::None, &["a0"])],
    );
    assert!(matches!(
        alone.capture(&[Point::WideArea], CaptureOptions::default(), io::sink()),
        Err(CaptureError::NoWideArea)
    ));
}
