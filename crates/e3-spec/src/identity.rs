//! How introductions are believed, as an environment declares it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::IdentityScheme;
use crate::text::{AuthorityName, FingerprintText, HostName, Invalid};

/// How introductions are believed, and what that takes.
///
/// `Display` gives the scheme's word in e3.toml.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Each host's identity is given here, or accepted once and remembered.
    Pinned {
        /// Those that are given.
        pins: BTreeMap<HostName, Pin>,
    },
    /// Each host's DID is listed.
    Did {
        /// One for every host, each another.
        dids: BTreeMap<HostName, DidText>,
    },
    /// An authority has certified them.
    Ca {
        /// Its name; `None` for one that is made for the environment and goes with it.
        authority: Option<AuthorityName>,
    },
}

impl Identity {
    /// The scheme alone.
    pub fn scheme(&self) -> IdentityScheme {
        match self {
            Self::Pinned { .. } => IdentityScheme::Pinned,
            Self::Did { .. } => IdentityScheme::Did,
            Self::Ca { .. } => IdentityScheme::Ca,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.scheme().fmt(f)
    }
}

/// What a host's identity must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pin {
    /// This DID.
    Did(DidText),
    /// A DID with this fingerprint.
    Fingerprint(FingerprintText),
}

impl FromStr for Pin {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fingerprint = text
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("SHA256:"));
        if fingerprint {
            return text.parse().map(Self::Fingerprint);
        }
        text.parse().map(Self::Did).map_err(|invalid| Invalid {
            what: "a DID or a fingerprint of one",
            expected: format!("{}; or `SHA256:…`, its fingerprint", invalid.expected),
            ..invalid
        })
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Did(did) => did.fmt(f),
            Self::Fingerprint(fingerprint) => fingerprint.fmt(f),
        }
    }
}

crate::text::stored_as_text!(Pin);

impl schemars::JsonSchema for Pin {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pin".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (did, fingerprint) = (
            generator.subschema_for::<DidText>(),
            generator.subschema_for::<FingerprintText>(),
        );
        schemars::json_schema!({ "anyOf": [did, fingerprint] })
    }
}

/// A DID of a method that E³ knows, as its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DidText(String);

impl DidText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DidText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse::<e3_identity::Did>() {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(why) => {
                let why = why.to_string();
                let expected = why.split_once("expected ");
                Err(Invalid {
                    value: text.to_owned(),
                    what: "a DID",
                    expected: expected
                        .map_or(why.as_str(), |(_, expected)| expected)
                        .to_owned(),
                    suggestion: None,
                })
            }
        }
    }
}

impl fmt::Display for DidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::stored_as_text!(DidText);

impl schemars::JsonSchema for DidText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Did".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^did:[a-z0-9]+:.+$" })
    }
}
