//! Sealed messages between two parties, against the RFC, and against another implementation.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::Validity;

#[path = "../../tests/common/interpreter.rs"]
mod interpreter;

const SESSION: [u8; 16] = [7; 16];

fn introduced(keys: &PartyKeys) -> Introduction {
    Introduction::new(
        keys,
        [1; 16],
        "a",
        Validity::starting(0, 1),
        BTreeMap::new(),
    )
}

/// Two parties, and each one's end of the messages between them.
fn pair() -> (PartyKeys, PartyKeys, SealedPair, SealedPair) {
    let alice = PartyKeys::generate().unwrap();
    let bob = PartyKeys::generate().unwrap();
    let at_alice = SealedPair::new(&alice, &SESSION, &introduced(&bob)).unwrap();
    let at_bob = SealedPair::new(&bob, &SESSION, &introduced(&alice)).unwrap();
    (alice, bob, at_alice, at_bob)
}

#[test]
fn messages_arrive_in_both_directions() {
    let (_, _, mut alice, mut bob) = pair();
    for content in [&b"first"[..], b"", b"third"] {
        let sealed = alice.seal(content).unwrap();
        assert_eq!(sealed.len(), content.len() + OVERHEAD);
        assert_eq!(bob.open(&sealed).unwrap(), content);
        let sealed = bob.seal(content).unwrap();
        assert_eq!(alice.open(&sealed).unwrap(), content);
    }
}

#[test]
fn a_message_sent_again_is_refused() {
    let (_, _, mut alice, mut bob) = pair();
    let sealed = alice.seal(b"once").unwrap();
    bob.open(&sealed).unwrap();
    assert_eq!(
        bob.open(&sealed),
        Err(SealError::Replayed { found: 1, last: 1 })
    );
}

#[test]
fn a_message_held_back_is_refused_and_a_lost_one_does_no_harm() {
    let (_, _, mut alice, mut bob) = pair();
    let first = alice.seal(b"first").unwrap();
    let second = alice.seal(b"second").unwrap();
    assert_eq!(bob.open(&second).unwrap(), b"second");
    assert_eq!(
        bob.open(&first),
        Err(SealError::Replayed { found: 1, last: 2 })
    );
    let third = alice.seal(b"third").unwrap();
    assert_eq!(bob.open(&third).unwrap(), b"third");
}

#[test]
fn a_counter_cannot_be_changed_to_pass_as_new() {
    let (_, _, mut alice, mut bob) = pair();
    let mut sealed = alice.seal(b"once").unwrap();
    bob.open(&sealed).unwrap();
    sealed[7] = 2;
    assert_eq!(bob.open(&sealed), Err(SealError::Closed));
    let next = alice.seal(b"next").unwrap();
    assert_eq!(bob.open(&next).unwrap(), b"next");
}

#[test]
fn nobody_else_opens_it_or_is_taken_for_its_sender() {
    let (alice_keys, bob_keys, mut alice, mut bob) = pair();
    let carol_keys = PartyKeys::generate().unwrap();
    let mut at_carol = SealedPair::new(&carol_keys, &SESSION, &introduced(&alice_keys)).unwrap();
    let sealed = alice.seal(b"for bob").unwrap();
    assert_eq!(at_carol.open(&sealed), Err(SealError::Closed));

    let mut carol_to_bob = SealedPair::new(&carol_keys, &SESSION, &introduced(&bob_keys)).unwrap();
    let forged = carol_to_bob.seal(b"from alice").unwrap();
    assert_eq!(bob.open(&forged), Err(SealError::Closed));
}

#[test]
fn a_message_does_not_come_back_and_not_into_another_session() {
    let (alice_keys, bob_keys, mut alice, _) = pair();
    let sealed = alice.seal(b"for bob, here").unwrap();
    assert_eq!(alice.open(&sealed), Err(SealError::Closed));
    let mut elsewhere = SealedPair::new(&bob_keys, &[8; 16], &introduced(&alice_keys)).unwrap();
    assert_eq!(elsewhere.open(&sealed), Err(SealError::Closed));
}

#[test]
fn a_key_without_secrets_is_named() {
    let (alice_keys, bob_keys, ..) = pair();
    let mut broken = introduced(&bob_keys);
    broken.sealing_key = [0; 32];
    let peer = bob_keys.did().clone();
    let mut pair = SealedPair::new(&alice_keys, &SESSION, &broken).unwrap();
    assert_eq!(pair.seal(b"x"), Err(SealError::PeerKey { peer }));
    let own = introduced(&alice_keys);
    assert!(matches!(
        SealedPair::new(&alice_keys, &SESSION, &own),
        Err(SealError::Own { .. })
    ));
}

#[test]
fn debug_shows_no_secret() {
    let (_, bob, alice, _) = pair();
    assert_eq!(
        format!("{alice:?}"),
        format!(
            "SealedPair {{ peer: Did({}), sent: 0, heard: 0, .. }}",
            bob.did()
        )
    );
}

/// RFC 9180, appendix A.2.3: X25519, HKDF-SHA256, `ChaCha20Poly1305`, mode Auth.
#[test]
fn the_published_vector_opens() {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let info = bytes("4f6465206f6e2061204772656369616e2055726e");
    let secret = SealingSecret::from_bytes(&bytes(
        "3ca22a6d1cda1bb9480949ec5329d3bf0b080ca4c45879c95eddb55c70b80b82",
    ))
    .unwrap();
    let sender = SealingPublic::from_bytes(&bytes(
        "f0f4f9e96c54aeed3f323de8534fffd7e0577e4ce269896716bcb95643c8712b",
    ))
    .unwrap();
    let encapped = Encapped::from_bytes(&bytes(
        "f7674cc8cd7baa5872d1f33dbaffe3314239f6197ddf5ded1746760bfc847e0e",
    ))
    .unwrap();
    let mode = OpModeR::Auth(sender);
    let mut context =
        hpke::setup_receiver::<Aead, Kdf, Kem>(&mode, &secret, &encapped, &info).unwrap();

    let plaintext = b"Beauty is truth, truth beauty";
    for (aad, ciphertext) in [
        (
            "Count-0",
            "ab1a13c9d4f01a87ec3440dbd756e2677bd2ecf9df0ce7ed73869b98e00c09be111cb9fdf077347aeb88e61bdf",
        ),
        (
            "Count-1",
            "3265c7807ffff7fdace21659a2c6ccffee52a26d270c76468ed74202a65478bfaedfff9c2b7634e24f10b71016",
        ),
        (
            "Count-2",
            "3aadee86ad2a05081ea860033a9d09dbccb4acac2ded0891da40f51d4df19925f7a767b076a5cbc9355c8fd35e",
        ),
    ] {
        let opened = context.open(&bytes(ciphertext), aad.as_bytes()).unwrap();
        assert_eq!(opened, plaintext);
    }

    for (exporter, expected) in [
        (
            &b""[..],
            "070cffafd89b67b7f0eeb800235303a223e6ff9d1e774dce8eac585c8688c872",
        ),
        (
            &b"TestContext"[..],
            "1df39dc5dd60edcbf5f9ae804e15ada66e885b28ed7929116f768369a3f950ee",
        ),
    ] {
        let mut exported = [0; 32];
        context.export(exporter, &mut exported).unwrap();
        assert_eq!(hex::encode(exported), expected);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, _, mut alice, _) = pair();
        prop_assert!(alice.open(&bytes).is_err());
    }

    #[test]
    fn any_changed_bit_is_noticed(content in prop::collection::vec(any::<u8>(), 0..64), at: prop::sample::Index, bit in 0..8u8) {
        let (_, _, mut alice, mut bob) = pair();
        let mut sealed = alice.seal(&content).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        // X25519 ignores the last bit of a key, but the key schedule does not.
        prop_assert!(bob.open(&sealed).is_err());
    }
}

/// Python's `pyhpke` opens what this seals, and the other way round. Skipped where there is none.
#[test]
fn an_independent_implementation_agrees() {
    let Some(mut python) = interpreter::python("pyhpke") else {
        return;
    };
    let (alice_keys, bob_keys, mut alice, mut bob) = pair();
    let sealed = alice.seal(b"from Rust").unwrap();
    let output = python
        .args(["-c", include_str!("independent.py")])
        .args([
            hex::encode(SESSION),
            alice_keys.did().to_string(),
            bob_keys.did().to_string(),
            hex::encode(alice_keys.sealing_key()),
            // Keys of this test alone; an argument list is no place for others.
            hex::encode(bob_keys.sealing_pair().0.to_bytes()),
            hex::encode(sealed),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let (opened, answer) = told.trim().split_once(' ').unwrap();
    assert_eq!(hex::decode(opened).unwrap(), b"from Rust");
    let answer = hex::decode(answer).unwrap();
    assert_eq!(alice.open(&answer).unwrap(), b"from Python");
    assert_eq!(bob.open(&answer), Err(SealError::Closed));
}
