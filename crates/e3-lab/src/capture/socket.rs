//! Packets of an interface, copied by the kernel.

use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use e3_sys::namespace::{self, Kind};
use e3_sys::packet::PacketSocket;

use super::now;
use super::tap::{Tap, Way};
use crate::error::{During, LabError};
use crate::wan::packet::LONGEST;

/// How long the thread may take to notice that it is to end.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long it may take to receive what was seen before its end.
const LONGEST_END: Duration = Duration::from_secs(10);

/// A thread that receives what an interface's socket copies.
#[derive(Debug)]
pub(super) struct Reader {
    end: Arc<OnceLock<End>>,
    thread: JoinHandle<()>,
}

/// When a thread is to end.
#[derive(Debug, Clone, Copy)]
struct End {
    /// By the clock that stamps packets: none that was seen later is wanted.
    at: Duration,
    /// By a clock that nobody sets.
    patience: Instant,
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
        let end = Arc::new(OnceLock::new());
        let told = Arc::clone(&end);
        let thread = thread::Builder::new().name("capture".into());
        let thread = thread.spawn(move || read(&socket, &tap, &told))?;
        Ok(Self { end, thread })
    }

    /// Ends it, when it has received what has been copied so far.
    pub(super) fn end(self) {
        let _ = self.end.set(End {
            at: now(),
            patience: Instant::now() + LONGEST_END,
        });
        let _ = self.thread.join();
    }
}

fn read(socket: &PacketSocket, tap: &Tap, end: &OnceLock<End>) {
    let mut buffer = vec![0; LONGEST];
    loop {
        // Asked before receiving: nothing that was copied before the end is left.
        let end = end.get();
        let received = socket.receive(&mut buffer);
        let over = end.is_some_and(|end| match &received {
            Ok(Some(copied)) => copied.at > end.at || Instant::now() > end.patience,
            Ok(None) | Err(_) => true,
        });
        match received {
            Ok(Some(_)) if over => {}
            Ok(Some(copied)) => {
                let way = if copied.sent { Way::Out } else { Way::In };
                if let Some(packet) = buffer.get(..copied.length) {
                    tap.see(copied.at, way, packet);
                }
            }
            Ok(None) => {}
            // An interface that is switched off says so once.
            Err(_) => thread::sleep(PATIENCE),
        }
        if over {
            return tap.missed(socket.missed().unwrap_or(0).into());
        }
    }
}
