//! What `MPyC` finds in its working folder: its key, its certificate and the authority's.

use e3_identity::authority::{Certified, NetworkKey, certificate_pem};
use e3_session::types::PartyIndex;
use zeroize::Zeroizing;

use crate::{ProgramFile, ProgramNeeds};

/// What stands for the files in a command's templates.
pub(super) const WORDS: [&str; 3] = ["tls_key", "tls_certificate", "tls_authority"];

/// What the program of a party needs for TLS. `MPyC` reads these very paths; a command names them by their words.
pub(super) fn program_needs(me: PartyIndex, key: &NetworkKey, own: &Certified) -> ProgramNeeds {
    let pem = key.pkcs8_pem();
    let [key, certificate, authority] = WORDS;
    ProgramNeeds {
        files: vec![
            ProgramFile {
                word: key,
                path: format!(".config/party_{me}.key"),
                secret: true,
                content: Zeroizing::new(pem.as_bytes().to_vec()),
            },
            public(certificate, format!(".config/party_{me}.crt"), &own.leaf),
            public(authority, ".config/mpyc_ca.crt".to_owned(), &own.root),
        ],
        mpyc_options: vec!["--ssl"],
        ..ProgramNeeds::default()
    }
}

fn public(word: &'static str, path: String, certificate: &[u8]) -> ProgramFile {
    ProgramFile {
        word,
        path,
        secret: false,
        content: Zeroizing::new(certificate_pem(certificate).into_bytes()),
    }
}
