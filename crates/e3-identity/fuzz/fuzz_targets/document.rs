//! Any bytes as the document of a did:web: refused, or of that DID and as good after it was written.

#![no_main]

use std::sync::LazyLock;

use e3_identity::{Did, DidDocument, Signature};
use libfuzzer_sys::fuzz_target;

static DID: LazyLock<Did> = LazyLock::new(|| Did::web("example.org:8443/mpc").expect("a did:web"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = DidDocument::from_json(bytes, &DID) else {
        return;
    };
    assert_eq!(document.id(), &*DID);
    let nobody = document.verify("test/1", &7, &Signature([0; 64]));
    assert!(nobody.is_err());
    let written = document.to_json().to_string();
    let read = DidDocument::from_json(written.as_bytes(), &DID).expect("what was written");
    assert!(read.signing_keys().eq(document.signing_keys()));
});
