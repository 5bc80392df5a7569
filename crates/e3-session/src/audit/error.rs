//! What can be wrong with the record of a run.

use e3_identity::Did;
use thiserror::Error;

use crate::{
    evidence::EvidenceError,
    types::{Digest, RosterError},
};

/// What is wrong with the record of a run. Every text names the file, and the party where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuditError {
    /// A file of another form than this program reads.
    #[error("{file} is of the form {found:?}, expected {expected:?}: use the `e3` that made it")]
    Schema {
        /// Which file.
        file: &'static str,
        /// The form that it names.
        found: String,
        /// The one that can be read.
        expected: &'static str,
    },
    /// The roster is none.
    #[error("roster.json: {0}")]
    Roster(#[from] RosterError),
    /// A hash that stands in a file is not that of what stands beside it.
    #[error(
        "{file} says that the hash of its {what} is {said}, and it is {is}: one of them was changed"
    )]
    Hash {
        /// Which file.
        file: &'static str,
        /// What is hashed.
        what: &'static str,
        /// The hash that stands there.
        said: Digest,
        /// The hash that it has.
        is: Digest,
    },
    /// A signature, a lifetime, an endorsement or a commitment does not hold.
    #[error("{file}: {source}")]
    Evidence {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        source: EvidenceError,
    },
    /// A party is not whom the auditor knows.
    #[error("party {name} is {found} in the record, and you know it as {known}")]
    OtherDid {
        /// The party.
        name: String,
        /// Its DID in the record.
        found: Did,
        /// The one that the auditor knows.
        known: Did,
    },
    /// The document that the record has for a DID lets other keys sign than the auditor knows.
    #[error(
        "roster.json: the document of {did} lets these keys sign: {found}; and you know {known} as its only one"
    )]
    OtherKey {
        /// Whose document.
        did: Did,
        /// The keys in the record.
        found: String,
        /// The one that the auditor knows.
        known: String,
    },
    /// The auditor knows a party that the roster has not.
    #[error("you know a party {name}, and none of that name has taken part: {parties}")]
    NoSuchParty {
        /// The name.
        name: String,
        /// Those that have.
        parties: String,
    },
    /// An introduction that was good at another time than the others, or than the run.
    #[error(
        "the introduction of party {name} was good from {not_before} to {not_after}, and the run was at {time} (Unix seconds)"
    )]
    Time {
        /// The party.
        name: String,
        /// From when on.
        not_before: u64,
        /// Until when.
        not_after: u64,
        /// When the run was.
        time: u64,
    },
    /// The words are not those of the roster and the nonces.
    #[error(
        "roster.json says that the parties were shown the words {said:?}, and those of its roster and nonces are {are:?}"
    )]
    Words {
        /// Those that stand there.
        said: String,
        /// Those that follow.
        are: String,
    },
    /// What was agreed is about another roster.
    #[error(
        "agreement.json is about another {what}: it names {found}, and roster.json has {expected}"
    )]
    OtherRoster {
        /// What differs.
        what: &'static str,
        /// What the agreement names.
        found: String,
        /// What the roster has.
        expected: String,
    },
    /// Parties were believed by another policy than was agreed.
    #[error(
        "party {name} is endorsed as {found:?}, and the policy that was agreed on is {expected:?}"
    )]
    OtherPolicy {
        /// The party.
        name: String,
        /// Its endorsement.
        found: String,
        /// What was agreed.
        expected: String,
    },
    /// The auditor knows another authority.
    #[error("the parties are certified by {found}, and you know the authority as {known}")]
    OtherAuthority {
        /// Who certifies in the record.
        found: Did,
        /// Whom the auditor knows.
        known: Did,
    },
    /// A party's offer is not what was agreed, or not its own.
    #[error("agreement.json: the offer of party {name} has another {what} than the agreement")]
    Offer {
        /// The party.
        name: String,
        /// What differs.
        what: &'static str,
    },
    /// The program is another.
    #[error(
        "the files at hand have the digest {found}, and the parties agreed on the program {agreed}"
    )]
    OtherProgram {
        /// Of the files that the auditor has.
        found: Digest,
        /// What was agreed.
        agreed: Digest,
    },
    /// The outcome is that of another run.
    #[error(
        "outcome.json is about agreement {found}, and agreement.json is {expected}: another run's"
    )]
    OtherRun {
        /// The agreement that the outcome names.
        found: Digest,
        /// The one that is kept beside it.
        expected: Digest,
    },
    /// Nobody says why a party has not signed.
    #[error("outcome.json: party {name} has made no {what}, and nothing says why")]
    Missing {
        /// The party.
        name: String,
        /// What is not there: `statement` or `conclusion`.
        what: &'static str,
    },
    /// Somebody is excused although it has signed.
    #[error("outcome.json says that party {name} could not sign, and it has signed everything")]
    NotMissing {
        /// The party.
        name: String,
    },
    /// Something is kept for a party that has not signed what it belongs to.
    #[error("outcome.json has {what} of party {name}, which has made no statement")]
    Nobodys {
        /// What is kept.
        what: &'static str,
        /// The party, or its index where there is none.
        name: String,
    },
    /// A party has concluded more than once.
    #[error("outcome.json has more than one conclusion of party {name}")]
    Twice {
        /// The party.
        name: String,
    },
    /// An outcome is kept, and what would show that its party has signed it is not.
    #[error(
        "party-{party}.out has {length} bytes, and nothing in outcome.json opens what party {name} has signed: the opening was taken out, or the outcome put in"
    )]
    Unopened {
        /// The party's index.
        party: u16,
        /// Its name.
        name: String,
        /// Bytes of the file.
        length: u64,
    },
    /// An outcome of a party that the roster has not.
    #[error("{file} is the outcome of no party: the roster has {parties}")]
    Stray {
        /// The file's name.
        file: String,
        /// How many parties there are.
        parties: usize,
    },
    /// An outcome is not the one that its party has signed.
    #[error("party-{party}.out is not what party {name} has signed: {what}")]
    Output {
        /// The party's index.
        party: u16,
        /// Its name.
        name: String,
        /// How it differs.
        what: String,
    },
    /// An outcome that should be kept is not.
    #[error(
        "party-{party}.out, the outcome of party {name}, is not in the folder, and what it signed can be opened"
    )]
    NoOutput {
        /// The party's index.
        party: u16,
        /// Its name.
        name: String,
    },
    /// The record tells of another outcome than the files hold.
    #[error("result.json tells of another outcome than party-N.out hold")]
    ToldOutcome,
    /// The record tells something else than what was signed.
    #[error("result.json says of {what} {said}, and what was signed says {signed}")]
    Told {
        /// Of what.
        what: String,
        /// What it says.
        said: String,
        /// What is signed.
        signed: String,
    },
}
