//! Key files, and where an identity is kept.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use e3_identity::{
    FolderError, Identity, IdentityKey, KeyError, KeyId, Kind, PartyKeys, PemError, folder,
};
use proptest::prelude::*;

/// RFC 8410, section 10.3: the example of a private key.
const PUBLISHED: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_published_key_is_read_and_written() {
    let key = IdentityKey::from_pem(PUBLISHED).unwrap();
    assert_eq!(
        hex::encode(key.verifying_key().as_bytes()),
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
    );
    assert_eq!(*key.to_pem(), PUBLISHED);
}

#[test]
fn what_is_no_key_file_is_refused_without_a_word_of_it() {
    let line = PUBLISHED.lines().nth(1).unwrap();
    let with = |line: &str| PUBLISHED.replace(PUBLISHED.lines().nth(1).unwrap(), line);
    for (text, expected) in [
        (String::new(), PemError::Lines),
        (line.to_owned(), PemError::Lines),
        (
            PUBLISHED.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            PemError::Lines,
        ),
        (format!("{PUBLISHED}{PUBLISHED}"), PemError::Base64),
        (with("*"), PemError::Base64),
        (with(""), PemError::Kind),
        (with(&line.replace("K2Vw", "K2Vu")), PemError::Kind),
        (with("MC4CAQA="), PemError::Kind),
    ] {
        let error = IdentityKey::from_pem(&text).unwrap_err();
        assert_eq!(error, KeyError::Pem(expected), "{text}");
        assert!(!format!("{error}{error:?}").contains("1Tu"), "{error}");
    }
}

/// OpenSSL reads what this writes, and the other way round. Skipped where it is not installed.
#[test]
fn openssl_reads_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let openssl = |arguments: &[&str]| {
        let run = Command::new("openssl")
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output();
        run.ok().filter(|output| output.status.success())
    };
    if openssl(&["version"]).is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no openssl");
        return;
    }
    let key = IdentityKey::generate().unwrap();
    fs::write(&path, key.to_pem().as_bytes()).unwrap();
    let public = openssl(&["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]).unwrap();
    assert!(public.stdout.ends_with(key.verifying_key().as_bytes()));

    let made = openssl(&["genpkey", "-algorithm", "ed25519"]).unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    assert_eq!(*IdentityKey::from_pem(&text).unwrap().to_pem(), text);
}

#[test]
fn nothing_shows_a_secret() {
    let identity = Identity::generate().unwrap();
    let pem = identity.secret().to_pem();
    let secret = pem.lines().nth(1).unwrap()[20..].to_owned();
    let shown = [
        format!("{identity:?}"),
        format!("{:?}", PartyKeys::of(identity).unwrap()),
    ]
    .concat();
    assert!(!shown.contains(&secret), "{shown}");
    assert!(shown.contains("IdentityKey { .. }"), "{shown}");
}

#[test]
fn an_identity_is_kept_and_found_again() {
    for kind in [
        Kind::Key,
        Kind::Peer2,
        Kind::Peer4,
        Kind::Web("example.org:8443/mpc".to_owned()),
    ] {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("a/b");
        assert!(folder::load(&place).unwrap().is_none());
        let identity = Identity::create(&kind).unwrap();
        folder::create(&place, &identity).unwrap();
        let found = folder::load(&place).unwrap().unwrap();
        assert_eq!(found.did(), identity.did());
        assert_eq!(found.key(), identity.key());
        assert_eq!(*found.secret().to_pem(), *identity.secret().to_pem());
        assert_eq!(mode(&place), 0o700);
        assert_eq!(mode(&place.join("key.pem")), 0o600);
        assert!(matches!(
            folder::create(&place, &identity),
            Err(FolderError::Exists { .. })
        ));
    }
}

/// Of those that would make an identity in one folder at once, one does.
#[test]
fn an_identity_is_made_by_one() {
    for _ in 0..20 {
        let place = tempfile::tempdir().unwrap();
        let attempt = || {
            let identity = Identity::generate().unwrap();
            let made = folder::create(place.path(), &identity);
            made.map(|()| identity.did().clone())
        };
        let made: Vec<_> = thread::scope(|scope| {
            let makers: Vec<_> = (0..4).map(|_| scope.spawn(attempt)).collect();
            makers.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let kept = folder::load(place.path()).unwrap().unwrap();
        let successful: Vec<_> = made.iter().flatten().collect();
        assert_eq!(successful, [kept.did()]);
        for refused in made.iter().filter_map(|one| one.as_ref().err()) {
            let expected = matches!(
                refused,
                FolderError::Exists { .. } | FolderError::Busy { .. }
            );
            assert!(expected, "{refused}");
        }
    }
}

#[test]
fn a_key_without_its_did_is_no_other_did() {
    for kind in [Kind::Key, Kind::Peer4, Kind::Web("example.org".to_owned())] {
        let place = tempfile::tempdir().unwrap();
        folder::create(place.path(), &Identity::create(&kind).unwrap()).unwrap();
        let did = place.path().join("did");
        fs::remove_file(&did).unwrap();
        let error = folder::load(place.path()).map(|found| found.map(|one| one.did().clone()));
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{} is missing", did.display())),
            "{error}"
        );
    }
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let place = tempfile::tempdir().unwrap();
    folder::create(place.path(), &Identity::generate().unwrap()).unwrap();
    let path = place.path().join("key.pem");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = folder::load(place.path()).unwrap_err();
    assert!(
        matches!(error, FolderError::Open { mode: 0o640, .. }),
        "{error}"
    );
    // What it advises works: no verb that reads the key would.
    let advice = error.to_string();
    assert!(
        advice.contains("chmod 600") && !advice.contains("rotate"),
        "{advice}"
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(folder::load(place.path()).unwrap().is_some());
}

#[test]
fn rotation_leaves_a_succession_behind_and_no_old_key() {
    let place = tempfile::tempdir().unwrap();
    let mut identity = Identity::create(&Kind::Peer2).unwrap();
    folder::create(place.path(), &identity).unwrap();
    let first = identity.did().clone();
    for time in 1..=20 {
        identity = identity.rotate(time).unwrap();
        folder::replace(place.path(), &identity).unwrap();
    }
    let found = folder::load(place.path()).unwrap().unwrap();
    assert_eq!(found.did(), identity.did());
    // As many as are followed, the newest.
    assert_eq!(found.successions().len(), 16);
    assert_eq!(found.successions()[15].new, *identity.did());
    assert_ne!(found.successions()[0].old, first);
    let mut names: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["did", "key.pem", "successions.json"]);
}

#[test]
fn a_did_web_rotates_in_place() {
    let old = Identity::create(&Kind::Web("example.org".to_owned())).unwrap();
    let new = old.rotate(7).unwrap();
    assert_eq!(new.did(), old.did());
    assert_eq!(new.key().as_str(), "key-2");
    assert!(new.successions().is_empty());
    let published = new.document().unwrap();
    assert!(new.check(&published).is_ok());
    assert!(matches!(
        old.check(&published),
        Err(KeyError::NotItsKey { .. })
    ));
}

/// Whenever a rotation is broken off, the folder holds one identity, whole.
#[test]
fn a_rotation_that_is_broken_off_is_finished_or_forgotten() {
    let old = Identity::generate().unwrap();
    let new = old.rotate(7).unwrap();
    // Half written: forgotten.
    let place = tempfile::tempdir().unwrap();
    folder::create(place.path(), &old).unwrap();
    fs::create_dir(place.path().join("next.partial")).unwrap();
    fs::write(place.path().join("next.partial/did"), new.did().as_str()).unwrap();
    let found = folder::load(place.path()).unwrap().unwrap();
    assert_eq!(found.did(), old.did());
    folder::replace(place.path(), &new).unwrap();

    // Written in full, and moved up to any point: finished.
    let whole = tempfile::tempdir().unwrap();
    folder::create(whole.path(), &new).unwrap();
    for moved in 0..=3 {
        let place = tempfile::tempdir().unwrap();
        folder::create(place.path(), &old).unwrap();
        fs::create_dir(place.path().join("next")).unwrap();
        for (position, name) in ["did", "successions.json", "key.pem"].iter().enumerate() {
            let to = if position < moved { "" } else { "next" };
            let to = place.path().join(to).join(name);
            fs::copy(whole.path().join(name), to).unwrap();
        }
        let found = folder::load(place.path()).unwrap().unwrap();
        assert_eq!(found.did(), new.did());
        assert!(!place.path().join("next").exists());
    }
}

#[test]
fn what_is_no_identity_is_refused_by_its_file() {
    let place = tempfile::tempdir().unwrap();
    let identity = Identity::create(&Kind::Peer2).unwrap();
    folder::create(place.path(), &identity).unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        let path = place.path().join(name);
        let before = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let error = folder::load(place.path()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        fs::write(&path, before).unwrap();
    };
    refused("did", b"");
    refused("did", b"did:key:z6Mk");
    refused("did", "did:web:example.org#a b".as_bytes());
    refused("key.pem", b"");
    refused("key.pem", b"\xff");
    refused("key.pem", PUBLISHED.as_bytes());
    refused("key.pem", &vec![b'a'; 300_000]);
    refused("successions.json", b"{}");
    assert!(folder::load(place.path()).unwrap().is_some());
}

#[test]
fn a_key_of_another_did_is_refused() {
    let (one, other) = (
        Identity::create(&Kind::Peer4).unwrap(),
        IdentityKey::generate().unwrap(),
    );
    assert!(matches!(
        Identity::new(one.did().clone(), one.key().clone(), other),
        Err(KeyError::NotItsKey { .. })
    ));
    let key = IdentityKey::from_pem(&one.secret().to_pem()).unwrap();
    let name = KeyId::try_from("key-9".to_owned()).unwrap();
    assert!(Identity::new(one.did().clone(), name, key).is_err());
}

proptest! {
    #[test]
    fn any_text_is_no_key_or_one(text in "(-----BEGIN PRIVATE KEY-----)?[ -~\n]{0,80}(-----END PRIVATE KEY-----)?") {
        let _ = IdentityKey::from_pem(&text);
    }
}
