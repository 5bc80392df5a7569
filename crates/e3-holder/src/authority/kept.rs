//! An authority with its folder.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use e3_identity::{
    Credential, Did, RevocationList, Serial, Validity,
    authority::{Authority, certificate_of_pem, certificate_pem, crl_pem},
};
use e3_spec::AuthorityName;
use e3_sys::private;
use rustix::fs::{FlockOperation, flock};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{AuthorityFault, Claim, Register, Revoked, Subject};
use crate::{
    clock::now_s,
    state::{StateError, StateRoot, make_private},
};

const KEY: &str = "key.pem";
const ROOT: &str = "authority.pem";
const REGISTER: &str = "register.json";
const LIST: &str = "revocations.json";
const CRL: &str = "revocations.crl";
const LOCK: &str = "lock";

/// Seconds for which a signed revocation list is good: a week. Whoever uses the authority signs a new one.
const LIST_LIFETIME: u64 = 7 * 24 * 60 * 60;

/// An authority of this machine. Nobody else changes its folder as long as this exists.
#[derive(Debug)]
pub struct Kept {
    authority: Authority,
    register: Register,
    folder: PathBuf,
    _lock: File,
}

/// What is to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// All that was issued to a DID, and whatever it asks for later.
    Did(Did),
    /// One credential.
    Serial(Serial),
}

impl Kept {
    /// The names of the authorities on this machine, sorted.
    pub fn names(root: &StateRoot) -> Result<Vec<AuthorityName>, AuthorityFault> {
        let folder = folder_of(root);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StateError::io("read", &folder)(error).into()),
        };
        let mut names: Vec<AuthorityName> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|name: &AuthorityName| folder.join(name.as_str()).join(KEY).exists())
            .collect();
        names.sort();
        Ok(names)
    }

    /// Makes a new one, whose certificate is good for so many seconds.
    pub fn init(
        root: &StateRoot,
        name: &AuthorityName,
        seconds: u64,
    ) -> Result<Self, AuthorityFault> {
        let folder = folder_of(root).join(name.as_str());
        make_private(&folder)?;
        let lock = lock(&folder)?;
        if folder.join(KEY).exists() {
            return Err(AuthorityFault::Exists {
                name: name.to_string(),
                folder,
            });
        }
        let validity = Validity::starting(now_s(), seconds);
        let authority = Authority::generate(name.as_str(), validity)?;
        let kept = Self {
            register: Register::default(),
            folder,
            authority,
            _lock: lock,
        };
        kept.write(ROOT, certificate_pem(kept.authority.root()).as_bytes())?;
        kept.save()?;
        // Last, as it is what makes the folder an authority.
        kept.write(KEY, kept.authority.secret().to_pem().as_bytes())?;
        Ok(kept)
    }

    /// The one of that name. Waits for whoever else uses it just now.
    pub fn open(root: &StateRoot, name: &AuthorityName) -> Result<Self, AuthorityFault> {
        let folder = folder_of(root).join(name.as_str());
        let path = folder.join(KEY);
        let missing = || AuthorityFault::Missing {
            name: name.to_string(),
        };
        if !path.exists() {
            return Err(missing());
        }
        let lock = lock(&folder)?;
        let found = fs::metadata(&path).map_err(StateError::io("read", &path))?;
        if found.permissions().mode() & 0o077 != 0 {
            return Err(AuthorityFault::Open { path });
        }
        let key = fs::read_to_string(&path).map(Zeroizing::new);
        let key = key.map_err(StateError::io("read", &path))?;
        let path = folder.join(ROOT);
        let text = fs::read_to_string(&path).map_err(StateError::io("read", &path))?;
        let damaged = |why: String| AuthorityFault::Damaged { path, why };
        let certificate = certificate_of_pem(&text).map_err(|error| damaged(error.to_string()))?;
        let authority = Authority::open(name.as_str(), &key, certificate)?;
        let mut register: Register = read(&folder.join(REGISTER))?;
        register.forget(now_s());
        Ok(Self {
            authority,
            register,
            folder,
            _lock: lock,
        })
    }

    /// The authority.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its certificate's file.
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.join(ROOT)
    }

    /// What it has issued and taken back.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Certifies that a DID may take part under these names for so many seconds. It is written down before it exists.
    pub fn issue(
        &mut self,
        subject: Subject<'_>,
        claims: &[Claim],
        seconds: u64,
    ) -> Result<Credential, AuthorityFault> {
        let did = subject.did;
        for claim in claims {
            self.may_have(subject, claim)?;
        }
        for claim in claims {
            self.register.give(did, claim);
        }
        let validity = Validity::starting(now_s(), seconds);
        let serial = Serial::generate()?;
        let names = claims.iter().map(|claim| claim.name.clone()).collect();
        let credential = self.authority.issue(serial, did, names, validity);
        self.register.enter(&credential);
        self.save()?;
        Ok(credential)
    }

    /// Whether the name may be certified.
    fn may_have(&self, subject: Subject<'_>, claim: &Claim) -> Result<(), AuthorityFault> {
        let name = || self.authority.name().to_owned();
        if let Some(barred) = self.register.bars(subject) {
            return Err(AuthorityFault::Barred {
                name: name(),
                party: claim.name.clone(),
                did: subject.did.clone(),
                barred: barred.clone(),
            });
        }
        match self.register.keeps_from(subject.did, claim) {
            None => Ok(()),
            Some(holder) => Err(AuthorityFault::Held {
                name: name(),
                party: claim.name.clone(),
                holder: holder.clone(),
                did: subject.did.clone(),
            }),
        }
    }

    /// Issues to a DID that was revoked, or has followed one, from now on.
    pub fn admit_again(&mut self, did: &Did) {
        self.register.admit_again(did);
    }

    /// Takes back what was issued; gives what that was, as far as it had not ended.
    pub fn revoke(&mut self, who: &Who) -> Result<Vec<Revoked>, AuthorityFault> {
        let now = now_s();
        let revoked = match who {
            Who::Did(did) => self.register.bar(now, did),
            Who::Serial(serial) => {
                let name = || self.authority.name().to_owned();
                if self.register.is_revoked(serial) {
                    let (name, serial) = (name(), *serial);
                    return Err(AuthorityFault::Already { name, serial });
                }
                let revoked = self.register.revoke(now, |issued| issued.serial == *serial);
                if revoked.is_empty() {
                    let (name, serial) = (name(), *serial);
                    return Err(AuthorityFault::Nothing { name, serial });
                }
                revoked
            }
        };
        self.save()?;
        Ok(revoked)
    }

    /// What is good no more, signed now.
    pub fn revocations(&self) -> RevocationList {
        let validity = Validity::starting(now_s(), LIST_LIFETIME);
        self.authority
            .revocations(self.register.number, self.register.serials(), validity)
    }

    /// Writes the register, and the lists that follow from it.
    fn save(&self) -> Result<(), AuthorityFault> {
        self.write_json(REGISTER, &self.register)?;
        let list = self.revocations();
        self.write_json(LIST, &list)?;
        let crl = self.authority.crl(&list);
        let crl = crl.map_err(|error| AuthorityFault::Authority(error.into()))?;
        self.write(CRL, crl_pem(&crl).as_bytes())
    }

    fn write_json(&self, name: &str, document: &impl Serialize) -> Result<(), AuthorityFault> {
        let text =
            serde_json::to_vec_pretty(document).map_err(|error| AuthorityFault::Damaged {
                path: self.folder.join(name),
                why: error.to_string(),
            })?;
        self.write(name, &text)
    }

    /// Writes a file as a whole or not at all.
    fn write(&self, name: &str, content: &[u8]) -> Result<(), AuthorityFault> {
        let path = self.folder.join(name);
        let written = private::keep(&path, content);
        Ok(written.map_err(StateError::io("write", &path))?)
    }
}

/// Where the authorities of this machine are kept.
fn folder_of(root: &StateRoot) -> PathBuf {
    root.data().join("authorities")
}

/// Waits until nobody else uses the folder.
fn lock(folder: &Path) -> Result<File, AuthorityFault> {
    let path = folder.join(LOCK);
    let locked = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .and_then(|file| {
            flock(&file, FlockOperation::LockExclusive)?;
            Ok(file)
        });
    locked.map_err(|cause| AuthorityFault::Lock { path, cause })
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, AuthorityFault> {
    let text = fs::read(path).map_err(StateError::io("read", path))?;
    serde_json::from_slice(&text).map_err(|error| AuthorityFault::Damaged {
        path: path.to_owned(),
        why: error.to_string(),
    })
}
