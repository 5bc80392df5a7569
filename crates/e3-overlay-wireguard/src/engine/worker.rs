//! The thread: it waits for socket, interface and orders at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read as _, Write as _},
    net::UdpSocket,
    os::fd::OwnedFd,
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
    time::Instant,
};

use e3_sys::{
    epoll::{Epoll, Ready},
    udp::{Datagrams, Inbox},
};
use tokio::sync::watch;

use super::{Order, Parts, core::Core, tick::TICK};
use crate::{key::PublicKey, packet::LONGEST};

const BELL: u64 = 0;
const SOCKET: u64 = 1;
const TUN: u64 = 2;
/// Doors have the tokens from here on.
const DOORS: u64 = 3;

/// What is read from one side before the other has its turn.
const ROUNDS: usize = 16;

/// No interface has more that waits to be read: a usual one holds 500 packets.
const QUEUE: usize = 1024;

/// Messages that are taken from a door before others have their turn.
const FEW: usize = 64;

/// Bytes that wait to be sent before they are.
const FULL: usize = 128 * 1024;

pub(super) struct Worker {
    core: Core,
    socket: Datagrams,
    tun: Option<File>,
    orders: Receiver<Order>,
    bell: Arc<OwnedFd>,
    seen: watch::Sender<BTreeSet<std::net::SocketAddr>>,
    epoll: Epoll,
    inbox: Inbox,
    packet: Vec<u8>,
    /// Where messages of peers come and go whose sessions another has.
    doors: BTreeMap<u64, (PublicKey, UdpSocket)>,
    next_door: u64,
}

impl Worker {
    pub(super) fn new(
        parts: Parts,
        orders: Receiver<Order>,
        bell: Arc<OwnedFd>,
        seen: watch::Sender<BTreeSet<std::net::SocketAddr>>,
    ) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(&*bell, BELL)?;
        epoll.add(&parts.socket, SOCKET)?;
        if let Some(tun) = &parts.tun {
            epoll.add(tun, TUN)?;
        }
        let mut mark = [0; 8];
        getrandom::fill(&mut mark).map_err(io::Error::other)?;
        Ok(Self {
            core: Core::new(parts.key, parts.own, parts.reflectors, mark),
            socket: parts.socket,
            tun: parts.tun,
            orders,
            bell,
            seen,
            epoll,
            inbox: Inbox::new(),
            packet: vec![0; LONGEST],
            doors: BTreeMap::new(),
            next_door: DOORS,
        })
    }

    /// Runs until it is told to stop, or its interface or its socket is gone.
    pub(super) fn run(mut self) {
        if let Err(error) = self.serve() {
            tracing::error!(%error, "WireGuard's data plane has ended");
        }
    }

    fn serve(&mut self) -> io::Result<()> {
        let mut ready = Ready::new();
        let mut due = Instant::now();
        loop {
            let now = Instant::now();
            if now >= due {
                self.core.tick(now);
                due = now + TICK;
            }
            self.flush();
            let wait = due.saturating_duration_since(Instant::now());
            self.epoll.wait(&mut ready, Some(wait))?;
            for token in ready.tokens() {
                match token {
                    BELL => {
                        if !self.obey()? {
                            return Ok(());
                        }
                    }
                    SOCKET => self.receive()?,
                    TUN => self.read(ROUNDS)?,
                    door => self.carry(door),
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
                Ok(Order::Members(members)) => {
                    // What programs, or the kernel, have said to whoever is gone was said before.
                    self.read(QUEUE)?;
                    self.core.post.send(&self.socket);
                    self.core.set_members(members, now);
                    let peers = &self.core.peers;
                    self.doors.retain(|_, (key, _)| peers.contains_key(key));
                    self.flush();
                }
                Ok(Order::Places(key, places)) => self.core.set_places(key, places, now),
                Ok(Order::Look(answer)) => {
                    let _gone = answer.send(self.core.states(now));
                }
                Ok(Order::Ping(key, answer)) => self.core.ping(key, answer, now),
                Ok(Order::Door(key, door)) => {
                    self.epoll.add(&door, self.next_door)?;
                    self.doors.insert(self.next_door, (key, door));
                    self.next_door += 1;
                }
                Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return Ok(false),
                Err(TryRecvError::Empty) => break,
            }
        }
        // Whoever is new is looked for at once.
        self.core.tick(now);
        Ok(true)
    }

    fn receive(&mut self) -> io::Result<()> {
        for _ in 0..ROUNDS {
            self.socket.receive(&mut self.inbox)?;
            let now = Instant::now();
            let mut news = false;
            for piece in self.inbox.pieces() {
                for datagram in piece.bytes.chunks(piece.segment) {
                    news |= self.core.take_datagram(piece.from, datagram, now);
                }
            }
            if news {
                self.seen.send_replace(self.core.reflections.seen());
            }
            self.flush();
            if !self.inbox.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// Takes at most so many pieces from the interface.
    fn read(&mut self, most: usize) -> io::Result<()> {
        let Some(tun) = &mut self.tun else {
            return Ok(());
        };
        for _ in 0..most {
            match tun.read(&mut self.packet) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    if let Some(read) = self.packet.get_mut(..length) {
                        self.core.take_read(read, Instant::now());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.core.post.waiting() > FULL {
                self.core.post.send(&self.socket);
            }
        }
        Ok(())
    }

    /// Takes what came out of a door to a relay.
    fn carry(&mut self, door: u64) {
        let Some((key, door)) = self.doors.get(&door) else {
            return;
        };
        let now = Instant::now();
        for _ in 0..FEW {
            // Nobody may be behind it any more, of which the socket tells once.
            let Ok(length) = door.recv(&mut self.packet) else {
                break;
            };
            if let Some(message) = self.packet.get(..length) {
                self.core.carry(*key, message, now);
            }
        }
        self.core.post.send(&self.socket);
    }

    /// Sends and writes what waits. What the interface does not take is lost, as on any network.
    fn flush(&mut self) {
        self.core.post.send(&self.socket);
        for (key, message) in self.core.carried.drain(..) {
            let mut doors = self.doors.values();
            if let Some((_, door)) = doors.find(|(whose, _)| *whose == key) {
                let _full = door.send(&message);
            }
        }
        if let Some(tun) = &mut self.tun {
            self.core.joiner.drain(|packet| {
                if let Err(error) = tun.write(packet) {
                    tracing::trace!(%error, "the interface does not take a packet");
                }
            });
        }
    }
}
