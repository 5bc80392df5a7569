//! What one run is, agreed by all parties before anything runs.

use std::collections::BTreeMap;

use e3_identity::{PartyKeys, Signature, canonical};
use serde::{Deserialize, Serialize};

use super::{Dial, Digest, Nonce, PartyIndex, Ports, RunId, SessionId};

/// Domain of an agreement's hash and signatures.
pub const AGREEMENT: &str = "e3/agreement/3";

/// What must be the same for all parties. Each agent computes its own from what it has itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The session.
    pub session: SessionId,
    /// The run in that session.
    pub run: RunId,
    /// Hash of the roster that this agent admitted.
    pub roster: Digest,
    /// The roster's epoch.
    pub epoch: u32,
    /// The overlay that this agent has joined.
    pub overlay: String,
    /// The overlay's mode, such as `plain`.
    pub mode: String,
    /// The identity policy by which introductions were believed.
    pub identity: String,
    /// Services that the overlay uses.
    pub services: Vec<String>,
    /// The kind of program, such as `mpyc`.
    pub kind: String,
    /// Hash of the program's files, as found on this agent's host.
    pub program: Digest,
    /// What is started: a file, a command or a probe.
    pub entry: String,
    /// What runs it on this agent's host: `mpyc 0.11`, or a program of the host with its digest.
    pub runtime: String,
    /// Number of parties, m.
    pub parties: u16,
    /// Threshold, t, of a kind of program that E³ gives one.
    pub threshold: Option<u16>,
    /// The program's arguments; a command's are templates.
    pub arguments: Vec<String>,
    /// Variables of a command's environment, with the templates of their values.
    pub environment: Vec<(String, String)>,
    /// Where a command finds its party's private input: a template.
    pub input_as: Option<String>,
    /// Which parties dial which.
    pub dial: Dial,
    /// The ports that they listen on.
    pub ports: Ports,
}

/// What is told but need not be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Informed {
    /// Version of the language that runs the program, such as `Python 3.11.7`.
    pub language: String,
}

/// One party's terms with its nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose offer this is.
    pub party: PartyIndex,
    /// What this party found.
    pub terms: Terms,
    /// This party's fresh randomness.
    pub nonce: Nonce,
    /// What is told but need not be the same.
    pub informed: Informed,
}

/// The terms of all parties, found equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The common terms.
    pub terms: Terms,
    /// Every party's nonce, in the order of indices.
    pub nonces: Vec<Nonce>,
    /// Every party's signature over [`Agreement::form`], in the order of indices; none until all have signed.
    pub signatures: Vec<Signature>,
}

/// A term in which parties differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The term's name, as in [`Terms`].
    pub term: String,
    /// Each value found, with the parties that have it.
    pub values: BTreeMap<String, Vec<PartyIndex>>,
}

impl Agreement {
    /// The hash that stands for this agreement; signatures are not part of it.
    pub fn hash(&self) -> Digest {
        Digest(canonical::digest(AGREEMENT, &self.form()))
    }

    /// What is hashed and signed: the terms, then every party's nonce.
    pub fn form(&self) -> impl Serialize + '_ {
        (self.terms.form(), &self.nonces)
    }

    /// The signature of the party with these keys.
    pub fn sign(&self, keys: &PartyKeys) -> Signature {
        keys.sign(AGREEMENT, &self.form())
    }
}

impl Terms {
    /// What is hashed: every field, in the order of the type. What may be absent is a list of none or one.
    pub fn form(&self) -> impl Serialize + '_ {
        let Self {
            session,
            run,
            roster,
            epoch,
            overlay,
            mode,
            identity,
            services,
            kind,
            program,
            entry,
            runtime,
            parties,
            threshold,
            arguments,
            environment,
            input_as,
            dial,
            ports: Ports { base, layout },
        } = self;
        (
            (session, run, roster, epoch),
            (overlay, mode, identity, services),
            (kind, program, entry, runtime),
            (parties, threshold.as_slice(), arguments),
            (environment, input_as.as_slice()),
            (dial.as_str(), base, layout.as_str()),
        )
    }
}
