//! What leaves hosts, and what stays where somebody might look.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use e3_lab::{
    CaptureOptions, Change, Outage, Point,
    testing::{MemoryFile, Secrets},
};
use e3_nebula::{Authority, Certificate};
use ed25519_dalek::SigningKey;
use serde_bytes::ByteBuf;

use crate::{
    field::{Field, Wanted},
    party::{Party, WORDS, until, wire::Ask},
    stock::Stock,
};

/// How many words each party must have said before it is looked at.
const SAID: usize = 10;

pub(crate) fn of_old_ones() {
    kept(Stock::Old);
}

pub(crate) fn of_new_ones() {
    kept(Stock::New);
}

/// From the introductions to the end, packets between hosts, what is told to others, what is logged and what is left show
/// neither a private key nor a word of programs: not where pairs speak directly, nor where the lighthouse relays.
fn kept(stock: Stock) {
    let packets = MemoryFile::default();
    let mut capture = None;
    let wanted = Wanted {
        parties: &[stock, stock],
        lighthouse: stock,
        ..Wanted::default()
    };
    let mut field = Field::after(&wanted, |lab, _| {
        let points = [Point::WideArea];
        let started = lab.capture(&points, CaptureOptions::default(), packets.clone());
        capture = Some(started.unwrap());
    });
    field.admit();
    field.join();
    let at = field.at(1);
    field.parties[0].ask(&Ask::Call(at));
    talks(&mut field);
    let direct = packets.length();
    // From now on by the lighthouse alone.
    let cut = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    field.lab.set_path("p0", "p1", cut).unwrap();
    field.lab.set_path("p1", "p0", cut).unwrap();
    thread::sleep(Duration::from_secs(1));
    talks(&mut field);
    let relayed = packets.length() - direct;

    let mut secrets = Secrets::default();
    secrets.add("what programs say", WORDS);
    let folders: Vec<PathBuf> = field
        .parties
        .iter()
        .map(|party| party.folder.clone())
        .collect();
    for folder in folders.iter().chain([&field.lighthouse.folder]) {
        let key = key(&fs::read_to_string(folder.join("host.key")).unwrap());
        secrets.add("a host's key", &key);
    }
    let kept = fs::read_to_string(field.lighthouse.folder.join("authority.key")).unwrap();
    // Behind the seed stands the public key.
    secrets.add("the lighthouse's authority's key", &key(&kept)[..32]);
    let mut told: Vec<Vec<u8>> = field
        .roster
        .parties
        .iter()
        .map(|entry| entry.introduction.overlays["nebula"].to_vec())
        .collect();
    told.push(field.facts[0].told["nebula-authority"].to_vec());
    let authorities: Vec<[u8; 32]> = told.iter().map(|bytes| public_key(bytes)).collect();
    for party in &mut field.parties {
        let arguments = fs::read(format!("/proc/{}/cmdline", party.nebula())).unwrap();
        told.push(arguments);
    }
    field.leave();
    capture.unwrap().finish().unwrap();

    let packets = packets.take();
    println!("{stock:?}: {direct} bytes of packets directly, {relayed} by the lighthouse");
    let mut seen = vec![("a packet", packets)];
    seen.extend(told.into_iter().map(|bytes| ("what was told", bytes)));
    let logs = field
        .parties
        .iter()
        .chain([&field.lighthouse])
        .map(Party::log);
    seen.extend(logs.map(|log| ("a log", log.into_bytes())));
    for folder in &folders {
        assert!(files(folder).is_empty(), "{:?} are left", files(folder));
    }
    for (what, bytes) in &seen {
        assert_eq!(secrets.shown_in(bytes), None, "in {what}");
        assert!(
            !has_authority(bytes, &authorities),
            "{what} shows an authority's key"
        );
    }

    // What would be found is found.
    let authority = Authority::from_pem(&kept).unwrap();
    assert!(has_authority(
        &[b"any", &*key(&authority.to_pem())].concat(),
        &authorities
    ));
}

/// Both ends of the call say and hear more than before.
fn talks(field: &mut Field) {
    let before = field.parties[0].calls()[0].heard;
    let heard = || (field.parties[0].calls()[0].heard > before + SAID * WORDS.len()).then_some(());
    let heard = until(Duration::from_secs(40), heard);
    assert!(heard.is_some(), "the call is silent");
}

/// What a private key's PEM holds.
fn key(pem: &str) -> Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).unwrap().1
}

/// The key of the authority that an introduction tells.
fn public_key(introduction: &[u8]) -> [u8; 32] {
    let (_, form): (String, [ByteBuf; 2]) = ciborium::from_reader(introduction).unwrap();
    let certificate = Certificate::decode(e3_nebula::Version::V1, &form[0]).unwrap();
    certificate.details().public_key
}

/// Whether any 32 bytes are the seed of one of these public keys: authorities' keys exist in their agents alone, so that
/// nobody can say what to look for.
fn has_authority(bytes: &[u8], publics: &[[u8; 32]]) -> bool {
    bytes.windows(32).any(|window| {
        let seed: [u8; 32] = window.try_into().unwrap();
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        publics.contains(&public)
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
