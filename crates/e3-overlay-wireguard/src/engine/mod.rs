//! WireGuard's data plane: one thread with a UDP socket and a TUN interface, or none where it is a relay.
//!
//! - [`Engine`]: the thread, as others see it; [`Member`]: whom it speaks with;
//! - `worker`: the thread's loop; `core`: what it does with packets, without any I/O; `peer`: what is known of each;
//! - `post`: datagrams that wait to be sent; `relayed`: messages inside the tunnel with a relay; `reflect`: how the socket is
//!   seen from outside.

mod core;
mod incoming;
mod outgoing;
mod peer;
mod post;
mod reflect;
mod relayed;
mod tick;
mod worker;

use std::{
    collections::BTreeSet,
    fs::File,
    io,
    net::{IpAddr, SocketAddr},
    os::fd::OwnedFd,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use e3_sys::udp::Datagrams;
use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::{oneshot, watch};

use crate::key::{PrivateKey, PublicKey};

pub use peer::{Role, State, Way};

/// The longest packet of a program: with it, a message that passes a relay by IPv6 still fits 1500 bytes.
pub const MTU: u16 = 1320;

/// How long the thread may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an engine is made of.
pub struct Parts {
    /// Its own key.
    pub key: PrivateKey,
    /// Its socket, outside.
    pub socket: Datagrams,
    /// Its interface, inside; none for a relay.
    pub tun: Option<File>,
    /// The addresses of the interface.
    pub own: Vec<IpAddr>,
    /// Reflectors that are asked how the socket is seen.
    pub reflectors: Vec<SocketAddr>,
}

/// A peer, as the engine is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key.
    pub key: PublicKey,
    /// What it is.
    pub role: Role,
    /// The addresses that are its own inside.
    pub allowed: Vec<IpAddr>,
    /// Where it may be met.
    pub places: BTreeSet<SocketAddr>,
}

/// What is asked of the thread.
enum Order {
    Members(Vec<Member>),
    Places(PublicKey, BTreeSet<SocketAddr>),
    Look(oneshot::Sender<Vec<State>>),
    Ping(PublicKey, oneshot::Sender<Duration>),
    Stop,
}

/// A running data plane. It ends when it is dropped.
#[derive(Debug)]
pub struct Engine {
    orders: mpsc::Sender<Order>,
    bell: Arc<OwnedFd>,
    seen: watch::Receiver<BTreeSet<SocketAddr>>,
    thread: Option<JoinHandle<()>>,
    port: u16,
}

impl Engine {
    /// Starts it; it knows nobody yet.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wait by.
    pub fn start(parts: Parts) -> io::Result<Self> {
        let port = parts.socket.port()?;
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (orders, taken) = mpsc::channel();
        let (tell, seen) = watch::channel(BTreeSet::new());
        let worker = worker::Worker::new(parts, taken, Arc::clone(&bell), tell)?;
        let thread = std::thread::Builder::new()
            .name("e3-wireguard".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            orders,
            bell,
            seen,
            thread: Some(thread),
            port,
        })
    }

    /// The port of its socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From where its datagrams are seen to come, as reflectors say it, and whenever that changes.
    pub fn seen(&self) -> watch::Receiver<BTreeSet<SocketAddr>> {
        self.seen.clone()
    }

    /// From now on these are its peers, and nobody else. Whoever was one before and still is keeps its sessions.
    pub fn set_members(&self, members: Vec<Member>) {
        self.order(Order::Members(members));
    }

    /// Where a peer may be met now.
    pub fn set_places(&self, key: PublicKey, places: BTreeSet<SocketAddr>) {
        self.order(Order::Places(key, places));
    }

    /// How the peers are connected now; empty if the thread has ended.
    pub async fn look(&self) -> Vec<State> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Look(answer));
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        answered.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// The round-trip time to a peer's interface; none if it does not answer in time.
    pub async fn ping(&self, key: PublicKey, within: Duration) -> Option<Duration> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Ping(key, answer));
        tokio::time::timeout(within, answered).await.ok()?.ok()
    }

    /// Whether its thread still runs.
    pub fn is_well(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    fn order(&self, order: Order) {
        // A thread that has ended does nothing any more; who asks it hears nothing.
        let _gone = self.orders.send(order);
        let _full = rustix::io::write(&*self.bell, &1_u64.to_ne_bytes());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take() {
            // Its sockets are closed when this returns.
            let _ended = thread.join();
        }
    }
}

pub(crate) use relayed::address as relay_address;
