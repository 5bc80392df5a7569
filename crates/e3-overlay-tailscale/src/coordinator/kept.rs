//! What a coordinator keeps in its folder, so that parties find the same one again after a restart.

use std::{fs, io, net::IpAddr, path::Path};

use base64ct::{Base64, Encoding as _};
use e3_sys::private;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, SanType};
use zeroize::Zeroizing;

use super::config::files::{CERTIFICATE, KEY};
use crate::TailscaleError;

/// The desk's private key.
const DESK: &str = "desk.key";

/// The certificate as it is told, DER.
const TOLD: &str = "tls.der";

/// The server's certificate and the desk's key.
pub(super) struct Kept {
    /// DER; PEM and key are in the folder, where the server reads them.
    pub(super) certificate: Vec<u8>,
    pub(super) desk: SigningKey,
}

impl Kept {
    /// What is kept in this folder; made now where something is missing.
    pub(super) fn open(folder: &Path, addresses: &[IpAddr]) -> Result<Self, TailscaleError> {
        if let Some(kept) = Self::read(folder)? {
            return Ok(kept);
        }
        let pair = KeyPair::generate()?;
        let mut parameters = CertificateParams::default();
        parameters.subject_alt_names = addresses.iter().copied().map(SanType::IpAddress).collect();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = parameters.self_signed(&pair)?;
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(TailscaleError::Randomness)?;
        write(
            &folder.join(KEY),
            pem("PRIVATE KEY", &Zeroizing::new(pair.serialize_der())).as_bytes(),
        )?;
        write(
            &folder.join(CERTIFICATE),
            pem("CERTIFICATE", certificate.der()).as_bytes(),
        )?;
        write(&folder.join(TOLD), certificate.der())?;
        // Written last: with it, all is there.
        write(&folder.join(DESK), &*seed)?;
        Ok(Self {
            certificate: certificate.der().to_vec(),
            desk: SigningKey::from_bytes(&seed),
        })
    }

    fn read(folder: &Path) -> Result<Option<Self>, TailscaleError> {
        let path = folder.join(DESK);
        let seed = match fs::read(&path).map(Zeroizing::new) {
            Ok(seed) => seed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TailscaleError::file(path)(error)),
        };
        let Ok(seed) = <&[u8; 32]>::try_from(seed.as_slice()) else {
            return Ok(None);
        };
        let told = folder.join(TOLD);
        Ok(Some(Self {
            certificate: fs::read(&told).map_err(TailscaleError::file(told))?,
            desk: SigningKey::from_bytes(seed),
        }))
    }
}

/// DER in its textual encoding (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let packed = Zeroizing::new(Base64::encode_string(der));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for line in packed.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        text.push_str(part);
    }
    text
}

/// Writes a file for nobody else to read, as a whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), TailscaleError> {
    private::keep(path, bytes).map_err(TailscaleError::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinator_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let addresses = ["198.18.0.1".parse().unwrap()];
        let [first, second] = [(); 2].map(|()| Kept::open(folder.path(), &addresses).unwrap());
        assert_eq!(first.certificate, second.certificate);
        assert_eq!(first.desk.to_bytes(), second.desk.to_bytes());
    }
}
