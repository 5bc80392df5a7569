//! Starting a daemon that cannot touch the host's packet filter, nor its resolver.
//!
//! Whatever it is told, a `tailscaled` with an interface removes at its start what any `tailscaled` has put into nftables, and
//! with it the filter of one that the host may have of its own. So it is started by a thread that has forsworn the filter,
//! for itself and all that it starts, and that can change nothing in /etc ([`etc`]); that thread waits until the
//! daemon is let go, since the daemon would die with it.

use std::{io, path::Path, sync::mpsc, thread};

use e3_stock::{Daemon, DaemonError};
use e3_sys::netfilter;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{TailscaleError, engine::Engine, etc};

/// As long as this is there, the thread that has started a daemon is, too.
#[derive(Debug)]
pub(crate) struct Keeper {
    _until: mpsc::Sender<()>,
}

/// What starting takes, all of its own.
pub(crate) type Start = Box<dyn FnOnce() -> Result<Daemon, DaemonError> + Send>;

/// Forswears something for the calling thread and all that it starts. The error says what could not be.
pub(crate) type Forswear = Box<dyn FnOnce() -> Result<(), String> + Send>;

/// What a daemon must not touch: the host's resolver, and where it has an interface its packet filter, which one in user space
/// goes nowhere near. What it reads of the first is in `folder`.
pub(crate) fn all(engine: &Engine, folder: &Path) -> Forswear {
    let has_interface = *engine == Engine::Interface;
    let resolver = resolver(folder);
    Box::new(move || {
        resolver()?;
        if has_interface {
            filter(netfilter::forswear)()?;
        }
        Ok(())
    })
}

/// The host's packet filter.
pub(crate) fn filter(forswear: fn() -> io::Result<()>) -> Forswear {
    Box::new(move || {
        forswear().map_err(|failed| {
            format!(
                "tailscaled cannot be kept from this host's packet filter, which may be another tailscaled's, too (seccomp(2)): {failed}"
            )
        })
    })
}

/// The host's resolver.
pub(crate) fn resolver(folder: &Path) -> Forswear {
    let folder = folder.to_owned();
    Box::new(move || {
        etc::keep_from(&folder).map_err(|failed| {
            format!(
                "tailscaled cannot be kept from this host's /etc/resolv.conf, which another tailscaled has changed and this one would change back; it takes the right to mount (CAP_SYS_ADMIN): {failed}"
            )
        })
    })
}

/// What keeps anybody on this host from forswearing it: tried by a thread that ends.
pub(crate) fn obstacle(forswear: Forswear) -> Option<String> {
    let trying = thread::Builder::new().spawn(forswear);
    let tried = trying
        .map_err(|error| error.to_string())
        .and_then(|thread| {
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err("its thread has ended".to_owned()))
        });
    tried.err()
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
    let failed = |why: String| TailscaleError::Program {
        program: "tailscaled",
        doing: "starting with its hands off this host".to_owned(),
        why,
    };
    let spawned = thread.spawn(move || {
        if let Err(why) = forswear() {
            let _nobody_waits = tell.send(Err(failed(why)));
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
    spawned.map_err(|error| failed(error.to_string()))?;
    let daemon = told
        .await
        .map_err(|_| failed("its thread has ended".to_owned()))??;
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
        let start = start(filter(refused), Box::new(|| panic!("it was started")));
        let why = start.await.unwrap_err().to_string();
        assert!(
            why.contains("packet filter") && why.contains("denied"),
            "{why}"
        );
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        assert_eq!(obstacle(filter(|| Ok(()))), None);
        let why = obstacle(filter(refused)).unwrap();
        assert!(why.contains("seccomp") && why.contains("denied"), "{why}");
    }
}
