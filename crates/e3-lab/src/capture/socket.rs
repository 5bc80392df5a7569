//! Packets of an interface, copied by the kernel.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use e3_sys::namespace::{self, Kind};
use e3_sys::packet::PacketSocket;

use super::tap::{Tap, Way};
use crate::error::{During, LabError};
use crate::wan::packet::LONGEST;

/// How long the thread may take to notice that it is to end.
const PATIENCE: Duration = Duration::from_millis(20);

/// A thread that receives what an interface's socket copies.
#[derive(Debug)]
pub(super) struct Reader {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Opens a socket for an interface of this network namespace.
pub(super) fn open(
    namespace: &OwnedFd,
    interface: &str,
    place: &str,
) -> Result<PacketSocket, LabError> {
    let open = || {
        namespace::enter(Kind::Net, namespace)?;
        PacketSocket::open(interface, PATIENCE)
    };
    // A thread of its own, because it ends up in that namespace.
    let opened = thread::scope(|scope| scope.spawn(open).join());
    opened
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        .during("see the packets", place)
}

impl Reader {
    /// Shows the tap what the socket copies, from now on.
    pub(super) fn start(socket: PacketSocket, tap: Tap) -> std::io::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        let thread = thread::Builder::new().name("capture".into());
        let thread = thread.spawn(move || read(&socket, &tap, &told))?;
        Ok(Self { ended, thread })
    }

    /// Ends it, when it has received what has been copied so far.
    pub(super) fn end(self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
    }
}

fn read(socket: &PacketSocket, tap: &Tap, ended: &AtomicBool) {
    let mut buffer = vec![0; LONGEST];
    loop {
        // Asked before receiving: nothing that was copied before it was to end is left.
        let last = ended.load(Ordering::Relaxed);
        match socket.receive(&mut buffer) {
            Ok(Some(copied)) => {
                let way = if copied.sent { Way::Out } else { Way::In };
                if let Some(packet) = buffer.get(..copied.length) {
                    tap.see(copied.at, way, packet);
                }
            }
            Ok(None) => {
                tap.missed(socket.missed().unwrap_or(0).into());
                if last {
                    return;
                }
            }
            // An interface that is switched off says so once.
            Err(_) if last => return,
            Err(_) => thread::sleep(PATIENCE),
        }
    }
}
