//! What a program says inside the tunnel, as its own network shows it: what a coordinator that lies would see.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use e3_sys::{
    namespace::{self, Kind},
    packet::{HEADER, PacketSocket},
};

use super::headscale;
use crate::support::{
    going::{PATIENCE, PAUSE},
    seen::Role,
    skipped::skipped,
    workshop::Workshop,
};

/// Two parties that add what they have.
const PROGRAM: &str = "\
from mpyc.runtime import mpc
secint = mpc.SecInt(32)
mpc.run(mpc.start())
print('sum', mpc.run(mpc.output(sum(mpc.input(secint(3))))))
mpc.run(mpc.shutdown())
";

/// The first bytes of each direction of each TCP connection, by its ports.
type Said = BTreeMap<(u16, u16), Vec<u8>>;

/// The network that a process stands in.
fn network(process: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/ns/net")).ok()
}

/// The tunnel in a network of the program's own that this process holds (`proc_pid_net(5)`).
///
/// A helper that has just been started is still in its agent's network, where a tunnel begins before it is moved.
fn tunnel(process: u32, agents: &[PathBuf]) -> Option<String> {
    if agents.contains(&network(process)?) {
        return None;
    }
    let all = fs::read_to_string(format!("/proc/{process}/net/dev")).ok()?;
    let mut names = all
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0.trim()));
    let found = names.find(|name| name.starts_with("e3ts"));
    found.map(str::to_owned)
}

/// Takes what passes the tunnel in the network that a process stands in, until it is told to stop.
fn listen(process: u32, tunnel: &str, stop: &AtomicBool) -> Said {
    let network = File::open(format!("/proc/{process}/ns/net")).unwrap();
    namespace::enter(Kind::Net, &network).unwrap();
    let socket = PacketSocket::open(tunnel, Duration::from_millis(100)).unwrap();
    let (mut said, mut buffer) = (Said::new(), vec![0; 1 << 17]);
    while !stop.load(Ordering::Relaxed) {
        match socket.receive(&mut buffer) {
            Ok(Some(copied)) => take(&mut said, &buffer[HEADER..copied.length]),
            Ok(None) => {}
            // It is not up yet, or not any more.
            Err(_) => thread::sleep(PAUSE),
        }
    }
    said
}

/// A tunnel's packets begin with IP.
fn take(said: &mut Said, packet: &[u8]) {
    let header = match packet[0] >> 4 {
        4 if packet[9] == 6 => usize::from(packet[0] & 15) * 4,
        6 if packet[6] == 6 => 40,
        _ => return,
    };
    let tcp = &packet[header..];
    let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
    let data = &tcp[usize::from(tcp[12] >> 4) * 4..];
    if !data.is_empty() {
        let first = said.entry((port(0), port(2))).or_default();
        if first.is_empty() {
            first.extend_from_slice(&data[..data.len().min(3)]);
        }
    }
}

/// What passes in the network of one party's program while it runs, and what the program prints.
fn heard(inner: &str) -> Option<Said> {
    let way = headscale();
    // Another's network is root's to enter.
    if !way.is_here() || !rustix::process::geteuid().is_root() {
        skipped("only root may listen in a program's network");
        return None;
    }
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "[hosts.h]\ncount = 2\nregion = \"ams3\"\n\n[program]\npath = \"program.py\"\n",
    );
    workshop.put("program.py", PROGRAM);
    let option = format!("headscale.inner={inner}");
    let mut going = workshop.going(way.command(&workshop, &["run", "--set", &option]));
    let end = Instant::now() + PATIENCE;
    let (helper, tunnel) = loop {
        let all = workshop.processes();
        let of = |role| all.iter().filter(move |process| process.role == role);
        let agents: Vec<_> = of(Role::Agent)
            .filter_map(|agent| network(agent.pid))
            .collect();
        let found =
            of(Role::Helper).find_map(|helper| Some((helper.pid, tunnel(helper.pid, &agents)?)));
        if let Some(found) = found {
            break found;
        }
        assert!(
            !going.has_ended() && Instant::now() < end,
            "no tunnel is there"
        );
        thread::sleep(PAUSE);
    };
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let listening = thread::spawn(move || listen(helper, &tunnel, &told));
    let ran = going.ended();
    stop.store(true, Ordering::Relaxed);
    let said = listening.join().unwrap();
    assert!(ran.succeeded().out.contains("sum 6"));
    workshop.nothing_left();
    assert!(said.len() >= 2, "{said:?}");
    Some(said)
}

/// A record of TLS begins with what it is, a handshake, and its version (RFC 8446, section 5.1).
const HANDSHAKE: [u8; 2] = [0x16, 0x03];

#[test]
fn with_tls_inside_programs_speak_tls_and_nothing_else() {
    let Some(said) = heard("tls") else { return };
    for (ports, first) in said {
        assert!(first.starts_with(&HANDSHAKE), "{ports:?}: {first:?}");
    }
}

/// That the other test sees what it looks for.
#[test]
fn without_it_they_do_not() {
    let Some(said) = heard("none") else { return };
    assert!(
        said.values().all(|first| !first.starts_with(&HANDSHAKE)),
        "{said:?}"
    );
}
