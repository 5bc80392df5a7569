//! Starting a daemon that cannot touch the host's packet filter.
//!
//! Whatever it is told, a `tailscaled` with an interface removes at its start what any `tailscaled` has put into nftables, and
//! with it the filter of one that the host may have of its own. So it is started by a thread that has forsworn the filter,
//! for itself and all that it starts; that thread waits until the daemon is let go, since the daemon would die with it.

use std::{io, sync::mpsc, thread};

use e3_stock::{Daemon, DaemonError};
use e3_sys::netfilter;
use tokio::{runtime::Handle, sync::oneshot};

use crate::TailscaleError;

/// As long as this is there, the thread that has started a daemon is, too.
#[derive(Debug)]
pub(crate) struct Keeper {
    _until: mpsc::Sender<()>,
}

/// What starting takes, all of its own.
pub(crate) type Start = Box<dyn FnOnce() -> Result<Daemon, DaemonError> + Send>;

/// Starts a daemon that way.
pub(crate) async fn start(start: Start) -> Result<(Daemon, Keeper), TailscaleError> {
    let runtime = Handle::current();
    let (tell, told) = oneshot::channel();
    let (until, end) = mpsc::channel::<()>();
    let thread = thread::Builder::new().name("tailscaled".to_owned());
    let failed = |error: io::Error| TailscaleError::Program {
        program: "tailscaled",
        doing: "starting".to_owned(),
        why: error.to_string(),
    };
    let spawned = thread.spawn(move || {
        if let Err(error) = netfilter::forswear() {
            tracing::warn!(
                %error,
                "a tailscaled of this host's own may lose its filter: restart it afterwards"
            );
        }
        let guard = runtime.enter();
        let is_there = tell.send(start()).is_ok();
        drop(guard);
        if is_there {
            // Nothing is ever sent: it ends when the keeper does.
            let _ended = end.recv();
        }
    });
    spawned.map_err(failed)?;
    let daemon = told
        .await
        .map_err(|_| failed(io::Error::other("its thread has ended")))??;
    Ok((daemon, Keeper { _until: until }))
}
