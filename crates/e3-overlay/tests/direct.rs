//! The overlay `direct` between parties at 127.0.x.y, all on one port, as on hosts of their own.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
use e3_overlay::{Joined, Joining, Mailbox, OverlayError, Registry};
use e3_session::types::{
    Contact, Dial, LinkReport, Options, PartyIndex, Path, Ports, Roster, RosterEntry, SessionId,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
};

const PORT: u16 = 17_700;

/// A network of its own for one test: addresses 127.0.N.1, 127.0.N.2, …
struct Net(u8);

impl Net {
    fn new() -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn address(&self, party: u16) -> IpAddr {
        let host = u8::try_from(party + 1).unwrap();
        IpAddr::V4(Ipv4Addr::new(127, 0, self.0, host))
    }

    fn contacts(&self, parties: u16) -> Vec<Contact> {
        let contact = |party| Contact {
            party: PartyIndex(party),
            sequence: 1,
            addresses: vec![self.address(party)],
        };
        (0..parties).map(contact).collect()
    }

    fn joining(&self, parties: u16, me: u16) -> Joining {
        let (outgoing, _) = mpsc::channel(1);
        let (_, incoming) = mpsc::channel(1);
        Joining {
            roster: roster(1, parties),
            me: PartyIndex(me),
            contacts: self.contacts(parties),
            dial: Dial::LowerToHigher,
            ports: Ports::one(PORT),
            options: Options::default(),
            timeout: Duration::from_secs(5),
            services: vec![],
            mailbox: Mailbox::new(outgoing, incoming),
            folder: PathBuf::new(),
        }
    }
}

fn roster(session: u8, parties: u16) -> Roster {
    // The same parties in every roster of a test.
    static KNOWN: OnceLock<Vec<Introduction>> = OnceLock::new();
    let introduce = |party: usize| {
        let keys = PartyKeys::generate().unwrap();
        let validity = Validity::starting(0, u64::MAX);
        Introduction::new(
            &keys,
            [0; 16],
            &format!("p{party}"),
            validity,
            BTreeMap::new(),
        )
    };
    let known = KNOWN.get_or_init(|| (0..8).map(introduce).collect());
    let entry = |party: u16| RosterEntry {
        name: format!("p{party}"),
        addresses: Vec::new(),
        introduction: known[usize::from(party)].clone(),
        endorsement: Endorsement::Pinned,
    };
    Roster {
        session: SessionId([session; 16]),
        network: Vec::new(),
        epoch: 1,
        parties: (0..parties).map(entry).collect(),
    }
}

async fn join(joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
    let direct = Registry::builtin().make("direct").unwrap();
    direct.join(joining).await
}

/// Joins all parties at once.
async fn join_all(joinings: impl IntoIterator<Item = Joining>) -> Vec<Box<dyn Joined>> {
    let tasks: Vec<_> = joinings
        .into_iter()
        .map(|joining| tokio::spawn(join(joining)))
        .collect();
    let mut joined = Vec::new();
    for task in tasks {
        joined.push(task.await.unwrap().unwrap());
    }
    joined
}

fn reason(link: &LinkReport) -> &str {
    match &link.path {
        Path::Unreachable { reason } => reason,
        other => panic!("expected an unreachable link, found {other:?}"),
    }
}

/// Binds without `SO_REUSEADDR`, which fails if any connection of the port is still closing.
fn assert_free(at: SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(false).unwrap();
    socket
        .bind(at)
        .unwrap_or_else(|error| panic!("{at} is not free: {error}"));
}

#[tokio::test]
async fn every_pair_sees_its_link_and_the_port_is_free_at_once() {
    let net = Net::new();
    let parties = 5;
    let joined = join_all((0..parties).map(|me| net.joining(parties, me))).await;
    for (me, joined) in (0..).zip(&joined) {
        assert_free(SocketAddr::new(net.address(me), PORT));
        let links = joined.links().await;
        assert_eq!(links.len(), usize::from(parties) - 1, "{links:?}");
        for link in links {
            assert!(matches!(link.path, Path::Direct { .. }), "{link:?}");
            assert!(link.rtt_ms.unwrap() < 100.0, "{link:?}");
        }
        let table = joined.dial_table();
        assert_eq!(table.me, PartyIndex(me));
        let own = &table.parties[usize::from(me)];
        assert_eq!(own.socket(), SocketAddr::new(net.address(me), PORT));
        for peer in me + 1..parties {
            let reach = &table.parties[usize::from(peer)];
            assert_eq!(
                (reach.party, reach.address),
                (PartyIndex(peer), net.address(peer))
            );
        }
    }
    for joined in joined {
        joined.leave().await.unwrap();
    }
}

#[tokio::test]
async fn in_a_mesh_both_directions_are_proved() {
    let net = Net::new();
    let mesh = |me| Joining {
        dial: Dial::Mesh,
        ..net.joining(3, me)
    };
    for joined in join_all((0..3).map(mesh)).await {
        for link in joined.links().await {
            let Path::Direct { address } = link.path else {
                panic!("{link:?}")
            };
            assert_eq!(address, net.address(link.to.0).to_string());
        }
    }
}

#[tokio::test]
async fn a_late_party_is_waited_for() {
    let net = Net::new();
    let early = tokio::spawn(join(net.joining(2, 0)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = join(net.joining(2, 1)).await.unwrap();
    let early = early.await.unwrap().unwrap();
    for joined in [early, late] {
        let links = joined.links().await;
        assert!(matches!(links[0].path, Path::Direct { .. }), "{links:?}");
    }
}

#[tokio::test]
async fn an_absent_party_is_told_in_time_by_both_sides() {
    let net = Net::new();
    let start = Instant::now();
    let hurried = |me| Joining {
        timeout: Duration::from_millis(400),
        ..net.joining(4, me)
    };
    // Party 1 is away: party 0 cannot dial it, party 3 is not called by it; 0 and 3 see one another.
    let joined = join_all([hurried(0), hurried(3)]).await;
    assert!(start.elapsed() < Duration::from_secs(2));
    let links = joined[0].links().await;
    assert!(
        reason(&links[0]).contains("connection refused"),
        "{links:?}"
    );
    assert!(matches!(links[2].path, Path::Direct { .. }), "{links:?}");
    let links = joined[1].links().await;
    assert!(reason(&links[1]).contains("did not call"), "{links:?}");
    assert_free(SocketAddr::new(net.address(3), PORT));
}

#[tokio::test]
async fn a_different_session_at_the_address_is_not_the_peer() {
    let net = Net::new();
    let other = Joining {
        roster: roster(2, 2),
        timeout: Duration::from_millis(500),
        ..net.joining(2, 1)
    };
    let joined = join_all([net.joining(2, 0), other]).await;
    let links = joined[0].links().await;
    assert!(
        reason(&links[0]).contains("a different machine or session"),
        "{links:?}"
    );
    assert!(reason(&joined[1].links().await[0]).contains("did not call"));
}

#[tokio::test]
async fn another_roster_is_named_as_such() {
    let net = Net::new();
    let other = Joining {
        roster: roster(1, 3),
        contacts: net.contacts(2),
        timeout: Duration::from_millis(500),
        ..net.joining(2, 1)
    };
    let joined = join_all([net.joining(2, 0), other]).await;
    let links = joined[0].links().await;
    assert!(reason(&links[0]).contains("another roster"), "{links:?}");
}

#[tokio::test]
async fn strangers_at_the_door_disturb_nobody() {
    let net = Net::new();
    let listening = tokio::spawn(join(net.joining(2, 1)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let door = SocketAddr::new(net.address(1), PORT);
    let mut silent = TcpStream::connect(door).await.unwrap();
    let mut rude = TcpStream::connect(door).await.unwrap();
    rude.write_all(&[b'x'; 200]).await.unwrap();
    assert!(!matches!(rude.read(&mut [0; 8]).await, Ok(1..)));

    join(net.joining(2, 0)).await.unwrap();
    let links = listening.await.unwrap().unwrap().links().await;
    assert!(matches!(links[0].path, Path::Direct { .. }), "{links:?}");
    assert_free(door);
    assert!(silent.read_u8().await.is_err(), "the silent one was let go");
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let net = Net::new();
    let at = SocketAddr::new(net.address(1), PORT);
    let _taken = TcpListener::bind(at).await.unwrap();
    let error = join(net.joining(2, 1)).await.err().unwrap();
    assert!(error.to_string().contains(&at.to_string()), "{error}");
}

#[tokio::test]
async fn a_ping_leaves_the_programs_port_alone() {
    let net = Net::new();
    let joined = join_all((0..2).map(|me| net.joining(2, me))).await;
    let program = TcpListener::bind(SocketAddr::new(net.address(1), PORT))
        .await
        .unwrap();
    let link = joined[0].ping(PartyIndex(1)).await.unwrap();
    assert!(matches!(link.path, Path::Direct { .. }), "{link:?}");
    assert!(link.rtt_ms.unwrap() < 100.0);
    let knocked = tokio::time::timeout(Duration::from_millis(100), program.accept()).await;
    assert!(knocked.is_err(), "the ping has touched the program's port");
    assert!(joined[0].ping(PartyIndex(2)).await.is_err());
}

#[tokio::test]
async fn a_changed_roster_keeps_who_stays_and_proves_who_is_new() {
    let net = Net::new();
    let mut joined = join_all((0..2).map(|me| net.joining(2, me))).await;
    let before = joined[0].links().await;
    let start = Instant::now();
    let newcomer = tokio::spawn(join(net.joining(3, 2)));
    for old in &mut joined {
        old.change(&roster(1, 3), &net.contacts(3)).await.unwrap();
    }
    let after = joined[0].links().await;
    assert_eq!(after[0], before[0]);
    let newcomer = newcomer.await.unwrap().unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "somebody waited in vain"
    );
    let seen_by_newcomer = newcomer.links().await;
    for link in after.iter().chain(&seen_by_newcomer) {
        assert!(matches!(link.path, Path::Direct { .. }), "{link:?}");
    }
    assert_eq!(joined[0].dial_table().parties[2].address, net.address(2));

    joined[0]
        .change(&roster(1, 2), &net.contacts(2))
        .await
        .unwrap();
    assert_eq!(joined[0].dial_table().parties.len(), 2);
}
