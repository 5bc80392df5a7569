//! What the tests share.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use e3_lab::{Host, Lab, Nat, Site, Topology};
use e3_world::{Region, Rtt, World};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any round trip here, shorter than anybody's patience.
pub(crate) const SOON: Duration = Duration::from_secs(2);

/// A site with these hosts.
pub(crate) fn site(name: &str, region: &str, nat: Nat, hosts: &[&str]) -> Site {
    Site::new(name, region)
        .nat(nat)
        .hosts(hosts.iter().copied())
}

/// A lab of these sites in the real world.
pub(crate) fn lab(sites: Vec<Site>) -> Lab {
    lab_in(World::builtin(), sites)
}

/// A lab of these sites in this world.
pub(crate) fn lab_in(world: World, sites: Vec<Site>) -> Lab {
    Lab::build(&Topology {
        sites,
        world,
        seed: 1,
    })
    .unwrap_or_else(|error| panic!("{error}"))
}

/// A world of two regions, `here` and `there`, with this delay from one to the other and back.
pub(crate) fn two_regions(there: Duration, back: Duration) -> World {
    let mut world = World::empty();
    world.add_region(Region::named("here"), []).unwrap();
    world
        .add_region(
            Region::named("there"),
            [("here", Rtt::one_way(back, there))],
        )
        .unwrap();
    world
}

/// The host of this name.
pub(crate) fn host<'a>(lab: &'a Lab, name: &str) -> &'a Host {
    lab.host(name).unwrap()
}

/// A host's own address.
pub(crate) fn address(host: &Host) -> Ipv4Addr {
    host.v4().unwrap()
}

/// A TCP socket that listens on a host.
pub(crate) fn listen(host: &Host) -> (TcpListener, u16) {
    let listener = host
        .run_in(|| TcpListener::bind("0.0.0.0:0"))
        .unwrap()
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A TCP connection from a host.
pub(crate) fn connect(from: &Host, to: impl Into<IpAddr>, port: u16) -> io::Result<TcpStream> {
    let to = SocketAddr::new(to.into(), port);
    from.run_in(|| TcpStream::connect_timeout(&to, SOON))
        .unwrap()
}

/// A UDP socket on a host, which waits a second at most.
pub(crate) fn udp(host: &Host) -> UdpSocket {
    let socket = host
        .run_in(|| UdpSocket::bind("0.0.0.0:0"))
        .unwrap()
        .unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    socket
}

/// Milliseconds, for people and comparisons.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Sends a signal to a process that this test has started.
pub(crate) fn signal(process: u32, signal: Signal) {
    let pid = Pid::from_raw(process.try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// All that a socket gets, up to the datagram `last`.
pub(crate) fn heard_until(socket: &UdpSocket, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    loop {
        let mut datagram = [0; 32];
        let length = socket.recv(&mut datagram).unwrap();
        let word = String::from_utf8(datagram[..length].to_vec()).unwrap();
        if word == last {
            return heard;
        }
        heard.push(word);
    }
}
