//! Forwards on 127.0.0.1, where there is no namespace: a port for each peer.
//!
//! Here the program's network is the host's, in which others listen as well. So peers reach the one port that this party
//! has declared, and nothing else.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use e3_session::types::{DialTable, PartyIndex, Reach};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Notify,
    time::sleep,
};

use super::{
    Accepted, Call, Family, PlaceError, Plan,
    residents::{Residents, socket},
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Connections that may wait to be taken over.
const BACKLOG: u32 = 1024;

/// Between attempts to accept where the system is short of something.
const PAUSE: Duration = Duration::from_millis(50);

/// Listeners for all peers.
#[derive(Debug)]
pub(super) struct Forwards {
    /// The port that the program has declared: the only one at which peers find anybody.
    own: AtomicU16,
    all: Mutex<Vec<Forward>>,
    changed: Notify,
}

/// A listener that stands for a peer.
#[derive(Debug)]
struct Forward {
    to: PartyIndex,
    name: String,
    /// The peer's port that it leads to.
    port: u16,
    listener: TcpListener,
}

impl Forwards {
    pub(super) fn open(plan: &Plan) -> Result<Self, PlaceError> {
        let forwards = Self {
            own: AtomicU16::new(0),
            all: Mutex::default(),
            changed: Notify::new(),
        };
        forwards.change(plan)?;
        Ok(forwards)
    }

    /// Takes other parties. Whoever stays keeps its port here.
    pub(super) fn change(&self, plan: &Plan) -> Result<(), PlaceError> {
        Residents::of(plan)?;
        let own = plan.ports.of(plan.me);
        self.own.store(own, Ordering::Relaxed);
        let mut forwards = self.forwards();
        let mut kept = std::mem::take(&mut *forwards);
        for (to, resident) in (0..=u16::MAX).map(PartyIndex).zip(&plan.parties) {
            if to == plan.me {
                continue;
            }
            let name = &resident.name;
            let position = kept.iter().position(|forward| forward.name == *name);
            let listener = match position {
                Some(position) => kept.swap_remove(position).listener,
                None => listen(own).map_err(|source| PlaceError::Forward {
                    name: name.clone(),
                    source,
                })?,
            };
            forwards.push(Forward {
                to,
                name: name.clone(),
                port: plan.ports.of(to),
                listener,
            });
        }
        self.changed.notify_waiters();
        Ok(())
    }

    /// How a program reaches the parties: by ports of this host.
    pub(super) fn table(&self, plan: &Plan) -> DialTable {
        let forwards = self.forwards();
        let own = plan.parties.get(usize::from(plan.me.0)).map(|own| Reach {
            party: plan.me,
            name: own.name.clone(),
            address: HERE,
            port: plan.ports.of(plan.me),
        });
        let peers = forwards.iter().filter_map(|forward| {
            Some(Reach {
                party: forward.to,
                name: forward.name.clone(),
                address: HERE,
                port: forward.listener.local_addr().ok()?.port(),
            })
        });
        let mut parties: Vec<_> = own.into_iter().chain(peers).collect();
        parties.sort_by_key(|reach| reach.party);
        DialTable {
            me: plan.me,
            parties,
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        loop {
            let changed = self.changed.notified();
            tokio::select! {
                accepted = std::future::poll_fn(|context| self.poll(context)) => match accepted {
                    Ok(accepted) => return Ok(accepted),
                    Err(error) => {
                        tracing::debug!(%error, "a program's connection was not taken");
                        sleep(PAUSE).await;
                    }
                },
                () = changed => {}
            }
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        for forward in &*self.forwards() {
            if let Poll::Ready(accepted) = forward.listener.poll_accept(context) {
                let (stream, from) = accepted?;
                stream.set_nodelay(true)?;
                return Poll::Ready(Ok(Accepted {
                    to: forward.to,
                    port: forward.port,
                    from_port: from.port(),
                    family: Family::V4,
                    stream,
                }));
            }
        }
        Poll::Pending
    }

    pub(super) async fn dial(&self, call: Call) -> io::Result<TcpStream> {
        if !self.is_open(call.port) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let stream = TcpStream::connect(socket(HERE, call.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Whether peers may connect to a port of this host. Behind a forward of this place's own they would be taken for
    /// this party.
    fn is_open(&self, port: u16) -> bool {
        let is_forward = |forward: &Forward| {
            let at = forward.listener.local_addr();
            at.is_ok_and(|at| at.port() == port)
        };
        port == self.own.load(Ordering::Relaxed) && !self.forwards().iter().any(is_forward)
    }

    fn forwards(&self) -> MutexGuard<'_, Vec<Forward>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens on a port that is free, but not on that of the program, which it may not have taken yet.
fn listen(not_on: u16) -> io::Result<TcpListener> {
    let chosen = any()?;
    let chosen = match chosen.local_addr()?.port() {
        // As long as this one is there, the system chooses another.
        port if port == not_on => any()?,
        _ => chosen,
    };
    chosen.listen(BACKLOG)
}

/// A socket with a port that the system has chosen.
fn any() -> io::Result<TcpSocket> {
    let chosen = TcpSocket::new_v4()?;
    chosen.bind(socket(HERE, 0))?;
    Ok(chosen)
}
