//! What passes on the wire and stands where others can read it, from before the coordinator starts until it has ended.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Cursor,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use base64ct::{Base64, Encoding as _};
use e3_lab::{
    CaptureOptions, Nat, Point,
    testing::{MemoryFile, Secrets},
};
use e3_session::types::{Options, Path as LinkPath};
use pcap_file::pcapng::{Block, PcapNgReader};
use serde_json::Value;

use crate::stage::{Coordinator, PORT, Session, caller, headscale, host, join, lab, listener};

/// What programs say to one another.
const PLAIN: &str = "plaintext-of-a-program-e3";

/// Secrets as they were seen in files of their own, by what they are.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Found {
    fn add(&self, what: String, bytes: &[u8]) {
        self.0.lock().unwrap().insert(what, bytes.to_vec());
    }

    /// What is in a state file of `tailscaled`: private keys.
    fn take_state(&self, name: &str, state: &[u8]) {
        let Ok(Value::Object(state)) = serde_json::from_slice(state) else {
            return;
        };
        for (field, packed) in state {
            let packed = packed.as_str().unwrap_or_default();
            let Ok(text) = Base64::decode_vec(packed) else {
                continue;
            };
            let text = String::from_utf8_lossy(&text).into_owned();
            for (at, _) in text.match_indices("privkey:") {
                self.add(
                    format!("{field} of {name}"),
                    &decoded(&text[at + 8..at + 72]),
                );
            }
        }
    }
}

fn decoded(hex: &str) -> Vec<u8> {
    let bytes = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    bytes.map(byte).collect()
}

/// Looks for secrets in their files, and for arguments of processes, until it is told to stop.
fn look(folders: &[PathBuf], secrets: &Found, stop: &AtomicBool) -> BTreeSet<Vec<u8>> {
    let mut lines = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        for folder in folders {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            if let Ok(key) = fs::read(folder.join("auth-key")) {
                secrets.add(format!("key to register of {name}"), &key);
            }
            if let Ok(state) = fs::read(folder.join("state")) {
                secrets.take_state(&name, &state);
            }
        }
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            if let Ok(line) = fs::read(entry.path().join("cmdline")) {
                lines.insert(line);
            }
        }
    }
    lines
}

/// With a party that has no UDP, whose packets go by DERP.
pub(crate) fn nobody_outside_is_contacted_and_no_secret_is_seen() {
    let names = ["one", "two", "office"];
    let nats = [Nat::None, Nat::port_restricted(), Nat::udp_blocked()];
    let sites: Vec<_> = names.into_iter().zip(nats).collect();
    let lab = lab(&sites);
    let hosts = names.map(|name| host(&lab, name));
    let file = MemoryFile::default();
    let everybody = names.into_iter().chain(["hub"]);
    let points: Vec<_> = everybody.map(|name| Point::Host(name.to_owned())).collect();
    let capture = lab
        .capture(&points, CaptureOptions::default(), file.clone())
        .unwrap();
    let folders = tempfile::tempdir().unwrap();
    let own: Vec<PathBuf> = names.iter().map(|name| folders.path().join(name)).collect();
    let (secrets, stop) = (Found::default(), Arc::new(AtomicBool::new(false)));
    let looking = thread::spawn({
        let (secrets, stop) = (secrets.clone(), Arc::clone(&stop));
        move || look(&own, &secrets, &stop)
    });

    let coordinator = Coordinator::start(host(&lab, "hub"));
    let session = Session {
        options: Options::default(),
        coordinator: Some(&coordinator),
        overlay: headscale,
    };
    let parties = join(&session, |_| headscale(), &hosts, folders.path());
    // Directly, and by DERP.
    for (from, to) in [(0, 1), (0, 2)] {
        let reach = parties[from].dial.parties.iter();
        let reach = reach.clone().find(|reach| reach.name == names[to]).unwrap();
        let listening = parties[to].python(hosts[to], &listener(PORT, PLAIN));
        let address = reach.address.to_string();
        let calling = parties[from].python(hosts[from], &caller(&address, PORT, PLAIN));
        assert_eq!(calling.said().trim(), PLAIN);
        listening.said();
    }
    let relayed = parties[2].links();
    assert!(
        relayed
            .iter()
            .all(|link| matches!(&link.path, LinkPath::Relayed { by } if by == "coordinator")),
        "{relayed:?}"
    );
    let direct = parties[0].links();
    let direct = direct
        .iter()
        .filter(|link| matches!(link.path, LinkPath::Direct { .. }));
    assert_eq!(direct.count(), 1);
    for name in ["noise.key", "derp.key"] {
        let key = fs::read_to_string(coordinator.folder.path().join(name)).unwrap();
        let key = key.trim().trim_start_matches("privkey:");
        secrets.add(name.to_owned(), &decoded(key));
    }
    drop(parties);
    drop(coordinator);
    stop.store(true, Ordering::Relaxed);
    let lines = looking.join().unwrap();
    capture.finish().unwrap();

    let secrets = secrets.0.lock().unwrap().clone();
    for name in names {
        for what in ["key to register of", "profile-e3e3 of", "_machinekey of"] {
            let what = format!("{what} {name}");
            assert!(secrets.contains_key(&what), "{what}: {:?}", secrets.keys());
        }
    }
    let mut secret = Secrets::default();
    for (what, bytes) in &secrets {
        secret.add(what, bytes);
    }
    for line in &lines {
        assert_eq!(secret.shown_in(line), None, "in an argument");
    }
    secret.add("what a program said", PLAIN.as_bytes());
    let file = file.take();
    assert_eq!(secret.shown_in(&file), None, "on the wire");
    let packets = packets(&file);
    assert!(packets.len() > 500, "{}", packets.len());
    for packet in &packets {
        is_among_ours(packet);
    }
    nothing_is_left(folders.path(), &names);
}

/// An Ethernet frame goes to an address of the lab's, in which nobody is but the session, or is the network's own
/// housekeeping; and nobody asks for names.
#[track_caller]
fn is_among_ours(frame: &[u8]) {
    let kind = u16::from_be_bytes([frame[12], frame[13]]);
    let ip = &frame[14..];
    let (to, protocol, rest): (IpAddr, u8, &[u8]) = match kind {
        // ARP (RFC 826).
        0x0806 => return,
        0x0800 => {
            let to: [u8; 4] = ip[16..20].try_into().unwrap();
            (to.into(), ip[9], &ip[usize::from(ip[0] & 15) * 4..])
        }
        0x86dd => {
            let to: [u8; 16] = ip[24..40].try_into().unwrap();
            (to.into(), ip[6], &ip[40..])
        }
        other => panic!("a frame of type {other:#x}"),
    };
    let is_multicast = match to {
        IpAddr::V4(to) => to.is_multicast(),
        IpAddr::V6(to) => to.is_multicast() || to.is_unicast_link_local(),
    };
    // Neighbours are found by ICMPv6 (RFC 4861), and groups joined by it or IGMP, which takes a hop-by-hop option.
    let is_housekeeping = is_multicast && matches!(protocol, 58 | 2 | 0) || protocol == 58;
    let is_ours = match to {
        // RFC 2544, RFC 1918: hosts, routers and what is behind these.
        IpAddr::V4(to) => to.octets()[0] == 198 && to.octets()[1] & 0xfe == 18 || to.is_private(),
        // RFC 3849 and RFC 4193.
        IpAddr::V6(to) => to.segments()[..2] == [0x2001, 0xdb8] || to.is_unique_local(),
    };
    assert!(
        is_housekeeping || is_ours,
        "somebody else is contacted: {to} by protocol {protocol}"
    );
    if matches!(protocol, 6 | 17) {
        let port = u16::from_be_bytes([rest[2], rest[3]]);
        assert!(
            ![53, 853, 5353, 80, 443].contains(&port),
            "port {port} of {to}"
        );
    }
}

fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = PcapNgReader::new(Cursor::new(file)).unwrap();
    let mut found = Vec::new();
    while let Some(block) = reader.next_block() {
        if let (Block::EnhancedPacket(packet), _) = block.unwrap() {
            found.push(packet.data.to_vec());
        }
    }
    found
}

/// An agent removes a party's folder; until then there is no key in it that registers anybody.
fn nothing_is_left(folders: &Path, names: &[&str]) {
    for name in names {
        assert!(!folders.join(name).join("auth-key").exists());
    }
}
