//! What a relay keeps in its folder, so that parties find the same one again after a restart.

use std::{fs, io, path::Path};

use e3_sys::private;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::QuicError;

/// The file in the relay's folder.
const FILE: &str = "relay";

/// A relay's key, certificate and token. Secret, but for the certificate and the name.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// The name in the certificate, which no name server knows (RFC 6761, section 6.4).
    pub(super) name: String,
    /// The private key, PKCS#8.
    pub(super) key: ByteBuf,
    /// The certificate, DER.
    pub(super) certificate: ByteBuf,
    /// What parties show when they come.
    pub(super) token: String,
}

impl Kept {
    /// What is kept in this folder; made now where there is nothing yet, or nothing that can be read.
    pub(super) fn open(folder: &Path) -> Result<Self, QuicError> {
        let path = folder.join(FILE);
        let failed = |source: io::Error| QuicError::File {
            path: path.display().to_string(),
            source,
        };
        match fs::read(&path) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                if let Ok(kept) = ciborium::from_reader(bytes.as_slice()) {
                    return Ok(kept);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let made = Self::make()?;
        made.write(folder).map_err(failed)?;
        Ok(made)
    }

    fn make() -> Result<Self, QuicError> {
        let name = format!("relay-{}.invalid", &random_hex()?[..16]);
        let pair = KeyPair::generate_for(&PKCS_ED25519)?;
        let certificate = CertificateParams::new([name.clone()])?.self_signed(&pair)?;
        Ok(Self {
            name,
            key: ByteBuf::from(pair.serialize_der()),
            certificate: ByteBuf::from(certificate.der().to_vec()),
            token: random_hex()?,
        })
    }

    /// As a whole or not at all, and for nobody else to read.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let mut bytes = Zeroizing::new(Vec::new());
        ciborium::into_writer(self, &mut *bytes).map_err(io::Error::other)?;
        fs::create_dir_all(folder)?;
        private::keep(&folder.join(FILE), &bytes)
    }
}

/// Lets the relay of a folder be the one with this name, private key (PKCS#8) and certificate (both DER), for those who
/// have the token, rather than one that is made up at its first start.
///
/// # Errors
/// The folder cannot be written to.
pub fn keep(
    folder: &Path,
    name: &str,
    (key, certificate): (&[u8], &[u8]),
    token: &str,
) -> io::Result<()> {
    let kept = Kept {
        name: name.to_owned(),
        key: ByteBuf::from(key),
        certificate: ByteBuf::from(certificate),
        token: token.to_owned(),
    };
    kept.write(folder)
}

/// 32 random bytes in hexadecimal.
fn random_hex() -> Result<String, QuicError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(QuicError::Randomness)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_relay_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| Kept::open(folder.path()).unwrap());
        assert_eq!(first.certificate, second.certificate);
        assert_eq!(first.token, second.token);
        let mode = fs::metadata(folder.path().join(FILE)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_read_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), b"half").unwrap();
        let made = Kept::open(folder.path()).unwrap();
        assert_eq!(made.token.len(), 64);
        assert_eq!(Kept::open(folder.path()).unwrap().token, made.token);
    }
}
