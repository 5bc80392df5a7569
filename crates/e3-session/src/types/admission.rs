//! What an agent says when it takes a roster.
//!
//! ```text
//! admit → a signed commitment to a nonce;  reveal → the nonce;  compare → the words
//! ```
//!
//! Every party commits itself before any nonce is seen, so that nobody can search for a roster or a nonce whose words
//! are those of another roster (as in RFC 6189, section 4.4.1).

use e3_identity::{Commitment, PartyKeys, Signature, Words};
use serde::{Deserialize, Serialize};

use super::{Digest, Nonce, PartyIndex};

/// Domain of an admission's signature.
pub const ADMISSION: &str = "e3/admission/1";

/// A party takes a roster, and commits itself to a nonce that it will reveal later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Who takes it.
    pub party: PartyIndex,
    /// What stands for the party's nonce until that is revealed.
    pub commitment: Commitment,
    /// The party's DID over [`Admission::form`].
    pub signature: Signature,
}

impl Admission {
    /// The admission of the party with these keys, by this nonce.
    pub fn sign(keys: &PartyKeys, roster: Digest, party: PartyIndex, nonce: &Nonce) -> Self {
        let commitment = commitment(roster, party, nonce);
        let signature = keys.sign(ADMISSION, &(roster, party, commitment));
        Self {
            party,
            commitment,
            signature,
        }
    }

    /// What is signed: the roster's hash, the party's index, the commitment.
    pub fn form(&self, roster: Digest) -> impl Serialize {
        (roster, self.party, self.commitment)
    }

    /// Whether this is the nonce that the party has committed itself to.
    pub fn opens(&self, roster: Digest, nonce: &Nonce) -> bool {
        commitment(roster, self.party, nonce) == self.commitment
    }
}

fn commitment(roster: Digest, party: PartyIndex, nonce: &Nonce) -> Commitment {
    Commitment::to(&roster.0, party.0, &nonce.0)
}

/// The words that people compare by voice: the same for all parties exactly if they hold the same roster and nonces.
pub fn words(roster: Digest, nonces: &[Nonce]) -> String {
    let nonces: Vec<[u8; 32]> = nonces.iter().map(|nonce| nonce.0).collect();
    Words::of(&roster.0, &nonces).to_string()
}
