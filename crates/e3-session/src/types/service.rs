//! Infrastructure that an overlay uses and no party is.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A service as it is up: what it is, where it can be reached, and what it tells of itself.
///
/// `Display` gives what an agreement names: `relay (relay on host-3)`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceFacts {
    /// Its name.
    pub name: String,
    /// What it is, in e3.toml's word, such as `relay`.
    pub kind: String,
    /// The host that it runs on.
    pub host: String,
    /// That host's addresses, best first.
    pub addresses: Vec<IpAddr>,
    /// The ports that were declared for it; none where the overlay chooses.
    pub ports: Vec<ServicePort>,
    /// What it tells of itself, by name: a certificate, an access token. Nothing here makes a party's key believed.
    pub told: BTreeMap<String, ByteBuf>,
}

/// A port with what carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServicePort {
    /// Its number.
    pub port: u16,
    /// What carries it.
    pub transport: Transport,
}

/// How a service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceHealth {
    /// The service's name.
    pub name: String,
    /// How it is.
    pub health: Health,
}

/// Whether a service does what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It serves.
    Up,
    /// It does not.
    Down {
        /// Why, in words for a person.
        reason: String,
    },
}

/// What carries ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp,
    /// UDP (RFC 768).
    Udp,
}

impl fmt::Debug for ServiceFacts {
    /// Of what it tells of itself, only the names: a token is among it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            kind,
            host,
            addresses,
            ports,
            told,
        } = self;
        f.debug_struct("ServiceFacts")
            .field("name", name)
            .field("kind", kind)
            .field("host", host)
            .field("addresses", addresses)
            .field("ports", ports)
            .field("told", &told.keys())
            .finish()
    }
}

impl fmt::Display for ServiceFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} on {})", self.name, self.kind, self.host)
    }
}

impl fmt::Display for ServicePort {
    /// `443/tcp`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        };
        write!(f, "{}/{transport}", self.port)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_service_is_no_secret() {
        let told = [("token", "5ecre7"), ("name", "relay-1.invalid")];
        let told = told.map(|(what, text)| (what.to_owned(), ByteBuf::from(text)));
        let facts = ServiceFacts {
            name: "relay".to_owned(),
            kind: "relay".to_owned(),
            host: "hub".to_owned(),
            addresses: Vec::new(),
            ports: Vec::new(),
            told: told.into(),
        };
        let shown = format!("{facts:?}");
        assert!(shown.contains("token"), "{shown}");
        let bytes = format!("{:?}", "5ecre7".as_bytes());
        let bytes = bytes.trim_matches(['[', ']']);
        assert!(
            !shown.contains("5ecre7") && !shown.contains(bytes),
            "{shown}"
        );
    }
}
