//! A party that joins as its agent lets it: it introduces itself, is given a roster, and joins. The other party of the roster
//! is the stock program, for which this test speaks: it introduces its key, and tells by a contact record where it is.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    os::fd::OwnedFd,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_contact::{Record, Signed};
use e3_identity::{Endorsement, Introduction, PartyKeys, introduction::Validity};
use e3_lab::{Host, testing::Secrets};
use e3_overlay::{Introducing, Joined, Joining, Mailbox, Overlay as _, ProgramPlace};
use e3_overlay_wireguard::{
    EngineChoice, WireguardOverlay,
    key::{PrivateKey, PublicKey},
};
use e3_reflector::message::Class;
use e3_session::types::{
    Contact, Dial, Options, PartyIndex, Path, Ports, Roster, RosterEntry, SessionId, Subnet,
};
use ed25519_dalek::SigningKey;
use serde_bytes::ByteBuf;
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::mpsc};

use crate::{
    ITS, OURS, PROGRAM, Place, SAID, captured, everything_logged,
    go::{self, Go},
    lab,
    relay::Relay,
    shown_nowhere, speak,
    wire::{self, REFLECTOR, Said, What},
};

pub(crate) const SESSION: SessionId = SessionId([7; 16]);

const OVERLAY: &str = "wireguard";
const LIFETIME_S: u64 = 3600;

/// After this long, a peer counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(20);

/// The stock program's index.
const PEER: PartyIndex = PartyIndex(1);

/// A program of a party that has joined and one beside wireguard-go speak TCP, whoever dials; the link is direct, and all that
/// is on the wire is WireGuard's messages, but for questions to the reflector and its answers.
pub(crate) fn meet() {
    let lab = lab(&["ours", "its", "hub"]);
    let [ours, its, hub] = ["ours", "its", "hub"].map(|name| lab.host(name).unwrap());
    let (capture, file) = captured(&lab);
    let log = everything_logged();
    let key = PrivateKey::generate().unwrap();
    let mut secrets = Secrets::default();
    secrets.add("its private key", &*key.to_bytes());
    let relay = Relay::start(hub);
    let met = ours.run_in(|| runtime().block_on(join_and_speak(ours, its, &key, &relay)));
    met.unwrap();
    relay.stop();

    capture.finish().unwrap();
    let file = file.take();
    shown_nowhere(secrets, &log, &file);
    let all = wire::datagrams(&file);
    assert!(all.len() > 4 * SAID / 1500, "only {} datagrams", all.len());
    let [its, relay, reflector] = [(its, go::PORT), (hub, go::PORT), (hub, REFLECTOR)]
        .map(|(host, port)| SocketAddr::from((host.v4().unwrap(), port)));
    let own = wire::socket(&all, ours.v4().unwrap().into());
    let said = |from, to, what| Said { from, to, what };
    wire::hold(
        &all,
        &[
            said(own, its, What::WireGuard(&[1, 4])),
            said(its, own, What::WireGuard(&[2, 4])),
            said(own, relay, What::WireGuard(&[1, 4])),
            said(relay, own, What::WireGuard(&[2])),
            said(own, reflector, What::Stun(Class::Request)),
            said(reflector, own, What::Stun(Class::Success)),
        ],
    );
}

async fn join_and_speak(ours: &Host, its: &Host, key: &PrivateKey, relay: &Relay) {
    let candidate = Candidate::introduce(relay).await;
    let go = Go::start(its, key, candidate.key());
    let at = SocketAddr::from((its.v4().unwrap(), go::PORT));
    let mut party = candidate.join(relay, key.public(), at).await;
    party.is_direct(at).await;
    party.has_told(ours.v4().unwrap().into());
    let program = Place(ours, Some(party.network()));
    let beside = Place(its, None);
    speak(&program, OURS, &beside, ITS);
    speak(&beside, ITS, &program, OURS);
    party.is_direct(at).await;
    party.leave().await;
    drop(go);
}

/// A runtime of one thread, as an agent has it.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A party that has introduced itself.
pub(crate) struct Candidate {
    overlay: WireguardOverlay,
    introduced: ByteBuf,
    folder: TempDir,
}

impl Candidate {
    pub(crate) async fn introduce(relay: &Relay) -> Self {
        let overlay = WireguardOverlay::with_engine(EngineChoice::User);
        let folder = tempfile::tempdir().unwrap();
        let who = Introducing {
            session: SESSION,
            did: PartyKeys::generate().unwrap().did().clone(),
            options: Options::default(),
            services: vec![relay.facts.clone()],
            name: "ours".to_owned(),
            addresses: vec![OURS.into()],
            network: network(),
            until_s: now() + LIFETIME_S,
            folder: folder.path().to_owned(),
        };
        Self {
            introduced: overlay.introduce(&who).await.unwrap(),
            overlay,
            folder,
        }
    }

    /// Its key of WireGuard.
    pub(crate) fn key(&self) -> PublicKey {
        PublicKey(self.introduced[..32].try_into().unwrap())
    }

    /// Joins a roster whose other party has this key, and says that it is there.
    pub(crate) async fn join(self, relay: &Relay, key: PublicKey, at: SocketAddr) -> Party {
        let signs = SigningKey::from_bytes(&[9; 32]);
        let its = [key.0, signs.verifying_key().to_bytes()].concat();
        let both = [self.introduced.clone(), ByteBuf::from(its)];
        relay.admit(both.to_vec()).await;
        let [ours, its] = both;
        let roster = Roster {
            session: SESSION,
            epoch: 1,
            network: network(),
            parties: vec![
                entry("ours", OURS.into(), ours),
                entry("its", ITS.into(), its),
            ],
        };
        let (outgoing, letters) = mpsc::channel(16);
        let (write, incoming) = mpsc::channel(16);
        let record = Record {
            session: SESSION,
            sequence: 1,
            tcp: Vec::new(),
            quic: vec![at],
            relays: Vec::new(),
        };
        let letter = ByteBuf::from(record.sign(&signs).encode());
        write.send((PEER, letter)).await.unwrap();
        let joining = Joining {
            roster,
            me: PartyIndex(0),
            contacts: vec![Contact {
                party: PEER,
                sequence: 1,
                addresses: vec![at.ip()],
            }],
            dial: Dial::Mesh,
            ports: Ports::one(PROGRAM),
            options: Options::default(),
            timeout: PATIENCE,
            services: vec![relay.facts.clone()],
            mailbox: Mailbox::new(outgoing, incoming),
            folder: self.folder.path().to_owned(),
        };
        Party {
            joined: self.overlay.join(joining).await.unwrap(),
            letters,
            _courier: write,
            _folder: self.folder,
        }
    }
}

/// A party that has joined.
pub(crate) struct Party {
    joined: Box<dyn Joined>,
    letters: mpsc::Receiver<(PartyIndex, ByteBuf)>,
    _courier: mpsc::Sender<(PartyIndex, ByteBuf)>,
    _folder: TempDir,
}

impl Party {
    /// The network that it keeps for programs.
    pub(crate) fn network(&self) -> OwnedFd {
        let ProgramPlace::Namespace(entrance) = self.joined.program_needs().place else {
            panic!("programs have no network of their own");
        };
        entrance.network().try_clone_to_owned().unwrap()
    }

    /// The link with the stock program is direct, and it answers.
    pub(crate) async fn is_direct(&self, at: SocketAddr) {
        let address = at.to_string();
        let pinged = self.joined.ping(PEER).await.unwrap();
        assert_eq!(pinged.path, Path::Direct { address });
        assert_eq!(pinged.transport.as_deref(), Some("wireguard/udp"));
        assert!(pinged.rtt_ms.is_some(), "{pinged:?}");
        let links = self.joined.links().await;
        assert_eq!(links.len(), 1, "{links:?}");
    }

    /// It has told its peer where it is.
    pub(crate) fn has_told(&mut self, at: IpAddr) {
        let mut told = Vec::new();
        while let Ok((to, letter)) = self.letters.try_recv() {
            assert_eq!(to, PEER);
            let signed = Signed::decode(&letter).unwrap();
            told.extend(signed.verify(SESSION).unwrap().quic);
        }
        assert!(told.iter().any(|told| told.ip() == at), "{told:?}");
    }

    pub(crate) async fn leave(self) {
        self.joined.leave().await.unwrap();
    }
}

fn network() -> Vec<Subnet> {
    vec!["10.99.0.0/24".parse().unwrap()]
}

fn entry(name: &str, address: IpAddr, introduced: ByteBuf) -> RosterEntry {
    let overlays = BTreeMap::from([(OVERLAY.to_owned(), introduced)]);
    let keys = PartyKeys::generate().unwrap();
    let validity = Validity::starting(now(), LIFETIME_S);
    RosterEntry {
        name: name.to_owned(),
        addresses: vec![address],
        introduction: Introduction::new(&keys, SESSION.0, name, validity, overlays),
        endorsement: Endorsement::Pinned,
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}
