//! Parties that an authority certifies: what it has taken back is refused by every agent, and the overlay's key lies in a
//! program's folder while it runs.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use common::{Party, SESSION, begin_script, compare, connect, run_script};
use e3_identity::{Endorsement, Policy, Serial, Validity, authority::Authority};
use e3_overlay::Registry;
use e3_session::{
    message::{Reply, Request},
    types::{Roster, RosterEntry},
};
use serde_bytes::ByteBuf;
use tokio::time::sleep;

fn validity() -> Validity {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Validity::starting(now.as_secs(), 3600)
}

/// Endorses what a party introduces, under this number; gives its entry.
async fn certify(
    party: &mut Party,
    authority: &Authority,
    index: u16,
    serial: Serial,
) -> RosterEntry {
    let introduction = party.introduce(None).await;
    let name = party.name.clone();
    let credential = authority.issue(serial, &introduction.did, vec![name.clone()], validity());
    let request = &introduction.overlays["tls"];
    let leaf = authority.certify(request, &format!("MPyC party {index}"), &credential);
    let chain = vec![
        ByteBuf::from(leaf.unwrap()),
        ByteBuf::from(authority.root()),
    ];
    let endorsement = Endorsement::Ca {
        authority: authority.did().clone(),
        credential: Box::new(credential),
        certificates: BTreeMap::from([("tls".to_owned(), chain)]),
    };
    let asked = endorsement.clone();
    let endorse = Request::Endorse { endorsement: asked };
    assert_eq!(party.request(endorse).await, Reply::Endorsed);
    RosterEntry {
        name,
        addresses: Vec::new(),
        introduction,
        endorsement,
    }
}

/// So many certified parties and their roster; what the last one was given may have been revoked before.
async fn certified(count: u16, revoked: bool) -> (Vec<Party>, Roster) {
    let authority = Authority::generate("test", validity()).unwrap();
    let serials: Vec<Serial> = (0..count).map(|_| Serial::generate().unwrap()).collect();
    let taken_back = serials.last().filter(|_| revoked).copied();
    let list = authority.revocations(1, taken_back.into_iter().collect(), validity());
    let policy = Policy::Ca {
        authority: authority.did().clone(),
        revocations: Some(list),
    };
    let mut parties = Vec::new();
    let mut roster = Roster {
        session: SESSION,
        network: Vec::new(),
        epoch: 1,
        parties: Vec::new(),
    };
    for (index, serial) in (0..).zip(serials) {
        let mut party = Party::start(&format!("p{index}"), Registry::builtin());
        party.greet_by("tls", &policy).await;
        roster
            .parties
            .push(certify(&mut party, &authority, index, serial).await);
        parties.push(party);
    }
    (parties, roster)
}

#[tokio::test]
async fn every_agent_refuses_a_revoked_party_by_its_name() {
    let (mut parties, roster) = certified(3, true).await;
    for party in &mut parties {
        let roster = roster.clone();
        let why = party.refuses(Request::Admit { roster }).await;
        assert!(why.contains("p2") && why.contains("revoked"), "{why}");
    }
    let (mut parties, roster) = certified(3, false).await;
    compare(&mut parties, &roster).await;
}

#[tokio::test]
async fn a_program_finds_its_key_and_leaves_none() {
    let (mut parties, roster) = certified(1, false).await;
    compare(&mut parties, &roster).await;
    connect(&mut parties).await;
    let mut party = parties.remove(0);
    let script = "import os, stat, sys\n\
        for name in ('party_0.key', 'party_0.crt', 'mpyc_ca.crt'):\n    \
            print(name, oct(stat.S_IMODE(os.stat('.config/' + name).st_mode)), '--ssl' in sys.argv)\n";
    let shown = run_script(&mut party, 1, script).await;
    assert_eq!(
        shown.stdout, "party_0.key 0o600 True\nparty_0.crt 0o644 True\nmpyc_ca.crt 0o644 True\n",
        "{shown:?}"
    );
    assert_eq!(keys(&party.folder), Vec::<PathBuf>::new());

    // Nor does an agent that loses its controller while the program runs.
    let running = "print('begun', flush=True)\nimport time; time.sleep(1000)";
    begin_script(&mut party, 2, running, 60).await;
    let folder = party.folder.clone();
    while keys(&folder).is_empty() {
        sleep(Duration::from_millis(20)).await;
    }
    let (_, home) = party.vanish().await;
    assert_eq!(keys(home.path()), Vec::<PathBuf>::new());
}

/// Private keys of TLS below a folder.
fn keys(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(".config/party_0.key") {
                found.push(path);
            }
        }
    }
    found
}
