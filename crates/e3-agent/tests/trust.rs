//! Whom agents believe: each refusal names the party.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

mod common;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use common::*;
use e3_agent::Kit;
use e3_identity::{
    Did, DidDocument, Endorsement, Identity, Introduction, Kind, PartyKeys, Pin, Policy,
    ResolveError, Resolver, Resolving, Validity, folder,
};
use e3_overlay::Registry;
use e3_session::{
    message::{Reply, Request},
    types::{InputSource, OutputPolicy, Roster, RosterEntry, RunId, SessionId, Subnet},
};

/// A roster of these entries in the tests' session.
fn roster(epoch: u32, parties: Vec<RosterEntry>) -> Roster {
    Roster {
        session: SESSION,
        network: Vec::new(),
        epoch,
        parties,
    }
}

/// What somebody without an agent of ours would put into a roster as p1.
fn forged(keys: &PartyKeys, session: SessionId, name: &str, validity: Validity) -> RosterEntry {
    RosterEntry {
        name: "p1".to_owned(),
        addresses: Vec::new(),
        introduction: Introduction::new(keys, session.0, name, validity, BTreeMap::new()),
        endorsement: Endorsement::Pinned,
    }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// Why an agent, p0, does not take a roster of itself and this p1.
async fn refused(policy: &Policy, other: RosterEntry) -> String {
    let mut party = Party::start("p0", Registry::builtin());
    party.greet_by("direct", policy).await;
    let own = entry(&mut party, None).await;
    let roster = roster(1, vec![own, other]);
    let why = party.refuses(Request::Admit { roster }).await;
    party.leave().await;
    why
}

#[tokio::test]
async fn an_agent_started_again_on_its_host_is_who_it_was() {
    let mut parties = vec![
        Party::start("p0", Registry::builtin()),
        Party::start("p1", Registry::builtin()),
    ];
    let first = admit(&mut parties, "direct").await;
    let home = parties.remove(1).kill().await;
    let mut again = Party::start_in("p1", Registry::builtin(), home);
    let key = again.folder.join("identity/key.pem");
    assert!(key.exists(), "it was made on its host");
    again.greet("direct").await;
    let entry = entry(&mut again, None).await;
    let (before, after) = (&first.parties[1].introduction, &entry.introduction);
    assert_eq!(before.did, after.did);
    assert_ne!(before.sealing_key, after.sealing_key);
    parties.push(again);
    let own = first.parties[0].clone();
    compare(&mut parties, &roster(2, vec![own, entry])).await;
    for party in parties {
        party.leave().await;
    }
    assert!(!key.exists(), "an identity of one session ends with it");
}

#[tokio::test]
async fn an_identity_in_a_folder_of_its_own_outlives_the_session() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::generate().unwrap();
    folder::create(home.path(), &identity).unwrap();
    let mut party = Party::start("p0", Registry::builtin());
    party.greet("direct").await;
    let introduction = party.introduce(Some(home.path())).await;
    assert_eq!(introduction.did, *identity.did());
    party.leave().await;
    let found = folder::load(home.path()).unwrap().unwrap();
    assert_eq!(found.did(), identity.did());

    let mut party = Party::start("p0", Registry::builtin());
    party.greet("direct").await;
    let introduce = Request::Introduce {
        lifetime_s: 60,
        identity: Some("/nowhere".to_owned()),
        addresses: Vec::new(),
        network: Vec::new(),
    };
    let why = party.refuses(introduce).await;
    assert!(why.contains("no identity in /nowhere"), "{why}");
    party.leave().await;
}

#[tokio::test]
async fn a_replayed_introduction_is_refused_by_name() {
    // Of a real agent, in a session that is over.
    let mut yesterday = Party::start("p1", Registry::builtin());
    let policy = first_use();
    yesterday
        .greet_in(SessionId([9; 16]), "direct", &policy)
        .await;
    let old = entry(&mut yesterday, None).await;
    yesterday.leave().await;
    let why = refused(&policy, old).await;
    assert!(why.contains("\"p1\" is of session 0909"), "{why}");
}

#[tokio::test]
async fn an_expired_introduction_is_refused_by_name() {
    let keys = PartyKeys::generate().unwrap();
    let past = Validity {
        not_before: 1,
        not_after: now() - 61,
    };
    let why = refused(&first_use(), forged(&keys, SESSION, "p1", past)).await;
    assert!(why.contains("\"p1\" was good until"), "{why}");
}

#[tokio::test]
async fn a_members_introduction_under_another_name_is_refused() {
    let keys = PartyKeys::generate().unwrap();
    let other = forged(&keys, SESSION, "p2", Validity::starting(now(), 60));
    let why = refused(&first_use(), other).await;
    assert!(
        why.contains("\"p1\" was made under the name \"p2\""),
        "{why}"
    );
}

#[tokio::test]
async fn two_members_that_have_changed_places_are_refused() {
    let mut parties = Vec::new();
    let mut entries = Vec::new();
    for name in ["p0", "p1", "p2"] {
        let mut party = Party::start(name, Registry::builtin());
        party.greet("direct").await;
        entries.push(entry(&mut party, None).await);
        parties.push(party);
    }
    // The places alone are the roster's to choose; with them, the names would be others'.
    let (second, third) = (entries[1].clone(), entries[2].clone());
    entries[1].introduction = third.introduction;
    entries[2].introduction = second.introduction;
    let roster = roster(1, entries);
    let why = parties[0].refuses(Request::Admit { roster }).await;
    assert!(why.contains("\"p1\" was made under the name"), "{why}");
    for party in parties {
        party.leave().await;
    }
}

#[tokio::test]
async fn a_changed_pin_is_refused_with_both_dids() {
    let (known, other) = (
        PartyKeys::generate().unwrap(),
        PartyKeys::generate().unwrap(),
    );
    let policy = Policy::Pinned {
        pins: BTreeMap::from([("p1".to_owned(), Pin::Did(known.did().clone()))]),
        first_use: true,
    };
    let validity = Validity::starting(now(), 60);
    let why = refused(&policy, forged(&other, SESSION, "p1", validity)).await;
    for part in [
        "\"p1\" IS NOT WHO IT WAS",
        known.did().as_str(),
        other.did().as_str(),
    ] {
        assert!(why.contains(part), "{why}");
    }
}

#[tokio::test]
async fn a_pinned_party_that_has_handed_over_is_followed() {
    let old = Identity::generate().unwrap();
    let new = old.rotate(now()).unwrap();
    let policy = Policy::Pinned {
        pins: BTreeMap::from([("p1".to_owned(), Pin::Did(old.did().clone()))]),
        first_use: true,
    };
    let keys = PartyKeys::of(new).unwrap();
    let mut party = Party::start("p0", Registry::builtin());
    party.greet_by("direct", &policy).await;
    let own = entry(&mut party, None).await;
    let other = forged(&keys, SESSION, "p1", Validity::starting(now(), 60));
    let request = Request::Admit {
        roster: roster(1, vec![own, other]),
    };
    let reply = party.request(request).await;
    assert!(matches!(reply, Reply::Admitted { .. }), "{reply:?}");
    party.leave().await;
}

#[tokio::test]
async fn a_stranger_is_refused_by_name() {
    let keys = PartyKeys::generate().unwrap();
    let validity = Validity::starting(now(), 60);
    let mut party = Party::start("p0", Registry::builtin());
    // Somebody is listed for p1, but not this one.
    let listed = Identity::generate().unwrap();
    let dids = BTreeMap::from([("p1".to_owned(), listed.did().clone())]);
    party.greet_by("direct", &Policy::Did { dids }).await;
    let introduction = party.introduce(None).await;
    let endorsement = Endorsement::Did;
    party
        .request(Request::Endorse {
            endorsement: endorsement.clone(),
        })
        .await;
    let own = RosterEntry {
        name: "p0".to_owned(),
        addresses: Vec::new(),
        introduction,
        endorsement: endorsement.clone(),
    };
    let stranger = RosterEntry {
        endorsement,
        ..forged(&keys, SESSION, "p1", validity)
    };
    let roster = roster(1, vec![stranger, own]);
    let why = party.refuses(Request::Admit { roster }).await;
    assert!(
        why.contains("\"p1\"") && why.contains(listed.did().as_str()),
        "{why}"
    );
    party.leave().await;
}

/// Has the documents of a few domains.
struct Domains(Vec<DidDocument>);

impl Resolver for Domains {
    fn resolve<'a>(&'a self, did: &'a Did) -> Resolving<'a> {
        let found = self.0.iter().find(|document| document.id() == did).cloned();
        let found = found.ok_or_else(|| ResolveError::Unreachable {
            did: did.clone(),
            url: did.url().unwrap_or_default(),
            reason: "no such domain".to_owned(),
        });
        Box::pin(std::future::ready(found))
    }
}

/// A party whose identity is an organisation's, in a folder.
fn of_domain(home: &Path) -> Identity {
    let identity = Identity::create(&Kind::Web("hospital.example".to_owned())).unwrap();
    folder::create(home, &identity).unwrap();
    identity
}

/// What a lone agent with the identity in this folder says to a roster of itself.
async fn alone_as(home: &Path, resolver: Domains) -> Reply {
    let kit = Kit {
        registry: Registry::builtin(),
        resolver: Arc::new(resolver),
    };
    let mut party = Party::start("p0", kit);
    party.greet("direct").await;
    let own = entry(&mut party, Some(home)).await;
    let documents = own.introduction.did.url();
    assert_eq!(
        documents.as_deref(),
        Some("https://hospital.example/.well-known/did.json")
    );
    let roster = roster(1, vec![own]);
    // The controller's end is not asked: it would need the document, too.
    let id = party.ask(Request::Admit { roster }).await;
    let reply = loop {
        let message = party.next().await;
        if message.re == id {
            break message.reply;
        }
    };
    party.vanish().await;
    reply
}

#[tokio::test]
async fn a_domain_vouches_for_its_did() {
    let home = tempfile::tempdir().unwrap();
    let identity = of_domain(home.path());
    let published = Domains(vec![identity.document().unwrap()]);
    let reply = alone_as(home.path(), published).await;
    assert!(matches!(reply, Reply::Admitted { .. }), "{reply:?}");

    // It publishes another key.
    let other = identity.rotate(now()).unwrap();
    let published = Domains(vec![other.document().unwrap()]);
    let Reply::Refused(refusal) = alone_as(home.path(), published).await else {
        panic!("it is believed although its domain does not know its key")
    };
    assert!(refusal.message.contains("\"p0\""), "{refusal}");

    let Reply::Refused(refusal) = alone_as(home.path(), Domains(Vec::new())).await else {
        panic!("it is believed although its domain is not there")
    };
    assert!(refusal.message.contains("no such domain"), "{refusal}");
}

#[tokio::test]
async fn a_program_that_would_outlast_an_introduction_is_not_taken() {
    let mut party = alone().await;
    // The tests' introductions are good for an hour.
    let long = program("print('out')", 1, 3605);
    let stage = Request::Stage {
        run: RunId(1),
        program: long,
        input: InputSource::None,
        output: OutputPolicy::Collect,
    };
    let why = party.refuses(stage).await;
    assert!(
        why.contains("the introduction of party \"p0\" ends at"),
        "{why}"
    );
    // What has time enough is taken afterwards.
    let shown = run_script(&mut party, 2, "print('out')").await;
    assert!(exited(&shown, 0), "{shown:?}");
    party.leave().await;
}

#[tokio::test]
async fn a_roster_whose_network_this_host_has_is_refused() {
    let mut party = Party::start("p0", Registry::builtin());
    party.greet("direct").await;
    let own = entry(&mut party, None).await;
    let routes = e3_sys::routes::networks().unwrap();
    let four = |(address, prefix): &(std::net::IpAddr, u8)| {
        address.is_ipv4() && !address.is_loopback() && (8..=30).contains(prefix)
    };
    let (address, prefix) = *routes
        .iter()
        .find(|route| four(route))
        .expect("this machine has no route to any network but its own");
    let network = Subnet::around(address, prefix).unwrap();
    // The whole of it, or a part.
    for network in [network, Subnet::around(address, prefix + 1).unwrap()] {
        let std::net::IpAddr::V4(base) = network.address() else {
            panic!("{network}")
        };
        let resident = RosterEntry {
            addresses: vec![std::net::Ipv4Addr::from_bits(base.to_bits() + 1).into()],
            ..own.clone()
        };
        let roster = Roster {
            network: vec![network],
            ..roster(1, vec![resident])
        };
        let why = party.refuses(Request::Admit { roster }).await;
        for said in [
            "the roster's network",
            &network.to_string(),
            "`network.virtual`",
        ] {
            assert!(why.contains(said), "{why}");
        }
    }
    // The agent takes another afterwards.
    let roster = roster(1, vec![own]);
    let reply = party.request(Request::Admit { roster }).await;
    assert!(matches!(reply, Reply::Admitted { .. }), "{reply:?}");
    party.leave().await;
}
