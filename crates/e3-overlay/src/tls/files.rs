//! What `MPyC` finds in its working folder: its key, its certificate and those that it believes.

use e3_identity::authority::{NetworkKey, certificate_pem};
use e3_session::types::PartyIndex;
use zeroize::Zeroizing;

use crate::{ProgramFile, ProgramNeeds};

/// What stands for the files in a command's templates.
pub(super) const WORDS: [&str; 3] = ["tls_key", "tls_certificate", "tls_authority"];

/// What the program of a party needs for TLS: its key, the certificate of that (DER), and the certificates that it believes,
/// an authority's or parties' own. `MPyC` reads these very paths; a command names them by their words.
pub fn program_needs(
    me: PartyIndex,
    key: &NetworkKey,
    own: &[u8],
    believed: &[&[u8]],
) -> ProgramNeeds {
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
            public(certificate, format!(".config/party_{me}.crt"), &[own]),
            public(authority, ".config/mpyc_ca.crt".to_owned(), believed),
        ],
        mpyc_options: vec!["--ssl"],
        ..ProgramNeeds::default()
    }
}

fn public(word: &'static str, path: String, certificates: &[&[u8]]) -> ProgramFile {
    let pem: String = certificates
        .iter()
        .map(|certificate| certificate_pem(certificate))
        .collect();
    ProgramFile {
        word,
        path,
        secret: false,
        content: Zeroizing::new(pem.into_bytes()),
    }
}
