//! The overlay `tls` between parties at 127.1.x.y, all on one port, as on hosts of their own.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod hostile;
mod scene;

use std::time::Duration;

use e3_identity::Endorsement;
use e3_overlay::{Joining, OverlayError, Registry};
use e3_session::types::{PartyIndex, Path, Roster};

use self::scene::{Scene, assert_free, reason};

#[tokio::test]
async fn every_pair_proves_who_it_is_and_the_port_is_free_at_once() {
    let scene = Scene::of(4).await;
    let joined = scene.join_all().await;
    for (me, joined) in (0..).map(PartyIndex).zip(&joined) {
        assert_free(scene.at(me));
        let links = joined.links().await;
        assert_eq!(links.len(), 3, "{links:?}");
        for link in links {
            assert!(matches!(link.path, Path::Direct { .. }), "{link:?}");
            assert!(link.rtt_ms.unwrap() < 100.0, "{link:?}");
        }
    }
    for joined in joined {
        joined.leave().await.unwrap();
    }
}

#[tokio::test]
async fn a_program_gets_the_files_that_mpyc_reads() {
    let scene = Scene::of(2).await;
    let joined = scene.join_all().await;
    let needs = joined[1].program_needs();
    assert_eq!(needs.mpyc_options, ["--ssl"]);
    let files: Vec<_> = needs
        .files
        .iter()
        .map(|file| (&*file.path, file.mode()))
        .collect();
    assert_eq!(
        files,
        [
            (".config/party_1.key", 0o600),
            (".config/party_1.crt", 0o644),
            (".config/mpyc_ca.crt", 0o644)
        ]
    );
    let words: Vec<_> = needs.files.iter().map(|file| file.word).collect();
    let overlay = Registry::builtin().make("tls").unwrap();
    assert_eq!(words, overlay.program_words());
    // Nothing that is logged shows the key.
    let key = String::from_utf8(needs.files[0].content.to_vec()).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"), "not a key");
    assert!(!format!("{needs:?}").contains("PRIVATE"));
}

async fn refused(scene: &Scene, me: u16, roster: Roster) -> OverlayError {
    let joining = Joining {
        roster,
        ..scene.joining(PartyIndex(me))
    };
    scene.join(me, joining).await.err().unwrap()
}

#[tokio::test]
async fn a_certificate_of_another_index_is_refused_with_the_partys_name() {
    let scene = Scene::of(3).await;
    let mut roster = scene.roster.clone();
    let swapped = roster.parties[1].endorsement.clone();
    roster.parties[1].endorsement = roster.parties[2].endorsement.clone();
    roster.parties[2].endorsement = swapped;
    let error = refused(&scene, 0, roster).await.to_string();
    assert!(
        error.contains("party p1") && error.contains("MPyC party 2"),
        "{error}"
    );
}

#[tokio::test]
async fn a_party_without_a_certificate_is_refused_with_its_name() {
    let scene = Scene::of(2).await;
    let mut roster = scene.roster.clone();
    roster.parties[1].endorsement = Endorsement::Pinned;
    let error = refused(&scene, 0, roster).await.to_string();
    assert!(error.contains("party p1 has no certificate"), "{error}");
}

#[tokio::test]
async fn two_authorities_make_no_roster() {
    let (scene, other) = (Scene::of(2).await, Scene::of(2).await);
    let mut roster = scene.roster.clone();
    roster.parties[1] = other.roster.parties[1].clone();
    let error = refused(&scene, 0, roster).await.to_string();
    assert!(
        error.contains("party p1") && error.contains("others are not"),
        "{error}"
    );
}

/// What the authority has certified in another session is refused, where it has a deputy for each.
#[tokio::test]
async fn certificates_of_two_sessions_make_no_roster() {
    let mut scene = Scene::of(2).await;
    scene.depute(&[0, 1]);
    scene.join_all().await;
    scene.depute(&[1]);
    let error = refused(&scene, 0, scene.roster.clone()).await.to_string();
    assert!(
        error.contains("party p1") && error.contains("another session"),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_for_a_key_that_is_not_here_is_refused() {
    let scene = Scene::of(3).await;
    // The agent of party 1 holds another key than that of party 2.
    let joining = scene.joining(PartyIndex(2));
    let error = scene.join(1, joining).await.err().unwrap().to_string();
    assert!(error.contains("a key that is not here"), "{error}");
}

#[tokio::test]
async fn a_changed_roster_keeps_who_stays_and_proves_who_is_new() {
    let scene = Scene::of(3).await;
    let two = Roster {
        parties: scene.roster.parties[..2].to_vec(),
        ..scene.roster.clone()
    };
    let early = |me| Joining {
        roster: two.clone(),
        ..scene.joining(PartyIndex(me))
    };
    let mut joined = scene.join_these([(0, early(0)), (1, early(1))]).await;
    let before = joined[0].links().await;
    let late = scene.join(2, scene.joining(PartyIndex(2)));
    let (newcomer, ()) = tokio::join!(late, async {
        for old in &mut joined {
            old.change(&scene.roster, &scene.contacts()).await.unwrap();
        }
    });
    let newcomer = newcomer.unwrap();
    let after = joined[0].links().await;
    assert_eq!(after[0], before[0]);
    for link in after.iter().chain(&newcomer.links().await) {
        assert!(matches!(link.path, Path::Direct { .. }), "{link:?}");
    }
}

#[tokio::test]
async fn an_absent_party_is_told_in_time() {
    let scene = Scene::of(2).await;
    let hurried = Joining {
        timeout: Duration::from_millis(400),
        ..scene.joining(PartyIndex(0))
    };
    let joined = scene.join(0, hurried).await.unwrap();
    let links = joined.links().await;
    assert!(
        reason(&links[0]).contains("connection refused"),
        "{links:?}"
    );
}
