//! The kernel's WireGuard as the data plane: a thread that tells the kernel who the peers are, finds out where they can be
//! met, and lets a courier carry what cannot go directly.
//!
//! - `device`: the kernel's interface, by netlink; `knock`: datagrams from its port and to it; `talk`: questions and answers
//!   that only a peer can have made; `pair`: what is known of a peer, and where the kernel is to look for it.
//!
//! What goes by a relay leaves the kernel at a door: a socket of 127.0.0.1 for each peer, behind which a [`worker`] without an
//! interface of its own takes messages through the tunnel with the relay, as it does its own elsewhere. To the kernel that
//! door is the place where the peer is.
//!
//! [`worker`]: super::worker

mod device;
mod knock;
mod pair;
mod talk;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    os::fd::OwnedFd,
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
    time::{Duration, Instant},
};

use e3_overlay::Lack;
use e3_reflector::message::Message;
use e3_sys::{
    epoll::{Epoll, Ready},
    udp::Datagrams,
};
use rustix::thread::{CapabilitySet, capabilities};
use tokio::sync::watch;

use self::{
    device::{Change, Device},
    knock::{Knocker, LONGEST, Version},
    pair::Pair,
    talk::{Said, Talk},
};
use super::{
    Engine, Member, Order, Parts, Role, State, post::Post, reflect::Reflections, tick::TICK,
};
use crate::key::{PrivateKey, PublicKey};

const BELL: u64 = 0;
const KNOCKS: u64 = 1;

/// How often the kernel is asked what it has heard, when nothing is sought.
const LOOK: Duration = Duration::from_millis(500);

/// Datagrams of each version of IP that are taken before others have their turn.
const FEW: usize = 64;

/// What the kernel's data plane is made of.
pub struct KernelParts {
    /// Its own key.
    pub key: PrivateKey,
    /// Its port outside; 0 for any that is free.
    pub port: u16,
    /// The interface, which is inside already, and a socket of generic netlink of that network.
    pub interface: (String, OwnedFd),
    /// Reflectors that are asked how its port is seen.
    pub reflectors: Vec<SocketAddr>,
    /// Whether there are relays.
    pub relays: bool,
}

/// What keeps this process from having the kernel carry packets; `None` if nothing does.
pub fn obstacle() -> Option<Lack> {
    let effective = capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective);
    for (right, name, what) in [
        (
            CapabilitySet::NET_ADMIN,
            "CAP_NET_ADMIN",
            "make network interfaces",
        ),
        (
            CapabilitySet::NET_RAW,
            "CAP_NET_RAW",
            "share a port with the kernel",
        ),
    ] {
        if !effective.contains(right) {
            return Some(Lack {
                what: format!("there is no right to {what} ({name})"),
                mend: "run agents as root, or give them that right".to_owned(),
            });
        }
    }
    device::is_there().err().map(|error| Lack {
        what: format!(
            "this host's kernel has no WireGuard, which Linux has had since 5.6 ({error})"
        ),
        mend: "sudo modprobe wireguard".to_owned(),
    })
}

/// The thread's own.
pub(super) struct Worker {
    key: PrivateKey,
    port: u16,
    device: Device,
    knocker: Knocker,
    reflections: Reflections,
    post: Post,
    courier: Option<Engine>,
    relay: Option<PublicKey>,
    pairs: BTreeMap<PublicKey, Pair>,
    talks: BTreeMap<PublicKey, Talk>,
    orders: Receiver<Order>,
    bell: Arc<OwnedFd>,
    seen: watch::Sender<BTreeSet<SocketAddr>>,
    epoll: Epoll,
}

impl Worker {
    pub(super) fn new(
        parts: KernelParts,
        orders: Receiver<Order>,
        bell: Arc<OwnedFd>,
        seen: watch::Sender<BTreeSet<SocketAddr>>,
    ) -> io::Result<Self> {
        let (name, socket) = parts.interface;
        let mut device = Device::set_up(socket, &name, &parts.key, parts.port)?;
        let (port, _) = device.look()?;
        let knocker = Knocker::open(port)?;
        let courier = parts.relays.then(|| courier(&parts.key)).transpose()?;
        let epoll = Epoll::new()?;
        epoll.add(&*bell, BELL)?;
        for socket in knocker.sockets() {
            epoll.add(socket, KNOCKS)?;
        }
        Ok(Self {
            key: parts.key,
            port,
            device,
            knocker,
            reflections: Reflections::new(parts.reflectors),
            post: Post::default(),
            courier,
            relay: None,
            pairs: BTreeMap::new(),
            talks: BTreeMap::new(),
            orders,
            bell,
            seen,
            epoll,
        })
    }

    /// The kernel's port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Runs until it is told to stop, or the interface is gone.
    pub(super) fn run(mut self) {
        if let Err(error) = self.serve() {
            tracing::error!(%error, "what directs the kernel's WireGuard has ended");
        }
    }

    fn serve(&mut self) -> io::Result<()> {
        let mut ready = Ready::new();
        let (mut due, mut look) = (Instant::now(), Instant::now());
        loop {
            let now = Instant::now();
            if now >= due {
                due = now + TICK;
                let settled = self.pairs.values().all(|pair| pair.is_direct(now));
                if !settled || now >= look {
                    look = now + LOOK;
                    self.look(now)?;
                }
                self.tick(now)?;
            }
            let wait = due.saturating_duration_since(Instant::now());
            self.epoll.wait(&mut ready, Some(wait))?;
            for token in ready.tokens() {
                match token {
                    BELL => {
                        if !self.obey()? {
                            return Ok(());
                        }
                    }
                    _ => self.hear()?,
                }
            }
        }
    }

    /// Does what it is told; false if that is to stop.
    fn obey(&mut self) -> io::Result<bool> {
        let mut count = [0; 8];
        match rustix::io::read(&*self.bell, &mut count) {
            Ok(_) | Err(rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        let now = Instant::now();
        loop {
            match self.orders.try_recv() {
                Ok(Order::Members(members)) => self.set_members(members, now)?,
                Ok(Order::Places(key, places)) => {
                    if let Some(pair) = self.pairs.get_mut(&key) {
                        pair.set_places(places, now);
                    }
                }
                Ok(Order::Look(answer)) => {
                    self.look(now)?;
                    let _gone = answer.send(self.states(now));
                }
                // Echoes are the kernel's own affair, doors the courier's.
                Ok(Order::Ping(..) | Order::Door(..)) => {}
                Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return Ok(false),
                Err(TryRecvError::Empty) => break,
            }
        }
        self.tick(now)?;
        Ok(true)
    }

    /// Takes another set of peers. Whoever stays keeps its session.
    fn set_members(&mut self, members: Vec<Member>, now: Instant) -> io::Result<()> {
        let own = self.key.public();
        let (relays, parties): (Vec<_>, Vec<_>) = members
            .into_iter()
            .filter(|member| member.key != own)
            .partition(|member| member.role == Role::Relay);
        let stay: BTreeSet<PublicKey> = parties.iter().map(|member| member.key).collect();
        let mut changes = Vec::new();
        for gone in self.pairs.keys().filter(|key| !stay.contains(key)) {
            changes.push((*gone, Change::Remove));
        }
        self.pairs.retain(|key, _| stay.contains(key));
        self.talks.retain(|key, _| stay.contains(key));
        self.relay = relays.first().map(|relay| relay.key);
        for member in &parties {
            if let Some(pair) = self.pairs.get_mut(&member.key) {
                if !member.places.is_empty() {
                    pair.set_places(member.places.clone(), now);
                }
                continue;
            }
            changes.push((member.key, Change::Add(member.allowed.clone())));
            let leads = own < member.key;
            let mut pair = Pair::new(leads, member.places.clone(), now);
            if let Some(courier) = &self.courier {
                let door = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                door.connect((Ipv4Addr::LOCALHOST, self.port))?;
                door.set_nonblocking(true)?;
                pair.door = Some(door.local_addr()?);
                courier.set_door(member.key, door);
            }
            self.pairs.insert(member.key, pair);
            let talk = Talk::between(&self.key, member.key);
            self.talks.extend(talk.map(|talk| (member.key, talk)));
        }
        self.device.change(&changes)?;
        if let Some(courier) = &self.courier {
            let carried = parties.into_iter().map(|member| Member {
                role: Role::Carried,
                places: BTreeSet::new(),
                ..member
            });
            courier.set_members(relays.into_iter().chain(carried).collect());
        }
        Ok(())
    }

    /// Asks the kernel what it has heard.
    fn look(&mut self, now: Instant) -> io::Result<()> {
        let (_, all) = self.device.look()?;
        for (key, heard) in all {
            if let Some(pair) = self.pairs.get_mut(&key) {
                pair.take(heard, now);
            }
        }
        Ok(())
    }

    fn states(&self, now: Instant) -> Vec<State> {
        let states = self.pairs.iter().map(|(key, pair)| {
            let (sent, received) = pair.bytes();
            State {
                key: *key,
                way: pair.fresh(now, self.relay),
                rtt: None,
                sent,
                received,
                moves: pair.moves,
                places: pair.places.clone(),
            }
        });
        states.collect()
    }

    /// Does what is due.
    fn tick(&mut self, now: Instant) -> io::Result<()> {
        self.reflections.ask(now, &mut self.post);
        let knocker = &mut self.knocker;
        self.post.drain(|to, datagram| knocker.send(to, datagram));
        let mut changes = Vec::new();
        for (key, pair) in &mut self.pairs {
            for at in pair.knocks(now) {
                let talk = self.talks.get_mut(key);
                if let Some(question) = talk.and_then(|talk| talk.ask(at, now)) {
                    self.knocker.send(at, &question);
                }
            }
            if let Some(at) = pair.meeting(now) {
                tracing::debug!(?key, %at, "the kernel is to meet a peer");
                changes.push((*key, Change::Meet(at)));
            }
        }
        self.device.change(&changes)
    }

    /// Takes questions and answers that have come to the kernel's port. What is left has its turn later.
    fn hear(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let mut room = [0; LONGEST];
        let (mut news, mut answers) = (false, false);
        for version in [Version::Four, Version::Six] {
            for _ in 0..FEW {
                let Some((from, packet)) = self.knocker.receive(version, &mut room) else {
                    break;
                };
                if let Some((port, message, datagram)) = knock::read(from, self.port, packet) {
                    let from = SocketAddr::new(from, port);
                    answers |= self.take(from, &message, datagram, now);
                    news |= self.reflections.hear(now, from, &message);
                }
            }
        }
        if news {
            self.seen.send_replace(self.reflections.seen());
        }
        if answers { self.tick(now) } else { Ok(()) }
    }

    /// Takes one; whether it is a peer's. Whose it is says the key that has sealed it, and nothing else in it.
    fn take(&mut self, from: SocketAddr, message: &Message, datagram: &[u8], now: Instant) -> bool {
        let mut talks = self.talks.iter_mut();
        let heard = talks.find_map(|(key, talk)| {
            let said = talk.hear(from, message, datagram, now)?;
            Some((*key, said))
        });
        let Some((key, said)) = heard else {
            return false;
        };
        let Some(pair) = self.pairs.get_mut(&key) else {
            return false;
        };
        match said {
            Said::Question(answer) => {
                pair.knocked(from, now);
                self.knocker.send(from, &answer);
            }
            Said::Answer => pair.answered(from, now),
        }
        true
    }
}

/// Reads what may come to a port: a stranger's, so that nothing in it may count.
pub(super) fn knock(bytes: &[u8]) {
    let keys = [1, 2].map(|number| PrivateKey::from_bytes(&[number; 32]));
    let Some(mut talk) = Talk::between(&keys[0], keys[1].public()) else {
        return;
    };
    for from in [[192, 0, 2, 1].into(), [0; 16].into()] {
        if let Some((port, message, datagram)) = knock::read(from, 51820, bytes) {
            let from = SocketAddr::new(from, port);
            assert_eq!(talk.hear(from, &message, datagram, Instant::now()), None);
        }
    }
}

/// What takes messages through the tunnel with a relay.
fn courier(key: &PrivateKey) -> io::Result<Engine> {
    Engine::start(Parts {
        key: key.clone(),
        socket: Datagrams::bind(0)?,
        tun: None,
        own: Vec::new(),
        reflectors: Vec::new(),
    })
}
