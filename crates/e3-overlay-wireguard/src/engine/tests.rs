//! What a relay reads.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use gotatun::{noise::TunnResult, packet::Packet};
use tokio::sync::oneshot;

use super::{Member, Role, Way, core::Core, relayed};
use crate::{
    key::{PrivateKey, PublicKey},
    packet::echo,
};

/// Inside.
const FROM: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const TO: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

fn at(which: usize) -> SocketAddr {
    ([192, 0, 2, u8::try_from(which).unwrap()], 51820).into()
}

/// Two parties that know of no place of one another, and a relay.
struct Scene {
    cores: [Core; 3],
    keys: [PublicKey; 3],
    now: Instant,
}

impl Scene {
    fn new(secrets: &[PrivateKey; 3]) -> Self {
        let now = Instant::now();
        let keys = [0, 1, 2].map(|which: usize| secrets[which].public());
        let member = |which: usize, role, allowed: &[Ipv4Addr], places: &[SocketAddr]| Member {
            key: keys[which],
            role,
            allowed: allowed.iter().map(|address| (*address).into()).collect(),
            places: places.iter().copied().collect::<BTreeSet<_>>(),
        };
        let core = |which: usize, own: &[Ipv4Addr]| {
            let own = own.iter().map(|address| (*address).into()).collect();
            Core::new(secrets[which].clone(), own, Vec::new(), [7; 8])
        };
        let mut cores = [core(0, &[FROM]), core(1, &[TO]), core(2, &[])];
        let relay = || member(2, Role::Relay, &[], &[at(2)]);
        cores[0].set_members(vec![member(1, Role::Party, &[TO], &[]), relay()], now);
        cores[1].set_members(vec![member(0, Role::Party, &[FROM], &[]), relay()], now);
        let guests = [0, 1].map(|which| member(which, Role::Guest, &[], &[]));
        cores[2].set_members(guests.into(), now);
        Self { cores, keys, now }
    }

    /// Time passes, and everything arrives.
    fn pass(&mut self) {
        self.now += Duration::from_millis(300);
        self.cores.iter_mut().for_each(|core| core.tick(self.now));
        for _ in 0..4 {
            for from in 0..3 {
                let mut out = Vec::new();
                let post = &mut self.cores[from].post;
                post.drain(|to, bytes| out.push((to, bytes.to_vec())));
                for (to, bytes) in out {
                    let there = (0..3).find(|which| at(*which) == to).unwrap();
                    self.cores[there].take_datagram(at(from), &bytes, self.now);
                }
            }
        }
    }
}

/// With the relay's own key, of what it carries: a message of WireGuard between others, and nothing of what they say.
#[test]
fn a_relay_reads_nothing_of_what_it_carries() {
    let secrets = [1, 2, 3].map(|number| PrivateKey::from_bytes(&[number; 32]));
    let mut scene = Scene::new(&secrets);
    (0..10).for_each(|_| scene.pass());
    let [from, to, relay] = scene.keys;
    let way = scene.cores[0].peers[&to].fresh(scene.now);
    assert_eq!(way, Some(Way::Relayed(relay)));
    let said: Vec<u8> = (0..200).map(|at| at ^ 0x5a).collect();
    let mut packet = vec![0x45, 0, 0, 228, 0, 0, 0x40, 0, 64, 17, 0, 0];
    packet.extend(FROM.octets());
    packet.extend(TO.octets());
    packet.extend([0, 80, 0, 80, 0, 208, 0, 0]);
    packet.extend(&said);
    scene.cores[0].encrypt(to, &packet, scene.now);
    let mut sent = Vec::new();
    let post = &mut scene.cores[0].post;
    post.drain(|to, bytes| sent.push((to, bytes.to_vec())));
    let [(place, datagram)] = &sent[..] else {
        panic!("{} datagrams", sent.len());
    };
    assert_eq!(*place, at(2));
    let tunnel = &mut scene.cores[2].peers.get_mut(&from).unwrap().tunn;
    let message = Packet::copy_from(&**datagram).try_into_wg().unwrap();
    let TunnResult::WriteToTunnel(read) = tunnel.handle_incoming_packet(message) else {
        panic!("the relay reads nothing at all");
    };
    let (whose, message) = relayed::unwrap(&read).unwrap();
    assert_eq!(whose, super::relay_address(from));
    assert_eq!(message[..4], [4, 0, 0, 0], "data, between them");
    assert!(message.len() > said.len());
    for seen in [&datagram[..], &read] {
        let tells = |piece: &[u8]| seen.windows(piece.len()).any(|window| window == piece);
        assert!(!said.chunks(8).any(tells));
        assert!(!secrets.iter().any(|secret| tells(&*secret.to_bytes())));
    }
}

/// A relay's host puts messages of its own session into one another: the outermost is opened, and no other.
#[test]
fn a_relay_nests_nothing() {
    let secrets = [1, 2, 3].map(|number| PrivateKey::from_bytes(&[number; 32]));
    let mut scene = Scene::new(&secrets);
    (0..10).for_each(|_| scene.pass());
    let [own, other, relay] = scene.keys;
    let [from, to] = [other, own].map(super::relay_address);
    let tunnel = &mut scene.cores[2].peers.get_mut(&own).unwrap().tunn;
    let mut seal = |packet: &[u8]| {
        let sealed = tunnel.encapsulate_with_session(Packet::copy_from(packet));
        sealed.ok().unwrap().into_bytes().to_vec()
    };
    let mut datagram = seal(&relayed::wrap(from, to, &[4, 0, 0, 0]));
    let innermost = datagram.len();
    for _ in 0..3 {
        datagram = seal(&relayed::wrap(from, to, &datagram));
    }
    let core = &mut scene.cores[0];
    let before = core.peers[&relay].received;
    core.take_datagram(at(2), &datagram, scene.now);
    let received = core.peers[&relay].received - before;
    assert!(usize::try_from(received).unwrap() > 2 * innermost);
    assert!(
        usize::try_from(received).unwrap() < datagram.len(),
        "more was opened than came: {received}"
    );
}

/// What carries messages for the kernel has a party's key, but answers no handshakes of others: those are the kernel's.
#[test]
fn whose_session_another_has_is_not_answered() {
    for (role, answers) in [(Role::Party, true), (Role::Carried, false)] {
        let secrets = [1, 2, 3].map(|number| PrivateKey::from_bytes(&[number; 32]));
        let mut scene = Scene::new(&secrets);
        let other = Member {
            key: scene.keys[1],
            role,
            allowed: Vec::new(),
            places: BTreeSet::new(),
        };
        scene.cores[0].set_members(Vec::new(), scene.now);
        scene.cores[0].set_members(vec![other], scene.now);
        scene.cores[1].set_places(scene.keys[0], [at(0)].into(), scene.now);
        scene.cores[1].tick(scene.now);
        let mut begins = Vec::new();
        scene.cores[1]
            .post
            .drain(|to, bytes| begins.push((to, bytes.to_vec())));
        for (to, bytes) in begins {
            if to == at(0) {
                scene.cores[0].take_datagram(at(1), &bytes, scene.now);
            }
        }
        let mut answered = 0;
        scene.cores[0].post.drain(|_, _| answered += 1);
        assert_eq!(answered > 0, answers, "{role:?}");
    }
}

/// Who was asked once knows the mark, but answers no question to another.
#[test]
fn nobody_answers_for_another() {
    let secrets = [1, 2, 3].map(|number| PrivateKey::from_bytes(&[number; 32]));
    let mut scene = Scene::new(&secrets);
    let [_, asked, other] = scene.keys;
    let core = &mut scene.cores[0];
    let (answer, mut answered) = oneshot::channel();
    core.ping(asked, answer, scene.now);
    let number = *core.echoes.keys().next().unwrap();
    let echo = echo::Echo {
        number,
        mark: core.mark,
    };
    let mut packet = echo::request(TO.into(), FROM.into(), echo).unwrap();
    packet[20] = 0;
    core.arrive(other, TO.into(), &packet, scene.now);
    assert!(answered.try_recv().is_err());
    core.arrive(asked, TO.into(), &packet, scene.now);
    answered.try_recv().unwrap();
}
