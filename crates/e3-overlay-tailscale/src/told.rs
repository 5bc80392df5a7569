//! What a coordinator's host tells parties of it. Nothing here makes a party's key believed.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use e3_session::types::ServiceFacts;
use ed25519_dalek::VerifyingKey;
use serde_bytes::ByteBuf;

/// Bytes that a certificate may have.
const LONGEST: usize = 4096;

const CERTIFICATE: &str = "certificate";
const DESK_KEY: &str = "desk-key";
const PORTS: &str = "ports";

/// Where a coordinator is and how it proves to be itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The address of its host by which it calls itself.
    pub address: IpAddr,
    /// The certificate of the server, DER.
    pub certificate: Vec<u8>,
    /// The key of the desk (Ed25519).
    pub desk_key: VerifyingKey,
    /// Where it listens.
    pub ports: Ports,
}

/// Where a coordinator listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// For HTTPS: coordination and DERP.
    pub server: u16,
    /// For parties that want a key.
    pub desk: u16,
    /// For STUN (RFC 8489), over UDP.
    pub stun: u16,
}

/// What a service tells is not what a coordinator tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ToldError {
    /// Something is missing, or is not what it should be.
    #[error("it tells no usable {0}: does another version of e3 run there?")]
    Unusable(&'static str),
    /// It has no address.
    #[error("its host has no address")]
    NoAddress,
}

/// The address by which a coordinator on a host with these is known: IPv4 where there is one, since a host without IPv6
/// could not use the other.
pub(crate) fn address(of: &[IpAddr]) -> Option<IpAddr> {
    let v4 = of.iter().find(|address| address.is_ipv4());
    v4.or_else(|| of.first()).copied()
}

impl Told {
    /// As a service tells it.
    pub fn tell(&self) -> BTreeMap<String, ByteBuf> {
        let Ports { server, desk, stun } = self.ports;
        let ports = [server, desk, stun].map(u16::to_be_bytes).concat();
        let told = [
            (CERTIFICATE, self.certificate.clone()),
            (DESK_KEY, self.desk_key.as_bytes().to_vec()),
            (PORTS, ports),
        ];
        told.map(|(name, bytes)| (name.to_owned(), ByteBuf::from(bytes)))
            .into()
    }

    /// Reads what a service tells.
    ///
    /// # Errors
    /// [`ToldError`]: it is no coordinator's.
    pub fn read(facts: &ServiceFacts) -> Result<Self, ToldError> {
        let of = |name: &'static str| {
            let told = facts.told.get(name);
            told.ok_or(ToldError::Unusable(name))
        };
        let certificate = of(CERTIFICATE)?;
        if certificate.is_empty() || certificate.len() > LONGEST {
            return Err(ToldError::Unusable(CERTIFICATE));
        }
        let desk_key = e3_contact::introduced(of(DESK_KEY)?);
        Ok(Self {
            address: address(&facts.addresses).ok_or(ToldError::NoAddress)?,
            certificate: certificate.to_vec(),
            desk_key: desk_key.ok_or(ToldError::Unusable(DESK_KEY))?,
            ports: ports(&facts.told).ok_or(ToldError::Unusable(PORTS))?,
        })
    }

    /// The server's URL, as clients name it.
    pub fn url(&self) -> String {
        url(self.address, self.ports.server)
    }

    /// Where the desk is.
    pub fn desk(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.ports.desk)
    }
}

/// Where a coordinator listens that has told this; none where it has told something else.
pub(crate) fn ports(told: &BTreeMap<String, ByteBuf>) -> Option<Ports> {
    let [s1, s2, d1, d2, u1, u2] = <[u8; 6]>::try_from(told.get(PORTS)?.as_slice()).ok()?;
    Some(Ports {
        server: u16::from_be_bytes([s1, s2]),
        desk: u16::from_be_bytes([d1, d2]),
        stun: u16::from_be_bytes([u1, u2]),
    })
}

/// The URL of a coordinator.
pub(crate) fn url(address: IpAddr, port: u16) -> String {
    format!("https://{}", SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::PartyKeys;

    fn facts(told: BTreeMap<String, ByteBuf>) -> ServiceFacts {
        ServiceFacts {
            name: "coordinator".to_owned(),
            kind: "coordinator".to_owned(),
            host: "hub".to_owned(),
            addresses: vec![
                "2001:db8::1".parse().unwrap(),
                "198.18.0.1".parse().unwrap(),
            ],
            ports: Vec::new(),
            told,
        }
    }

    #[test]
    fn what_is_told_is_read_again() {
        let told = Told {
            address: "198.18.0.1".parse().unwrap(),
            certificate: vec![1; 300],
            desk_key: PartyKeys::generate().unwrap().public().desk,
            ports: Ports {
                server: 8443,
                desk: 8444,
                stun: 3478,
            },
        };
        assert_eq!(Told::read(&facts(told.tell())), Ok(told.clone()));
        assert_eq!(told.url(), "https://198.18.0.1:8443");
        assert_eq!(
            url("2001:db8::1".parse().unwrap(), 1),
            "https://[2001:db8::1]:1"
        );
        for name in [CERTIFICATE, DESK_KEY, PORTS] {
            let mut less = told.tell();
            less.remove(name);
            assert_eq!(Told::read(&facts(less)), Err(ToldError::Unusable(name)));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_told_is_read_or_refused(
            told in proptest::collection::btree_map(
                proptest::sample::select(vec![CERTIFICATE, DESK_KEY, PORTS, "else"]),
                proptest::collection::vec(any::<u8>(), 0..40),
                0..4,
            )
        ) {
            let told = told.into_iter().map(|(name, bytes)| (name.to_owned(), ByteBuf::from(bytes)));
            let _ = Told::read(&facts(told.collect()));
        }
    }
}
