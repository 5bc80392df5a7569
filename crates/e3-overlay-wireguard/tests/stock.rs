//! Stock wireguard-go as a peer, and what passes on the wire between it and ours.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio, exit},
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding as _};
use e3_lab::{
    CaptureOptions, Host, Lab, Nat, Point, Site, Topology,
    testing::{MemoryFile, Secrets, Test, run},
};
use e3_overlay_wireguard::{
    engine::{Engine, MTU, Member, Parts, Role},
    key::PrivateKey,
};
use e3_reflector::message::{Class, Message};
use e3_sys::{tun, udp::Datagrams};
use e3_world::World;
use pcap_file::pcapng::{Block, PcapNgReader};

const OURS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
const ITS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 2);
const PORT: u16 = 51820;
/// Where a reflector would be, on the other host.
const REFLECTOR: u16 = 3478;
const SAID: usize = 2_000_000;
/// So many bytes of what is said, one after another, stand in every packet that carries some of it.
const PIECE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let there = |program: &&str| Command::new(program).arg("--version").output().is_err();
    if let Some(missing) = ["wireguard-go", "wg", "ip"]
        .iter()
        .find(|program| there(program))
    {
        println!(
            "skipped: this machine has no {missing} (Debian: wireguard-go, wireguard-tools, iproute2)"
        );
        exit(i32::from(std::env::var_os("E3_STOCK_REQUIRED").is_some()));
    }
    run(&[Test::inside(
        "stock_wireguard_is_a_peer",
        stock_wireguard_is_a_peer,
    )]);
}

/// TCP passes between ours and wireguard-go, and all that is on the wire is WireGuard's messages, but for questions to the
/// reflector.
fn stock_wireguard_is_a_peer() {
    let site = |name: &str, region| Site::new(name, region).nat(Nat::None).hosts([name]);
    let lab = Lab::build(&Topology {
        sites: vec![site("ours", "ams3"), site("its", "fra1")],
        world: World::builtin(),
        seed: 1,
    });
    let lab = lab.unwrap();
    let (ours, its) = (lab.host("ours").unwrap(), lab.host("its").unwrap());
    let (file, log) = (MemoryFile::default(), everything_logged());
    let capture = lab.capture(&[Point::WideArea], CaptureOptions::default(), file.clone());
    let capture = capture.unwrap();
    let [own, other] = [(); 2].map(|()| PrivateKey::generate().unwrap());
    let mut secrets = Secrets::default();
    secrets.add("our private key", &*own.to_bytes());
    secrets.add("its private key", &*other.to_bytes());

    let stock = Stock::start(its, &other, &own);
    let reflector = SocketAddr::new(its.v4().unwrap().into(), REFLECTOR);
    let engine = ours.run_in(|| start(own, reflector)).unwrap();
    engine.set_members(vec![Member {
        key: other.public(),
        role: Role::Party,
        allowed: vec![ITS.into()],
        places: [SocketAddr::new(its.v4().unwrap().into(), PORT)].into(),
    }]);

    let listener = its
        .run_in(|| TcpListener::bind((ITS, 7000)).unwrap())
        .unwrap();
    let answering = thread::spawn(move || {
        let (mut stream, from) = listener.accept().unwrap();
        assert_eq!(from.ip(), OURS);
        let mut heard = vec![0; SAID];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(&heard).unwrap();
    });
    let to = SocketAddr::from((ITS, 7000));
    let stream = ours.run_in(|| TcpStream::connect_timeout(&to, PATIENCE).unwrap());
    let mut stream = stream.unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let said: Vec<u8> = (0..SAID)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let writing = {
        let (mut stream, said) = (stream.try_clone().unwrap(), said.clone());
        thread::spawn(move || stream.write_all(&said).unwrap())
    };
    let mut heard = vec![0; SAID];
    stream.read_exact(&mut heard).unwrap();
    assert!(heard == said, "what comes back is something else");
    writing.join().unwrap();
    answering.join().unwrap();

    drop((stream, engine, stock));
    capture.finish().unwrap();
    let (file, log) = (file.take(), log.take());
    let logged = String::from_utf8_lossy(&log);
    assert!(logged.contains("handshake"), "{logged}");
    assert_eq!(secrets.shown_in(&log), None, "in what is logged");
    // It repeats after fewer bytes than a packet has.
    secrets.add("what is said", &said[..PIECE]);
    assert_eq!(secrets.shown_in(&file), None, "on the wire");
    let all = datagrams(&file);
    let (questions, messages): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(to, _)| *to == REFLECTOR);
    are_questions(&questions);
    are_wireguards(&messages);
}

/// What this process logs from now on, whatever the level.
fn everything_logged() -> MemoryFile {
    let log = MemoryFile::default();
    let written = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || written.clone())
        .init();
    log
}

/// Our data plane, with an interface in the calling thread's network.
fn start(key: PrivateKey, reflector: SocketAddr) -> Engine {
    let tun = tun::create("ours").unwrap();
    let mtu = MTU.to_string();
    ip(
        Command::new("ip"),
        &["address", "add", &format!("{OURS}/24"), "dev", "ours"],
    );
    ip(
        Command::new("ip"),
        &["link", "set", "ours", "mtu", &mtu, "up"],
    );
    let parts = Parts {
        key,
        socket: Datagrams::bind(PORT).unwrap(),
        tun: Some(tun),
        own: vec![OURS.into()],
        reflectors: vec![reflector],
    };
    Engine::start(parts).unwrap()
}

fn ip(mut command: Command, arguments: &[&str]) {
    let done = command.args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {said}");
}

/// wireguard-go; ended when this is dropped.
struct Stock(Child);

impl Stock {
    fn start(host: &Host, own: &PrivateKey, peer: &PrivateKey) -> Self {
        // Its control socket is named after its interface, and other tests may run.
        let name = format!("e3-{}", std::process::id());
        let mut command = host.command("wireguard-go");
        command
            .args(["-f", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let stock = Self(command.spawn().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, Base64::encode_string(&*own.to_bytes())).unwrap();
        let (file, port) = (file.to_str().unwrap(), PORT.to_string());
        let peer = Base64::encode_string(&peer.public().0);
        let allowed = format!("{OURS}/32");
        let set = [
            "set",
            &name,
            "private-key",
            file,
            "listen-port",
            &port,
            "peer",
            &peer,
            "allowed-ips",
            &allowed,
        ];
        let there = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(50));
            host.command("wg")
                .args(set)
                .output()
                .unwrap()
                .status
                .success()
        });
        assert!(there, "wireguard-go does not take its keys");
        ip(
            host.command("ip"),
            &["address", "add", &format!("{ITS}/24"), "dev", &name],
        );
        ip(host.command("ip"), &["link", "set", &name, "up"]);
        stock
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Every datagram is a question of STUN that says nothing else (RFC 8489, section 5).
fn are_questions(datagrams: &[(u16, Vec<u8>)]) {
    assert!(!datagrams.is_empty(), "the reflector was not asked");
    for (_, question) in datagrams {
        let message = Message::decode(question).unwrap();
        assert_eq!(message.class, Class::Request);
        assert_eq!(message.attributes, []);
    }
}

/// Every datagram has a type of WireGuard's, three zeros behind it, and the length that this type has.
fn are_wireguards(datagrams: &[(u16, Vec<u8>)]) {
    let mut kinds = BTreeSet::new();
    for (_, message) in datagrams {
        assert_eq!(
            message[1..4],
            [0; 3],
            "reserved bytes of {:?}",
            &message[..4]
        );
        match (message[0], message.len()) {
            (1, 148) | (2, 92) | (3, 64) => {}
            // A header, what is carried, padded, and a tag.
            (4, length) => assert!(
                length >= 32 && (length % 16 == 0 || length == usize::from(MTU) + 32),
                "a message of data has {length} bytes"
            ),
            (kind, length) => panic!("type {kind} with {length} bytes"),
        }
        kinds.insert(message[0]);
    }
    assert!(
        kinds.is_superset(&[1, 2, 4].into()),
        "only types {kinds:?} were seen"
    );
}

/// The datagrams of UDP between the two sites, each with the port to which it goes; everything must be one.
fn datagrams(file: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut reader = PcapNgReader::new(Cursor::new(file)).unwrap();
    let mut found = Vec::new();
    while let Some(block) = reader.next_block() {
        let (Block::EnhancedPacket(packet), _) = block.unwrap() else {
            continue;
        };
        let data = &packet.data;
        // A kernel may say that nobody listens there any more (ICMP).
        if data[0] >> 4 != 4 || data[9] == 1 {
            continue;
        }
        assert_eq!(data[9], 17, "a packet of another protocol than UDP");
        let header = usize::from(data[0] & 15) * 4;
        let to = u16::from_be_bytes([data[header + 2], data[header + 3]]);
        found.push((to, data[header + 8..].to_vec()));
    }
    assert!(
        found.len() > SAID / usize::from(MTU),
        "only {} datagrams",
        found.len()
    );
    found
}
