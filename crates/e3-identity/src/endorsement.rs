//! Why others should believe an introduction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_bytes::{ByteBuf, Bytes};

use crate::{Credential, Did};

/// What stands behind an introduction in a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endorsement {
    /// Nothing but that the others have pinned the DID.
    Pinned,
    /// Nothing but that the others have the DID on their list.
    Did,
    /// An authority has certified the DID.
    Ca {
        /// Which authority.
        authority: Did,
        /// What it says.
        credential: Box<Credential>,
        /// X.509 certificates in DER for overlays, each chain from the party's own upwards, by the overlay's name.
        #[serde(with = "crate::readable::lists")]
        certificates: BTreeMap<String, Vec<ByteBuf>>,
    },
}

impl Endorsement {
    /// The name of its kind, as in e3.toml: `pinned`, `did` or `ca`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Did => "did",
            Self::Ca { .. } => "ca",
        }
    }

    /// What is hashed: the kind's name, then for `ca` the authority, the credential's form, its signature, and the
    /// certificates in the order of the overlays' names.
    pub fn form(&self) -> impl Serialize + '_ {
        Form(self)
    }
}

struct Form<'a>(&'a Endorsement);

impl Serialize for Form<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let kind = self.0.kind();
        match self.0 {
            Endorsement::Pinned | Endorsement::Did => [kind].serialize(to),
            Endorsement::Ca {
                authority,
                credential,
                certificates,
            } => {
                let certificates: Vec<_> = certificates.iter().collect();
                let signature = Bytes::new(&credential.signature.0);
                (kind, authority, credential.form(), signature, certificates).serialize(to)
            }
        }
    }
}
