//! What a relay's host tells, as one input.

use std::{collections::BTreeMap, net::Ipv4Addr};

use e3_contact::Told;
use e3_session::types::ServiceFacts;
use serde_bytes::ByteBuf;

/// Stands between one thing and the next that is told.
const BETWEEN: u8 = 0xff;

/// The facts of a relay whose host tells these things; what is left out at the end is not told.
pub fn facts(bytes: &[u8]) -> ServiceFacts {
    let names = Told::tell("", b"", "", (1, 1)).into_keys();
    let parts = bytes.split(|byte| *byte == BETWEEN);
    ServiceFacts {
        name: "relay".to_owned(),
        kind: "relay".to_owned(),
        host: "hub".to_owned(),
        addresses: vec![Ipv4Addr::LOCALHOST.into()],
        ports: Vec::new(),
        told: names.zip(parts.map(ByteBuf::from)).collect(),
    }
}

/// The input in which this is told.
pub fn joined(told: BTreeMap<String, ByteBuf>) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = told.into_values().map(ByteBuf::into_vec).collect();
    parts.join(&BETWEEN)
}
