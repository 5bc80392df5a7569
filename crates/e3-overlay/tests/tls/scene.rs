//! Parties with an authority.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_identity::{
    Endorsement, Introduction, PartyKeys, Serial, Validity,
    authority::{Authority, NetworkKey},
};
use e3_overlay::{Introducing, Joined, Joining, Mailbox, Overlay, OverlayError, Registry};
use e3_session::types::{
    Contact, Dial, LinkReport, Options, PartyIndex, Path, Ports, Roster, RosterEntry, SessionId,
};
use serde_bytes::ByteBuf;
use tokio::{net::TcpSocket, sync::mpsc, task::JoinSet};

pub(crate) const PORT: u16 = 17_800;

const SESSION: SessionId = SessionId([3; 16]);

/// A network of its own, addresses 127.1.N.1, 127.1.N.2, …; parties that have introduced themselves; an authority.
pub(crate) struct Scene {
    net: u8,
    pub(crate) roster: Roster,
    overlays: Vec<Arc<dyn Overlay>>,
    authority: Authority,
}

/// Somebody who has introduced a key without the overlay's help.
pub(crate) struct Hostile {
    pub(crate) key: NetworkKey,
}

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

fn certificate(authority: &Authority, introduction: &Introduction, index: u16) -> Endorsement {
    let credential = authority.issue(
        Serial::generate().unwrap(),
        &introduction.did,
        vec![introduction.name.clone()],
        Validity::starting(now(), 3600),
    );
    let request = &introduction.overlays["tls"];
    let name = format!("MPyC party {index}");
    let leaf = authority.certify(request, &name, &credential).unwrap();
    let chain = vec![ByteBuf::from(leaf), ByteBuf::from(authority.root())];
    Endorsement::Ca {
        authority: authority.did().clone(),
        credential: Box::new(credential),
        certificates: BTreeMap::from([("tls".to_owned(), chain)]),
    }
}

impl Scene {
    /// So many parties.
    pub(crate) async fn of(parties: u16) -> Self {
        Self::with(parties, None).await
    }

    /// The same; the last party is hostile where there is one, and holds its key itself.
    pub(crate) async fn with(parties: u16, hostile: Option<&Hostile>) -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let authority = Authority::generate("test", Validity::starting(now(), 3600)).unwrap();
        let mut roster = Roster {
            session: SESSION,
            network: Vec::new(),
            epoch: 1,
            parties: Vec::new(),
        };
        let mut overlays = Vec::new();
        for index in 0..parties {
            let keys = PartyKeys::generate().unwrap();
            let overlay = Registry::builtin().make("tls").unwrap();
            let who = Introducing {
                session: SESSION,
                did: keys.did().clone(),
                options: Options::default(),
                services: Vec::new(),
                name: index.to_string(),
                addresses: Vec::new(),
                network: Vec::new(),
                until_s: 0,
                folder: PathBuf::new(),
            };
            let public = match hostile {
                Some(hostile) if index + 1 == parties => {
                    ByteBuf::from(hostile.key.request(keys.did()).unwrap())
                }
                _ => overlay.introduce(&who).await.unwrap(),
            };
            let name = format!("p{index}");
            let introduction = Introduction::new(
                &keys,
                SESSION.0,
                &name,
                Validity::starting(now(), 3600),
                BTreeMap::from([("tls".to_owned(), public)]),
            );
            roster.parties.push(RosterEntry {
                endorsement: certificate(&authority, &introduction, index),
                name,
                addresses: Vec::new(),
                introduction,
            });
            overlays.push(overlay);
        }
        Self {
            net: NEXT.fetch_add(1, Ordering::Relaxed),
            roster,
            overlays,
            authority,
        }
    }

    /// Lets a fresh deputy of the authority certify these parties anew.
    pub(crate) fn depute(&mut self, parties: &[u16]) {
        let deputy = Authority::generate("deputy", Validity::starting(now(), 3600)).unwrap();
        let voucher = ByteBuf::from(self.authority.vouch(&deputy).unwrap());
        for party in parties {
            let entry = &mut self.roster.parties[usize::from(*party)];
            let Endorsement::Ca { certificates, .. } =
                certificate(&deputy, &entry.introduction, *party)
            else {
                panic!("no certificate")
            };
            let mut chain = certificates["tls"].clone();
            chain.insert(1, voucher.clone());
            let Endorsement::Ca { certificates, .. } = &mut entry.endorsement else {
                panic!("no certificate")
            };
            certificates.insert("tls".to_owned(), chain);
        }
    }

    pub(crate) fn at(&self, party: PartyIndex) -> SocketAddr {
        SocketAddr::new(self.address(party), PORT)
    }

    fn address(&self, party: PartyIndex) -> IpAddr {
        let host = u8::try_from(party.0 + 1).unwrap();
        IpAddr::V4(Ipv4Addr::new(127, 1, self.net, host))
    }

    pub(crate) fn contacts(&self) -> Vec<Contact> {
        let contact = |party| Contact {
            party,
            sequence: 1,
            addresses: vec![self.address(party)],
        };
        let parties = (0..=u16::MAX).map(PartyIndex).zip(&self.roster.parties);
        parties.map(|(party, _)| contact(party)).collect()
    }

    pub(crate) fn joining(&self, me: PartyIndex) -> Joining {
        let (outgoing, _) = mpsc::channel(1);
        let (_, incoming) = mpsc::channel(1);
        Joining {
            roster: self.roster.clone(),
            me,
            contacts: self.contacts(),
            dial: Dial::LowerToHigher,
            ports: Ports::one(PORT),
            options: Options::default(),
            timeout: Duration::from_secs(5),
            services: vec![],
            mailbox: Mailbox::new(outgoing, incoming),
            folder: PathBuf::new(),
        }
    }

    /// Lets a party join with the key that it has introduced.
    pub(crate) async fn join(
        &self,
        party: u16,
        joining: Joining,
    ) -> Result<Box<dyn Joined>, OverlayError> {
        self.overlays[usize::from(party)].join(joining).await
    }

    /// Lets several join at once.
    pub(crate) async fn join_these(
        &self,
        joinings: impl IntoIterator<Item = (u16, Joining)>,
    ) -> Vec<Box<dyn Joined>> {
        let mut tasks = JoinSet::new();
        for (party, joining) in joinings {
            let overlay = Arc::clone(&self.overlays[usize::from(party)]);
            tasks.spawn(async move { (party, overlay.join(joining).await.unwrap()) });
        }
        let mut joined = tasks.join_all().await;
        joined.sort_by_key(|(party, _)| *party);
        joined.into_iter().map(|(_, joined)| joined).collect()
    }

    pub(crate) async fn join_all(&self) -> Vec<Box<dyn Joined>> {
        let parties = (0..).zip(&self.overlays);
        let joinings: Vec<_> = parties
            .map(|(party, _)| (party, self.joining(PartyIndex(party))))
            .collect();
        self.join_these(joinings).await
    }
}

pub(crate) fn reason(link: &LinkReport) -> &str {
    match &link.path {
        Path::Unreachable { reason } => reason,
        other => panic!("expected an unreachable link, found {other:?}"),
    }
}

/// Binds without `SO_REUSEADDR`, which fails if any connection of the port is still closing.
pub(crate) fn assert_free(at: SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(false).unwrap();
    socket
        .bind(at)
        .unwrap_or_else(|error| panic!("{at} is not free: {error}"));
}
