//! What parties are told of a relay, and how they read it: its host may be anybody's.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use e3_session::types::ServiceFacts;
use serde_bytes::ByteBuf;
use thiserror::Error;

/// What a relay tells of itself, as parties read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// The service's name, such as `relay`.
    pub service: String,
    /// The name in its certificate; no name server knows it.
    pub name: String,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// What parties show when they come.
    pub token: String,
    /// Where it listens for TLS over TCP.
    pub tcp: u16,
    /// Where it tells callers over QUIC from which address they come.
    pub udp: u16,
    /// Its host's addresses.
    pub addresses: Vec<IpAddr>,
}

impl fmt::Debug for Told {
    /// Without the token, which lets whoever has it in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("service", &self.service)
            .field("name", &self.name)
            .field("tcp", &self.tcp)
            .field("udp", &self.udp)
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a relay's facts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ToldError {
    /// Something is not told.
    #[error("it does not tell its {what}: was it started by another version of e3?")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Something is told in a way that cannot be read.
    #[error("its {what} cannot be read: was it started by another version of e3?")]
    Malformed {
        /// What.
        what: &'static str,
    },
    /// Nobody knows where it is.
    #[error("no address of its host is known")]
    NoAddress,
}

const NAME: &str = "name";
const CERTIFICATE: &str = "certificate";
const TOKEN: &str = "token";
const TCP: &str = "tcp port";
const UDP: &str = "udp port";

impl Told {
    /// Reads a service's facts.
    pub fn read(facts: &ServiceFacts) -> Result<Self, ToldError> {
        let ServiceFacts {
            name: service,
            addresses,
            told,
            ..
        } = facts;
        if addresses.is_empty() {
            return Err(ToldError::NoAddress);
        }
        let name = text(told, NAME)?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let label = name.strip_suffix(".invalid").unwrap_or_default();
        if label.is_empty() || label.len() > 63 || !label.bytes().all(is_name) {
            return Err(ToldError::Malformed { what: NAME });
        }
        let token = text(told, TOKEN)?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ToldError::Malformed { what: TOKEN });
        }
        Ok(Self {
            service: service.clone(),
            name: name.to_owned(),
            certificate: bytes(told, CERTIFICATE)?.to_vec(),
            token: token.to_owned(),
            tcp: port(told, TCP)?,
            udp: port(told, UDP)?,
            addresses: addresses.clone(),
        })
    }

    /// The facts' part that the relay itself tells.
    pub fn tell(
        name: &str,
        certificate: &[u8],
        token: &str,
        (tcp, udp): (u16, u16),
    ) -> BTreeMap<String, ByteBuf> {
        let (tcp, udp) = (tcp.to_string(), udp.to_string());
        let told: [(&str, &[u8]); 5] = [
            (NAME, name.as_bytes()),
            (CERTIFICATE, certificate),
            (TOKEN, token.as_bytes()),
            (TCP, tcp.as_bytes()),
            (UDP, udp.as_bytes()),
        ];
        told.into_iter()
            .map(|(what, bytes)| (what.to_owned(), ByteBuf::from(bytes)))
            .collect()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("https://{}:{}/", self.name, self.tcp)
    }

    /// Its host's IPv4 addresses.
    pub fn ipv4(&self) -> Vec<Ipv4Addr> {
        let found = self.addresses.iter().filter_map(|address| match address {
            IpAddr::V4(address) => Some(*address),
            IpAddr::V6(_) => None,
        });
        found.collect()
    }

    /// Its host's IPv6 addresses.
    pub fn ipv6(&self) -> Vec<Ipv6Addr> {
        let found = self.addresses.iter().filter_map(|address| match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(*address),
        });
        found.collect()
    }
}

fn bytes<'a>(
    told: &'a BTreeMap<String, ByteBuf>,
    what: &'static str,
) -> Result<&'a [u8], ToldError> {
    let found = told.get(what).ok_or(ToldError::Missing { what })?;
    Ok(found)
}

fn text<'a>(told: &'a BTreeMap<String, ByteBuf>, what: &'static str) -> Result<&'a str, ToldError> {
    std::str::from_utf8(bytes(told, what)?).map_err(|_| ToldError::Malformed { what })
}

fn port(told: &BTreeMap<String, ByteBuf>, what: &'static str) -> Result<u16, ToldError> {
    match text(told, what)?.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(ToldError::Malformed { what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> ServiceFacts {
        ServiceFacts {
            name: "relay".to_owned(),
            kind: "relay".to_owned(),
            host: "hub".to_owned(),
            addresses: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            ports: Vec::new(),
            told: Told::tell("relay-1.invalid", b"certificate", "abc", (443, 444)),
        }
    }

    #[test]
    fn what_is_told_is_read() {
        let told = Told::read(&facts()).unwrap();
        assert_eq!(told.url(), "https://relay-1.invalid:443/");
        assert_eq!((told.tcp, told.udp, &*told.token), (443, 444, "abc"));
        assert_eq!(told.ipv4(), [Ipv4Addr::LOCALHOST]);
        assert_eq!(told.ipv6(), [Ipv6Addr::LOCALHOST]);
    }

    #[test]
    fn the_token_is_never_shown() {
        let told = Told::read(&facts()).unwrap();
        let shown = format!(
            "{:?}",
            Told {
                token: "5ecre7".to_owned(),
                ..told
            }
        );
        assert!(!shown.contains("5ecre7"), "{shown}");
        assert!(shown.contains("relay-1.invalid"), "{shown}");
    }

    #[test]
    fn what_is_missing_or_odd_is_named() {
        for what in [NAME, CERTIFICATE, TOKEN, TCP, UDP] {
            let mut facts = facts();
            facts.told.remove(what);
            assert_eq!(Told::read(&facts), Err(ToldError::Missing { what }));
        }
        let odd: [(&'static str, &[u8]); 7] = [
            (NAME, b"n0.computer"),
            (NAME, b"a/b.invalid"),
            (NAME, b".invalid"),
            (TOKEN, b"a b"),
            (TOKEN, b"\xff"),
            (TCP, b"0"),
            (UDP, b"70000"),
        ];
        for (what, bytes) in odd {
            let mut facts = facts();
            facts.told.insert(what.to_owned(), ByteBuf::from(bytes));
            assert_eq!(Told::read(&facts), Err(ToldError::Malformed { what }));
        }
        let nowhere = ServiceFacts {
            addresses: Vec::new(),
            ..facts()
        };
        assert_eq!(Told::read(&nowhere), Err(ToldError::NoAddress));
    }
}
