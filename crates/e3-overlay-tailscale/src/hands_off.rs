//! Starting a daemon that cannot touch the host's packet filter.
//!
//! Whatever it is told, a `tailscaled` with an interface removes at its start what any `tailscaled` has put into nftables, and
//! with it the filter of one that the host may have of its own. So it is started by a thread that has forsworn the filter,
//! for itself and all that it starts; that thread waits until the daemon is let go, since the daemon would die with it.

use std::{io, sync::mpsc, thread};

use e3_stock::{Daemon, DaemonError};
use e3_sys::netfilter;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{TailscaleError, engine::Engine};

/// As long as this is there, the thread that has started a daemon is, too.
#[derive(Debug)]
pub(crate) struct Keeper {
    _until: mpsc::Sender<()>,
}

/// What starting takes, all of its own.
pub(crate) type Start = Box<dyn FnOnce() -> Result<Daemon, DaemonError> + Send>;

/// Forswears something for the calling thread and all that it starts.
pub(crate) type Forswear = fn() -> io::Result<()>;

/// What a daemon must not touch: the host's packet filter, where it has an interface. One in user space touches nothing.
pub(crate) fn all(engine: &Engine) -> Forswear {
    match engine {
        Engine::Interface => netfilter::forswear,
        Engine::UserSpace(_) => || Ok(()),
    }
}

/// Whether this host lets anybody forswear its packet filter: tried by a thread that ends.
pub(crate) fn obstacle(forswear: Forswear) -> Option<String> {
    let trying = thread::Builder::new().spawn(forswear);
    let tried = trying.and_then(|thread| {
        let ended = thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("its thread has ended")))
    });
    let failed = tried.err()?;
    Some(format!(
        "tailscaled cannot be kept from this host's packet filter, which may be another tailscaled's, too (seccomp(2)): {failed}"
    ))
}

/// Starts a daemon that way, or not at all.
pub(crate) async fn start(
    forswear: Forswear,
    start: Start,
) -> Result<(Daemon, Keeper), TailscaleError> {
    let runtime = Handle::current();
    let (tell, told) = oneshot::channel();
    let (until, end) = mpsc::channel::<()>();
    let thread = thread::Builder::new().name("tailscaled".to_owned());
    let failed = |error: io::Error| TailscaleError::Program {
        program: "tailscaled",
        doing: "starting without a way to the packet filter".to_owned(),
        why: error.to_string(),
    };
    let spawned = thread.spawn(move || {
        if let Err(error) = forswear() {
            let _nobody_waits = tell.send(Err(failed(error)));
            return;
        }
        let guard = runtime.enter();
        let is_there = tell.send(start().map_err(TailscaleError::from)).is_ok();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    #[tokio::test]
    async fn a_daemon_that_cannot_be_kept_from_the_filter_is_not_started() {
        let start = start(refused, Box::new(|| panic!("it was started")));
        let why = start.await.unwrap_err().to_string();
        assert!(
            why.contains("packet filter") && why.contains("denied"),
            "{why}"
        );
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        assert_eq!(obstacle(|| Ok(())), None);
        let why = obstacle(refused).unwrap();
        assert!(why.contains("seccomp") && why.contains("denied"), "{why}");
        assert!(all(&Engine::UserSpace(String::new()))().is_ok());
    }
}
