//! One contact record, as it is signed and as it travels.

use std::net::{IpAddr, SocketAddr};

use e3_identity::canonical;
use e3_session::types::SessionId;
use iroh::{PublicKey, Signature};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use thiserror::Error;

use crate::key::{SessionKey, introduced};

/// Names what a contact record signs.
const DOMAIN: &str = "e3/quic-contact/1";

/// Bytes that a record may have.
pub(crate) const MAX_BYTES: usize = 4096;

/// Addresses of one kind, or relays, that a record may name: nobody is made to knock at more doors.
pub(crate) const MAX_ADDRESSES: usize = 12;

/// Where an endpoint can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The session that it is for.
    pub(crate) session: SessionId,
    /// Grows with every change.
    pub(crate) sequence: u64,
    /// Where it may be reached by TLS over TCP.
    pub(crate) tcp: Vec<SocketAddr>,
    /// Where it may be reached by QUIC.
    pub(crate) quic: Vec<SocketAddr>,
    /// URLs of the relays that it is connected with.
    pub(crate) relays: Vec<String>,
}

/// Why bytes are no contact record of a peer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum RecordError {
    /// Longer than any.
    #[error("it has {found} bytes, and a record has at most {MAX_BYTES}")]
    TooLong {
        /// How many.
        found: usize,
    },
    /// Not a record.
    #[error("it is no contact record")]
    Malformed,
    /// A place that nobody can be at.
    #[error("it names the address {0}, at which no party can be reached")]
    Address(SocketAddr),
    /// Too many addresses.
    #[error("it names more than {MAX_ADDRESSES} addresses of one kind")]
    TooMany,
    /// The roster does not name whose record it is.
    #[error("it is of somebody whom the roster does not name")]
    Stranger,
    /// Somebody else has signed it, or nobody.
    #[error("it is not signed by the party's key")]
    Signature,
    /// It was made for another session.
    #[error("it is of another session")]
    OtherSession,
    /// The same or a newer one is known.
    #[error("it is number {found}, and number {known} is known")]
    Old {
        /// Its number.
        found: u64,
        /// The number that is known.
        known: u64,
    },
}

/// A record with its signature, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    key: PublicKey,
    form: Form,
    signature: [u8; 64],
}

/// An address as it is hashed: 4 or 16 bytes, and the port.
type At = (ByteBuf, u16);

/// What is signed: arrays, bytes, text and integers alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Form(ByteBuf, ByteBuf, u64, Vec<At>, Vec<At>, Vec<String>);

impl Record {
    /// The record, signed by its party's key.
    pub(crate) fn sign(&self, key: &SessionKey) -> Signed {
        let places = |all: &[SocketAddr]| all.iter().map(write).collect();
        let form = Form(
            ByteBuf::from(self.session.0),
            ByteBuf::from(*key.public().as_bytes()),
            self.sequence,
            places(&self.tcp),
            places(&self.quic),
            self.relays.clone(),
        );
        let signature = key
            .secret()
            .sign(&canonical::bytes(DOMAIN, &form))
            .to_bytes();
        Signed {
            key: key.public(),
            form,
            signature,
        }
    }
}

impl Signed {
    /// The bytes that travel.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to a Vec cannot fail, and the form contains nothing that CBOR cannot carry.
        let _written =
            ciborium::into_writer(&(&self.form, ByteBuf::from(self.signature)), &mut out);
        out
    }

    /// Reads what travelled; nothing of it is believed yet.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_BYTES {
            return Err(RecordError::TooLong { found: bytes.len() });
        }
        let (form, signature): (Form, ByteBuf) =
            ciborium::from_reader(bytes).map_err(|_| RecordError::Malformed)?;
        let signature = signature.into_vec().try_into();
        let signature = signature.map_err(|_| RecordError::Malformed)?;
        let key = introduced(&form.1).ok_or(RecordError::Malformed)?;
        let signed = Self {
            key,
            form,
            signature,
        };
        // Each record has one encoding.
        if signed.encode() != bytes {
            return Err(RecordError::Malformed);
        }
        Ok(signed)
    }

    /// Whose key is said to have signed it.
    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The record, if that key has signed it, for this session.
    pub(crate) fn verify(&self, session: SessionId) -> Result<Record, RecordError> {
        let bytes = canonical::bytes(DOMAIN, &self.form);
        self.key
            .verify(&bytes, &Signature::from_bytes(&self.signature))
            .map_err(|_| RecordError::Signature)?;
        let Form(of, _, sequence, tcp, quic, relays) = &self.form;
        if of.as_slice() != session.0.as_slice() {
            return Err(RecordError::OtherSession);
        }
        if [tcp.len(), quic.len(), relays.len()]
            .iter()
            .any(|count| *count > MAX_ADDRESSES)
        {
            return Err(RecordError::TooMany);
        }
        let places = |all: &[At]| all.iter().map(read).collect::<Result<_, _>>();
        Ok(Record {
            session,
            sequence: *sequence,
            tcp: places(tcp)?,
            quic: places(quic)?,
            relays: relays.clone(),
        })
    }
}

fn write(at: &SocketAddr) -> At {
    let bytes = match at.ip() {
        IpAddr::V4(address) => ByteBuf::from(address.octets()),
        IpAddr::V6(address) => ByteBuf::from(address.octets()),
    };
    (bytes, at.port())
}

fn read((bytes, port): &At) -> Result<SocketAddr, RecordError> {
    let bytes = bytes.as_slice();
    let address = match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(four), _) => IpAddr::from(four),
        (_, Ok(sixteen)) => IpAddr::from(sixteen),
        _ => return Err(RecordError::Malformed),
    };
    let at = SocketAddr::new(address, *port);
    if !can_be_at(at) {
        return Err(RecordError::Address(at));
    }
    Ok(at)
}

/// Whether a party can be there, so that nobody is made to send where many or none listen.
pub(crate) fn can_be_at(at: SocketAddr) -> bool {
    let broadcast = matches!(at.ip(), IpAddr::V4(address) if address.is_broadcast());
    at.port() != 0 && !at.ip().is_unspecified() && !at.ip().is_multicast() && !broadcast
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
