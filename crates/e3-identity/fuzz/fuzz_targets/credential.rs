//! Any bytes as a credential: none of its changes is believed.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::Credential;
use known::{NAME, NOW, alice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(mut credential) = known::read::<Credential>(bytes) else {
        return;
    };
    let authority = alice();
    let document = authority.document().expect("a document");
    if credential
        .verify(&document, authority.did(), NAME, NOW)
        .is_ok()
    {
        // Nobody else has the key.
        assert_eq!(credential, known::credential());
    }
    credential.authority = authority.did().clone();
    let signature = authority.sign("e3/credential/1", &credential.form());
    credential.signature = signature;
    let subject = credential.subject.clone();
    for name in credential.names.clone() {
        let verified = credential.verify(&document, &subject, &name, credential.not_before);
        assert!(verified.is_ok() || credential.not_after < credential.not_before);
    }
    credential.serial.0[0] ^= 1;
    assert!(credential.verify(&document, &subject, NAME, NOW).is_err());
});
