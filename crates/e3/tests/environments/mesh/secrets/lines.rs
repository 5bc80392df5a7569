//! What passes at hosts' lines, from when their agents begin.

use std::{
    collections::BTreeMap,
    fs::File,
    os::unix::fs::MetadataExt as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use e3_sys::{
    namespace::{self, Kind},
    packet::PacketSocket,
};

/// A host's interface, in the lab.
const INTERFACE: &str = "eth0";

/// How soon it is heard that nobody listens any more.
const SOON: Duration = Duration::from_millis(50);

/// Those that are listened at, by the numbers of the networks in which they are.
#[derive(Default)]
pub(super) struct Lines {
    all: BTreeMap<u64, JoinHandle<Vec<u8>>>,
    ends: Arc<AtomicBool>,
}

impl Lines {
    /// From now on at that of the host on which a process is.
    pub(super) fn listen_at(&mut self, process: u32) {
        // It may just have ended.
        let Ok(network) = File::open(format!("/proc/{process}/ns/net")) else {
            return;
        };
        let number = network.metadata().unwrap().ino();
        let ends = Arc::clone(&self.ends);
        self.all
            .entry(number)
            .or_insert_with(|| thread::spawn(move || listen(&network, &ends)));
    }

    /// All that has passed, host by host.
    pub(super) fn end(self) -> Vec<Vec<u8>> {
        self.ends.store(true, Ordering::Relaxed);
        let all = self.all.into_values();
        all.map(|thread| thread.join().unwrap()).collect()
    }
}

fn listen(network: &File, ends: &AtomicBool) -> Vec<u8> {
    namespace::enter(Kind::Net, network).unwrap();
    let socket = PacketSocket::open(INTERFACE, SOON).unwrap();
    let (mut heard, mut buffer) = (Vec::new(), vec![0; 1 << 17]);
    while !ends.load(Ordering::Relaxed) {
        match socket.receive(&mut buffer) {
            Ok(Some(copied)) => heard.extend_from_slice(&buffer[..copied.length]),
            Ok(None) => {}
            // It is not up yet, or not any more.
            Err(_) => thread::sleep(SOON),
        }
    }
    assert_eq!(socket.missed().unwrap(), 0, "packets were missed");
    heard
}
