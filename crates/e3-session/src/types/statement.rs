//! How a run has ended, as each party signs it.

use e3_identity::{PartyKeys, Signature, canonical, readable};
use serde::{Deserialize, Serialize};

use super::{Digest, Ending, Outcome, PartyIndex, PlaceKind};

/// Domain of a statement's signature.
pub const OUTCOME: &str = "e3/outcome/2";

/// Domain of the signature of a statement that does not say where the program ran, as older records have them.
pub const OUTCOME_WITHOUT_PLACE: &str = "e3/outcome/1";

/// Domain of the commitment to an output.
pub const OUTPUT: &str = "e3/output/1";

/// Domain of a conclusion's signature.
pub const CONCLUSION: &str = "e3/conclusion/1";

/// Domain of the digest of all statements.
pub const STATEMENTS: &str = "e3/statements/1";

/// The answer to a *run* or an *exec*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// What became of the program.
    pub outcome: Outcome,
    /// The party's signed statement of it; of a run only.
    pub statement: Option<Statement>,
    /// What opens the statement's commitment, where the output goes to the controller, too.
    pub opening: Option<Opening>,
}

/// A party signs how its program ended, and what it printed without showing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose program it was.
    pub party: PartyIndex,
    /// Hash of the agreement that was run.
    pub agreement: Digest,
    /// How it ended.
    pub ending: Ending,
    /// [`Opening::commitment`] to the program's outcome.
    pub output: Digest,
    /// Where it ran; none in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceKind>,
    /// The party's DID over [`Statement::form`], in [`Statement::domain`].
    pub signature: Signature,
}

/// What opens a commitment to a program's outcome: what it printed to standard output, but for the lines that a
/// runtime logs there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Fresh randomness, so that a small secret cannot be guessed from the commitment.
    #[serde(with = "readable")]
    pub salt: [u8; 32],
    /// SHA-256 of the outcome.
    pub sha256: Digest,
    /// Its length in bytes.
    pub length: u64,
}

/// A party has seen all statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// Who has seen them.
    pub party: PartyIndex,
    /// The party's DID over [`conclusion_form`].
    pub signature: Signature,
}

impl Opening {
    /// What stands for the outcome in a statement.
    pub fn commitment(&self) -> Digest {
        let Self {
            salt,
            sha256,
            length,
        } = self;
        let salt = serde_bytes::Bytes::new(salt);
        Digest(canonical::digest(OUTPUT, &(salt, sha256, length)))
    }
}

impl Statement {
    /// The statement of the party with these keys.
    pub fn sign(
        keys: &PartyKeys,
        party: PartyIndex,
        agreement: Digest,
        ending: Ending,
        output: Digest,
        place: PlaceKind,
    ) -> Self {
        let form = Form::Placed(
            party,
            agreement,
            ending_form(&ending),
            output,
            place.as_str(),
        );
        let signature = keys.sign(OUTCOME, &form);
        Self {
            party,
            agreement,
            ending,
            output,
            place: Some(place),
            signature,
        }
    }

    /// What is signed: party, agreement, ending, output, and the place where one is stated.
    pub fn form(&self) -> impl Serialize + '_ {
        let ending = ending_form(&self.ending);
        match self.place {
            Some(place) => Form::Placed(
                self.party,
                self.agreement,
                ending,
                self.output,
                place.as_str(),
            ),
            None => Form::WithoutPlace(self.party, self.agreement, ending, self.output),
        }
    }

    /// In which domain.
    pub fn domain(&self) -> &'static str {
        match self.place {
            Some(_) => OUTCOME,
            None => OUTCOME_WITHOUT_PLACE,
        }
    }
}

impl Conclusion {
    /// The conclusion of the party with these keys.
    pub fn sign(
        keys: &PartyKeys,
        party: PartyIndex,
        agreement: Digest,
        statements: &[Statement],
    ) -> Self {
        let signature = keys.sign(CONCLUSION, &conclusion_form(party, agreement, statements));
        Self { party, signature }
    }
}

/// What a conclusion signs: the party, the agreement, and the digest of all statements with their signatures.
pub fn conclusion_form(
    party: PartyIndex,
    agreement: Digest,
    statements: &[Statement],
) -> impl Serialize {
    let all: Vec<_> = statements
        .iter()
        .map(|statement| (statement.form(), statement.signature))
        .collect();
    let digest = Digest(canonical::digest(STATEMENTS, &all));
    (party, agreement, digest)
}

/// What a statement signs.
#[derive(Serialize)]
#[serde(untagged)]
enum Form<'a> {
    Placed(PartyIndex, Digest, EndingForm<'a>, Digest, &'static str),
    WithoutPlace(PartyIndex, Digest, EndingForm<'a>, Digest),
}

/// A word, the code or signal where there is one, and the reason where there is one.
type EndingForm<'a> = (&'static str, &'a [i32], &'a [String]);

fn ending_form(ending: &Ending) -> EndingForm<'_> {
    use std::slice::from_ref;
    match ending {
        Ending::Exited(code) => ("exited", from_ref(code), &[]),
        Ending::Signalled(signal) => ("signalled", from_ref(signal), &[]),
        Ending::TimedOut => ("timed-out", &[], &[]),
        Ending::Cancelled => ("cancelled", &[], &[]),
        Ending::NotStarted(why) => ("not-started", &[], from_ref(why)),
        Ending::Severed(why) => ("severed", &[], from_ref(why)),
    }
}
