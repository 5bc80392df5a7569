//! Words that are compared by voice.

use e3_identity::{Commitment, Words};
use proptest::prelude::*;

#[test]
fn the_words_are_the_pgp_word_list() {
    // The digest's first four bytes choose them; this roster and these nonces are known.
    let words = Words::of(&[1; 32], &[[2; 32], [3; 32]]);
    assert_eq!(words.to_string().split(' ').count(), 4);
    assert_eq!(words, Words::of(&[1; 32], &[[2; 32], [3; 32]]));
}

#[test]
fn every_nonce_and_the_roster_count() {
    let words = Words::of(&[1; 32], &[[2; 32], [3; 32]]);
    for other in [
        Words::of(&[9; 32], &[[2; 32], [3; 32]]),
        Words::of(&[1; 32], &[[9; 32], [3; 32]]),
        Words::of(&[1; 32], &[[2; 32], [9; 32]]),
        Words::of(&[1; 32], &[[3; 32], [2; 32]]),
        Words::of(&[1; 32], &[[2; 32]]),
    ] {
        assert_ne!(words, other);
    }
}

proptest! {
    #[test]
    fn a_commitment_is_to_one_nonce_of_one_party_in_one_roster(
        roster: [u8; 32], party: u16, nonce: [u8; 32], other: [u8; 32]
    ) {
        let commitment = Commitment::to(&roster, party, &nonce);
        prop_assert_eq!(commitment, Commitment::to(&roster, party, &nonce));
        prop_assert_ne!(commitment, Commitment::to(&roster, party.wrapping_add(1), &nonce));
        if other != nonce {
            prop_assert_ne!(commitment, Commitment::to(&roster, party, &other));
        }
        if other != roster {
            prop_assert_ne!(commitment, Commitment::to(&other, party, &nonce));
        }
    }
}
