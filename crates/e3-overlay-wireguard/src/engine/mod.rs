//! WireGuard's data plane: one thread with a UDP socket and a TUN interface, or none where it is a relay.
//!
//! - [`Engine`]: the thread, as others see it; [`Member`]: whom it speaks with;
//! - `worker`: the thread's loop; `core`: what it does with packets, without any I/O; `peer`: what is known of each;
//! - `room`: memory for packets; `post`: datagrams that wait to be sent; `relayed`: messages inside the tunnel with a relay; `reflect`: how the socket is
//!   seen from outside;
//! - [`kernel`]: the kernel's WireGuard in its place.

mod core;
pub(crate) mod fuzzing;
mod incoming;
pub mod kernel;
mod outgoing;
mod peer;
mod post;
mod reflect;
mod relayed;
mod room;
#[cfg(test)]
mod tests;
mod tick;
mod worker;

use std::{
    collections::BTreeSet,
    fs::File,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
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
    Door(PublicKey, UdpSocket),
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
    carrier: Carrier,
}

/// What carries packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// The engine's own thread.
    User,
    /// The kernel, which the thread directs.
    Kernel,
}

impl Engine {
    /// Starts it; it knows nobody yet.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wait by.
    pub fn start(parts: Parts) -> io::Result<Self> {
        let port = parts.socket.port()?;
        Self::begin(Carrier::User, |orders, bell, tell| {
            let worker = worker::Worker::new(parts, orders, bell, tell)?;
            Ok((port, move || worker.run()))
        })
    }

    /// Lets the kernel carry packets; it knows nobody yet.
    ///
    /// # Errors
    /// The kernel refuses its key or its port, or the system gives no thread or no raw socket.
    pub fn start_kernel(parts: kernel::KernelParts) -> io::Result<Self> {
        Self::begin(Carrier::Kernel, |orders, bell, tell| {
            let worker = kernel::Worker::new(parts, orders, bell, tell)?;
            Ok((worker.port(), move || worker.run()))
        })
    }

    /// Starts a thread with what it hears orders by.
    fn begin<W: FnOnce() + Send + 'static>(
        carrier: Carrier,
        make: impl FnOnce(
            mpsc::Receiver<Order>,
            Arc<OwnedFd>,
            watch::Sender<BTreeSet<SocketAddr>>,
        ) -> io::Result<(u16, W)>,
    ) -> io::Result<Self> {
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (orders, taken) = mpsc::channel();
        let (tell, seen) = watch::channel(BTreeSet::new());
        let (port, work) = make(taken, Arc::clone(&bell), tell)?;
        let thread = std::thread::Builder::new()
            .name("e3-wireguard".to_owned())
            .spawn(work)?;
        Ok(Self {
            orders,
            bell,
            seen,
            thread: Some(thread),
            port,
            carrier,
        })
    }

    /// What carries its packets.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Messages to and from a peer that is carried pass this socket, which is connected to whoever has its session.
    fn set_door(&self, key: PublicKey, door: UdpSocket) {
        self.order(Order::Door(key, door));
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

    /// The round-trip time to a peer's interface; none if it does not answer in time, or the kernel carries packets, whose
    /// echoes are its own.
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
