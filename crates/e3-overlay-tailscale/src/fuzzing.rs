//! What reads bytes of others, for the fuzz target.

use std::{collections::BTreeMap, net::IpAddr};

use e3_session::types::ServiceFacts;
use serde_bytes::ByteBuf;

use crate::{account, inner::letter::Letter, local_api, told::Told};

/// Any bytes as a member's letter, as what a coordinator's host tells, as what a daemon answers to a ping, and as what a
/// service answers.
pub fn read(bytes: &[u8]) {
    if let Some(letter) = Letter::read(bytes) {
        assert_eq!(letter.bytes(), bytes);
    }
    told(bytes);
    local_api::read_pong(bytes);
    account::read_answers(bytes);
}

/// The first two bytes say how long the first two facts are.
fn told(bytes: &[u8]) {
    let Some(([first, second], rest)) = bytes.split_first_chunk().map(|(head, rest)| (*head, rest))
    else {
        return;
    };
    let (certificate, rest) = rest.split_at(usize::from(first).min(rest.len()));
    let (key, ports) = rest.split_at(usize::from(second).min(rest.len()));
    let facts = [
        ("certificate", certificate),
        ("desk-key", key),
        ("ports", ports),
    ];
    let told: BTreeMap<String, ByteBuf> = facts
        .map(|(name, bytes)| (name.to_owned(), ByteBuf::from(bytes)))
        .into();
    let read = Told::read(&ServiceFacts {
        name: "coordinator".to_owned(),
        kind: "coordinator".to_owned(),
        host: "hub".to_owned(),
        addresses: vec![IpAddr::from([198, 18, 0, 1])],
        ports: Vec::new(),
        told: told.clone(),
    });
    if let Ok(read) = read {
        assert_eq!(read.tell(), told);
    }
}
