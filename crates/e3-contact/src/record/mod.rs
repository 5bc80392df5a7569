//! Contact records: where a party's endpoint can be reached now.
//!
//! They change without changing the roster. Each is signed by the endpoint's key, which the roster names, and numbered,
//! so that no courier can invent one or bring back an older one. They say where to knock, never whom to believe: whoever
//! answers there still has to prove that key.

use std::net::{IpAddr, SocketAddr};

use e3_identity::canonical;
use e3_session::types::SessionId;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use thiserror::Error;

use crate::{MAX_ADDRESSES, can_be_at};

/// Names what a contact record signs.
const DOMAIN: &str = "e3/quic-contact/1";

/// Bytes that a record may have.
pub const MAX_BYTES: usize = 4096;

/// Where an endpoint can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The session that it is for.
    pub session: SessionId,
    /// Grows with every change.
    pub sequence: u64,
    /// Where it may be reached by TLS over TCP.
    pub tcp: Vec<SocketAddr>,
    /// Where it may be reached by QUIC.
    pub quic: Vec<SocketAddr>,
    /// URLs of the relays that it is connected with.
    pub relays: Vec<String>,
}

/// Why bytes are no contact record of a peer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
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
    /// Somebody else has signed it, or nobody.
    #[error("it is not signed by the party's key")]
    Signature,
    /// It was made for another session.
    #[error("it is of another session")]
    OtherSession,
}

/// A record with its signature, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    key: VerifyingKey,
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
    pub fn sign(&self, key: &SigningKey) -> Signed {
        let places = |all: &[SocketAddr]| all.iter().map(write).collect();
        let form = Form(
            ByteBuf::from(self.session.0),
            ByteBuf::from(key.verifying_key().to_bytes()),
            self.sequence,
            places(&self.tcp),
            places(&self.quic),
            self.relays.clone(),
        );
        let signature = key.sign(&canonical::bytes(DOMAIN, &form)).to_bytes();
        Signed {
            key: key.verifying_key(),
            form,
            signature,
        }
    }
}

impl Signed {
    /// The bytes that travel.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to a Vec cannot fail, and the form contains nothing that CBOR cannot carry.
        let _written =
            ciborium::into_writer(&(&self.form, ByteBuf::from(self.signature)), &mut out);
        out
    }

    /// Reads what travelled; nothing of it is believed yet.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_BYTES {
            return Err(RecordError::TooLong { found: bytes.len() });
        }
        let (form, signature): (Form, ByteBuf) =
            ciborium::from_reader(bytes).map_err(|_| RecordError::Malformed)?;
        let signature = signature.into_vec().try_into();
        let signature = signature.map_err(|_| RecordError::Malformed)?;
        let key = form.1.as_slice().try_into();
        let key = key.map_err(|_| RecordError::Malformed)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| RecordError::Malformed)?;
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
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The record, if that key has signed it, for this session.
    pub fn verify(&self, session: SessionId) -> Result<Record, RecordError> {
        let bytes = canonical::bytes(DOMAIN, &self.form);
        self.key
            .verify_strict(&bytes, &Signature::from_bytes(&self.signature))
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

#[cfg(test)]
mod tests;
