//! Writes one sound example of everything, as seeds: `cargo run --bin seeds -- corpus`.

#[allow(dead_code, reason = "the targets use the rest")]
mod known;

use std::{env, error::Error, fs, path::Path};

use e3_identity::{
    Identity, Kind, Serial,
    authority::{Authority, NetworkKey},
};
use serde::Serialize;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = env::args().nth(1).ok_or("name the corpus folder")?;
    let corpus = Path::new(&corpus);
    let kinds = [
        ("key", Kind::Key),
        ("peer2", Kind::Peer2),
        ("peer4", Kind::Peer4),
        ("web", Kind::Web("example.org:8443/mpc".to_owned())),
    ];
    for (name, kind) in kinds {
        let identity = Identity::create(&kind)?;
        write(corpus, "did", name, identity.did().as_str().as_bytes())?;
        let document = serde_json::to_vec(&identity.document()?)?;
        write(corpus, "document", name, &document)?;
    }
    write_both(corpus, "introduction", &known::introduction())?;
    write_both(corpus, "credential", &known::credential())?;
    write_both(corpus, "revocations", &known::revocations())?;
    write_both(corpus, "succession", &known::succession())?;
    write_certificates(corpus)
}

fn write_certificates(corpus: &Path) -> Result<(), Box<dyn Error>> {
    let authority = Authority::generate("test", known::validity())?;
    let party = known::alice();
    let key = NetworkKey::generate()?;
    let request = key.request(party.did())?;
    let names = vec![known::NAME.to_owned()];
    let credential = authority.issue(Serial([7; 16]), party.did(), names, known::validity());
    let leaf = authority.certify(&request, known::NAME, &credential)?;
    let signer = authority.secret().verifying_key();
    let direct = known::chain_bytes(&signer, &key.public(), &[&leaf, authority.root()]);
    let deputy = Authority::generate("deputy", known::validity())?;
    let (voucher, leaf) = (
        authority.vouch(&deputy)?,
        deputy.certify(&request, known::NAME, &credential)?,
    );
    let vouched = [&leaf, &voucher, deputy.root()];
    let vouched = known::chain_bytes(&signer, &key.public(), &vouched);
    write(corpus, "request", "der", &request)?;
    write(corpus, "chain", "direct", &direct)?;
    write(corpus, "chain", "vouched", &vouched)?;
    write(corpus, "sealed", "zeros", &[0; 64])
}

fn write_both(corpus: &Path, target: &str, what: &impl Serialize) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(what, &mut bytes)?;
    write(corpus, target, "cbor", &bytes)?;
    write(corpus, target, "json", &serde_json::to_vec(what)?)
}

fn write(corpus: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), bytes)?)
}
