//! Stock wireguard-go as a peer, and what passes on the wire between it and ours: the data plane alone, whose private key
//! is known here, and a party that has joined as agents do.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

mod bare;
mod go;
mod party;
mod relay;
mod wire;

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    process::{Command, exit},
    thread,
    time::Duration,
};

use e3_lab::{
    Capture, CaptureOptions, Host, Lab, Nat, Point, Site, Topology,
    testing::{MemoryFile, Secrets, Test, run},
};
use e3_sys::namespace::{self, Kind};
use e3_world::World;

/// Inside: the party that has joined, and the stock program.
const OURS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
const ITS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 2);

/// Where programs listen.
const PROGRAM: u16 = 7000;

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
    run(&[
        Test::inside("stock_wireguard_is_a_peer", bare::meet),
        Test::inside(
            "stock_wireguard_is_the_peer_of_a_party_that_has_joined",
            party::meet,
        ),
    ]);
}

/// Sites of one host each, in a lab.
fn lab(names: &[&str]) -> Lab {
    let places = names.iter().zip(["ams3", "fra1", "lon1"]);
    let sites = places.map(|(name, region)| Site::new(*name, region).nat(Nat::None).hosts([*name]));
    let lab = Lab::build(&Topology {
        sites: sites.collect(),
        world: World::builtin(),
        seed: 1,
    });
    lab.unwrap()
}

/// A file with all that passes between sites from now on, until the capture is finished.
fn captured(lab: &Lab) -> (Capture, MemoryFile) {
    let file = MemoryFile::default();
    let capture = lab.capture(&[Point::WideArea], CaptureOptions::default(), file.clone());
    (capture.unwrap(), file)
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

/// Neither what is logged nor what is on the wire shows a secret, and the latter not what was said either.
fn shown_nowhere(mut secrets: Secrets, log: &MemoryFile, file: &[u8]) {
    let log = log.take();
    let logged = String::from_utf8_lossy(&log);
    assert!(logged.contains("handshake"), "{logged}");
    assert_eq!(secrets.shown_in(&log), None, "in what is logged");
    // It repeats after fewer bytes than a packet has.
    secrets.add("what is said", &said()[..PIECE]);
    assert_eq!(secrets.shown_in(file), None, "on the wire");
}

/// What programs say to one another.
fn said() -> Vec<u8> {
    let all = 0..SAID;
    all.map(|at| u8::try_from(at % 251).unwrap()).collect()
}

/// Where sockets are made: on a host, or in the network that is kept there for programs.
struct Place<'a>(&'a Host, Option<OwnedFd>);

impl Place<'_> {
    fn make<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let done = self.0.run_in(|| {
            if let Some(network) = &self.1 {
                namespace::enter(Kind::Net, network).unwrap();
            }
            work()
        });
        done.unwrap()
    }
}

/// One dials the other, is seen as who it is, and hears all that it has said.
fn speak(dials: &Place<'_>, from: Ipv4Addr, listens: &Place<'_>, to: Ipv4Addr) {
    let at = SocketAddr::from((to, PROGRAM));
    let listener = listens.make(|| TcpListener::bind(at).unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, caller) = listener.accept().unwrap();
        assert_eq!(caller.ip(), from);
        let mut heard = vec![0; SAID];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(&heard).unwrap();
    });
    let mut stream = dials.make(|| TcpStream::connect_timeout(&at, PATIENCE).unwrap());
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let said = said();
    let writing = {
        let (mut stream, said) = (stream.try_clone().unwrap(), said.clone());
        thread::spawn(move || stream.write_all(&said).unwrap())
    };
    let mut heard = vec![0; SAID];
    stream.read_exact(&mut heard).unwrap();
    assert!(heard == said, "what comes back is something else");
    writing.join().unwrap();
    answering.join().unwrap();
}
