//! Beside a nebula that the host's user runs already, with a network, an interface and a port of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_lab::{Host, Lab};
use e3_nebula::{Authority, Details, HostKey, Network, Version};
use serde_json::json;

use crate::{
    by_hand::ByHand,
    field::{AT, Field, Wanted},
    party::{until, wire::Ask},
    stock::Stock,
};

/// The port that nebulas have where nobody chooses.
const USUAL: u16 = 4242;

/// How often a stranger knocks.
const KNOCKS: usize = 20_000;

/// What users have chosen of old.
const ADDRESSES: [Ipv4Addr; 3] = [
    Ipv4Addr::new(192, 168, 100, 1),
    Ipv4Addr::new(192, 168, 100, 2),
    Ipv4Addr::new(192, 168, 100, 3),
];

pub(crate) fn an_old_one() {
    undisturbed(Stock::Old);
}

pub(crate) fn a_new_one() {
    undisturbed(Stock::New);
}

/// Both hosts' users, and the lighthouse's host's, have a nebula that stays as it is: the same files, interface, routes and
/// connections.
fn undisturbed(stock: Stock) {
    let wanted = Wanted {
        parties: &[stock, stock],
        lighthouse: stock,
        any_port: true,
        ..Wanted::default()
    };
    let mut theirs = Vec::new();
    let mut field = Field::after(&wanted, |lab, home| {
        theirs = start(lab, &home.join("users"), stock);
    });
    let hosts = ["p0", "p1", "hub"].map(|name| field.lab.host(name).unwrap().clone());
    let users = field.home.path().join("users");
    assert_ne!(field.facts[0].ports[0].port, USUAL);
    let to = SocketAddr::from((ADDRESSES[1], 7000));
    let listener = hosts[1].run_in(|| TcpListener::bind(to)).unwrap().unwrap();
    let mut stream = hosts[0]
        .run_in(|| TcpStream::connect_timeout(&to, Duration::from_secs(5)))
        .unwrap()
        .unwrap();
    let (mut other, _) = listener.accept().unwrap();
    let before: Vec<String> = hosts.iter().map(seen).collect();
    let files = read(&users);

    field.admit();
    field.join();
    let at = field.at(1);
    field.parties[0].ask(&Ask::Exchange(at, 100_000));
    speak(&mut stream, &mut other);
    let during: Vec<String> = hosts.iter().map(seen).collect();
    assert_eq!(during, before);
    field.leave();

    speak(&mut stream, &mut other);
    thread::sleep(Duration::from_secs(1));
    speak(&mut other, &mut stream);
    let after: Vec<String> = hosts.iter().map(seen).collect();
    assert_eq!(after, before);
    assert_eq!(read(&users), files);
    assert!(theirs.iter_mut().all(ByHand::is_up));
    // Nobody else's handshake has come to them.
    for (nebula, count) in theirs.iter().zip([1, 1, 0]) {
        let log = nebula.log();
        let handshakes = log.matches("Handshake message received").count();
        assert!(handshakes == count && !log.contains("10.233."), "{log}");
    }
}

/// The user's nebulas, with their own certificates.
fn start(lab: &Lab, folder: &Path, stock: Stock) -> Vec<ByHand> {
    fs::create_dir(folder).unwrap();
    let hosts = ["p0", "p1", "hub"].map(|name| lab.host(name).unwrap());
    let cert = stock.path().unwrap().with_file_name("nebula-cert");
    let run = |arguments: &[&str]| {
        let done = Command::new(&cert)
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    run(&["ca", "-name", "home"]);
    let nebulas = hosts.iter().zip(ADDRESSES).map(|(host, address)| {
        let name = host.name();
        let flag = if stock == Stock::Old { "-ip" } else { "-networks" };
        run(&["sign", "-name", name, flag, &format!("{address}/24")]);
        let file = |name: &str| folder.join(name);
        let mut map = serde_json::Map::new();
        for (host, address) in hosts.iter().zip(ADDRESSES) {
            let at = format!("{}:{USUAL}", host.v4().unwrap());
            map.insert(address.to_string(), json!([at]));
        }
        let config = json!({
            "pki": { "ca": file("ca.crt"), "cert": file(&format!("{name}.crt")), "key": file(&format!("{name}.key")) },
            "static_host_map": map,
            "lighthouse": { "am_lighthouse": false, "hosts": [] },
            "listen": { "host": "0.0.0.0", "port": USUAL },
            "tun": { "dev": "nebula1" },
            "logging": { "level": "info", "format": "json" },
            "firewall": {
                "outbound": [{ "port": "any", "proto": "any", "host": "any" }],
                "inbound": [{ "port": "any", "proto": "any", "host": "any" }],
            },
        });
        let path = file(&format!("{name}.yml"));
        fs::write(&path, config.to_string()).unwrap();
        ByHand::run(host, stock, &path)
    });
    nebulas.collect()
}

fn speak(from: &mut TcpStream, to: &mut TcpStream) {
    use std::io::{Read as _, Write as _};
    to.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    from.write_all(b"still here").unwrap();
    let mut heard = [0; 10];
    to.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"still here");
}

/// What a host's own network has, without its counters: interfaces and routes.
fn seen(host: &Host) -> String {
    let look = || {
        let read =
            |name: &str| fs::read_to_string(format!("/proc/thread-self/net/{name}")).unwrap();
        let devices = read("dev");
        let names = devices
            .lines()
            .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()));
        let names: Vec<String> = names.collect();
        let routes = read("route");
        let routes = routes.lines().map(|line| {
            line.split_whitespace()
                .take(4)
                .collect::<Vec<_>>()
                .join(" ")
        });
        format!("{names:?}\n{}", routes.collect::<Vec<_>>().join("\n"))
    };
    // The kernel takes a moment to take interfaces away.
    let mut last = host.run_in(look).unwrap();
    let _ = until(Duration::from_secs(2), || {
        let now = host.run_in(look).unwrap();
        let same = now == last;
        last = now;
        same.then_some(())
    });
    last
}

/// All of a folder's files but what nebula itself says.
fn read(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let kept = entries.filter(|path| path.extension().is_none_or(|end| end != "log"));
    let mut all: Vec<_> = kept
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect();
    all.sort();
    all
}

/// Packets of strangers, many and again and again, are refused, and the log stays short.
pub(crate) fn who_knocks_does_not_fill_the_log() {
    let mut field = Field::connected(&Wanted {
        parties: &[Stock::Old, Stock::New],
        ..Wanted::default()
    });
    let lengths: Vec<usize> = field
        .parties
        .iter()
        .map(|party| party.log().len())
        .collect();
    let knock = knock(&field);
    let to: Vec<SocketAddr> = (0..2)
        .map(|index| SocketAddr::new(field.host(index).addresses()[0], AT))
        .collect();
    let hub = field.lab.host("hub").unwrap();
    let socket = hub
        .run_in(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap())
        .unwrap();
    for round in 0..KNOCKS {
        for to in &to {
            socket.send_to(&knock, to).unwrap();
        }
        if round % 10 == 0 {
            thread::sleep(Duration::from_millis(2));
        }
    }
    thread::sleep(Duration::from_secs(2));
    for (party, before) in field.parties.iter_mut().zip(lengths) {
        let more = party.log().len() - before;
        println!("{}: {more} bytes were logged", party.host.name());
        // It is told, and not of each.
        assert!(more > 10_000, "{more} bytes were logged");
        assert!(more < 1_000_000, "{more} bytes were logged");
        assert_eq!(party.severed(), None);
    }
    let at = field.at(1);
    field.parties[0].ask(&Ask::Exchange(at, 1000));
}

/// The first message of a stranger's handshake, as a nebula of its own says it.
fn knock(field: &Field) -> Vec<u8> {
    let folder = field.home.path().join("stranger");
    fs::create_dir(&folder).unwrap();
    let hub = field.lab.host("hub").unwrap();
    let door = hub
        .run_in(|| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
        .unwrap();
    let (authority, key) = (Authority::generate().unwrap(), HostKey::generate().unwrap());
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let details = Details {
        name: "stranger".to_owned(),
        networks: vec![Network::new([10, 233, 0, 0].into(), 24).unwrap()],
        unsafe_networks: Vec::new(),
        groups: Vec::new(),
        is_ca: false,
        not_before: now - 60,
        not_after: now + 3600,
        issuer: None,
        public_key: [0; 32],
    };
    let own = authority.certificate(Version::V1, details.clone()).unwrap();
    let certificate = authority.certify(
        &own,
        Details {
            networks: vec![Network::new([10, 233, 0, 9].into(), 24).unwrap()],
            public_key: key.public(),
            ..details
        },
    );
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    let config = json!({
        "pki": {
            "ca": file("ca.crt", &own.to_pem()),
            "cert": file("host.crt", &certificate.unwrap().to_pem()),
            "key": file("host.key", &key.to_pem()),
        },
        "static_host_map": { "10.233.0.1": [door.local_addr().unwrap().to_string()] },
        "lighthouse": { "am_lighthouse": false, "hosts": [] },
        "listen": { "host": "0.0.0.0", "port": 0 },
        "tun": { "dev": "stranger0" },
        "firewall": { "outbound": [{ "port": "any", "proto": "any", "host": "any" }], "inbound": [] },
    });
    let _stranger = ByHand::run(hub, Stock::Old, &file("config.yml", &config.to_string()));
    let _ = hub.ping(Ipv4Addr::new(10, 233, 0, 1), 1, Duration::ZERO);
    door.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut knock = vec![0; 2000];
    let length = door.recv(&mut knock).unwrap();
    knock.truncate(length);
    knock
}
