//! Arbitrary identities: introductions, what stands behind them, and by what they are believed.

use e3_identity::{
    Credential, Did, Endorsement, Introduction, KeyId, Pin, Policy, RevocationList, Serial,
    Signature,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};

use super::{
    scene::dids,
    strategies::{bytes, text},
};

fn did() -> impl Strategy<Value = Did> {
    select(dids())
}

pub fn signature() -> impl Strategy<Value = Signature> {
    any::<[u8; 32]>().prop_map(|half| Signature([half, half].concat().try_into().unwrap()))
}

pub fn policy() -> impl Strategy<Value = Policy> {
    let pin = prop_oneof![
        did().prop_map(Pin::Did),
        did().prop_map(|did| did.fingerprint().parse().unwrap()),
    ];
    let revocations = (did(), any::<[u64; 3]>(), vec(serial(), 0..3), signature()).prop_map(
        |(authority, [number, issued, next_update], serials, signature)| RevocationList {
            authority,
            number,
            issued,
            next_update,
            serials,
            signature,
        },
    );
    prop_oneof![
        (btree_map(text(), pin, 0..3), any::<bool>())
            .prop_map(|(pins, first_use)| Policy::Pinned { pins, first_use }),
        btree_map(text(), did(), 0..3).prop_map(|dids| Policy::Did { dids }),
        (did(), option::of(revocations)).prop_map(|(authority, revocations)| Policy::Ca {
            authority,
            revocations
        }),
    ]
}

fn serial() -> impl Strategy<Value = Serial> {
    any::<[u8; 16]>().prop_map(Serial)
}

pub fn endorsement() -> BoxedStrategy<Endorsement> {
    let credential = (
        (did(), did()),
        serial(),
        vec(text(), 0..3),
        any::<[u64; 2]>(),
        signature(),
    )
        .prop_map(
            |((authority, subject), serial, names, [not_before, not_after], signature)| {
                Credential {
                    authority,
                    serial,
                    subject,
                    names,
                    not_before,
                    not_after,
                    signature,
                }
            },
        );
    let certificates = btree_map(text(), vec(bytes(), 0..3), 0..3);
    prop_oneof![
        Just(Endorsement::Pinned),
        Just(Endorsement::Did),
        (did(), credential, certificates).prop_map(|(authority, credential, certificates)| {
            Endorsement::Ca {
                authority,
                credential: Box::new(credential),
                certificates,
            }
        }),
    ]
    .boxed()
}

pub fn introduction() -> impl Strategy<Value = Introduction> {
    (
        did(),
        any::<[u8; 16]>(),
        text(),
        (any::<u64>(), any::<u64>()),
        any::<[u8; 32]>(),
        btree_map(text(), bytes(), 0..3),
        signature(),
    )
        .prop_map(
            |(did, session, name, (not_before, not_after), sealing_key, overlays, signature)| {
                Introduction {
                    did,
                    key: KeyId::default(),
                    session,
                    name,
                    not_before,
                    not_after,
                    sealing_key,
                    overlays,
                    successions: Vec::new(),
                    signature,
                }
            },
        )
}
