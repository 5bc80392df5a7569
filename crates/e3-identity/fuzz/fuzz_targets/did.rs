//! Any text as a DID: refused, or written as it was read, with a document that can be written and read too.

#![no_main]

use e3_identity::{Did, DidDocument};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(did) = text.parse::<Did>() else {
        return;
    };
    assert_eq!(did.as_str(), text);
    assert!(did.is(&did.short()));
    assert_eq!(did.short().fingerprint(), did.fingerprint());
    assert_eq!(did.url().is_some(), did.method() == "web");
    let Ok(document) = did.document() else {
        return;
    };
    let written = document.to_json().to_string();
    let read = DidDocument::from_json(written.as_bytes(), &did).expect("what was written");
    let keys = |document: &DidDocument| document.signing_keys().count();
    assert_eq!(keys(&read), keys(&document));
});
