//! What a controller asks.

use std::{collections::BTreeMap, net::IpAddr};

use e3_identity::{Endorsement, Policy, Signature};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::types::{
    Admission, Contact, Dial, Digest, InputSource, Nonce, Offer, Options, OutputPolicy, PartyIndex,
    Ports, Program, Roster, RunId, ServiceFacts, SessionId, Statement, Subnet,
};

/// What a controller asks of an agent, in the order of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Opens the conversation. Answer: `Greeting`.
    Hello {
        /// The controller's protocol version.
        protocol: u16,
        /// The session that begins.
        session: SessionId,
        /// The name under which this host takes part.
        name: String,
        /// The folder on the host in which the agent may keep files (mode 0700, made if missing).
        folder: String,
    },
    /// Starts a service on this host, which may be no party's. Answer: `Serving`. It ends with the conversation.
    Serve(Serve),
    /// Tells the services that this agent has started who the parties are: until then they serve nobody, and whoever is no
    /// party any more is served no longer. To be told again after each `Serve`. Answer: `Stored`.
    Members {
        /// What the roster's introductions tell of the parties' places in the overlay that the services are for, such as
        /// public keys.
        keys: Vec<ByteBuf>,
    },
    /// Asks how the services are that this agent has started. Answer: `Health`.
    Health,
    /// Names the overlay and identity policy, and tells the facts of services. Answer: `Prepared`.
    Prepare(Settings),
    /// Asks for the party's introduction. Answer: `Introduced`.
    Introduce {
        /// For how many seconds it is to hold.
        lifetime_s: u64,
        /// The folder on the host whose identity the party uses; none: one of its own in the agent's folder, made at
        /// first use, which ends with the session.
        identity: Option<String>,
        /// The virtual addresses that the roster will give it, one in each network.
        addresses: Vec<IpAddr>,
        /// The networks of these addresses; none where the overlay connects the hosts' own.
        network: Vec<Subnet>,
    },
    /// Hands over the endorsement of the introduction. Answer: `Endorsed`. May come again between runs: the roster
    /// that follows must hold the last one.
    Endorse {
        /// Why others should believe this party's introduction.
        endorsement: Endorsement,
    },
    /// Proposes a roster. Answer: `Admitted`.
    Admit {
        /// The roster, which must hold this agent's own introduction and endorsement unchanged.
        roster: Roster,
    },
    /// Shows every party's admission. The agent verifies them itself. Answer: `Revealed`.
    Reveal {
        /// All admissions, in the order of indices.
        admissions: Vec<Admission>,
    },
    /// Shows every party's nonce. The agent holds each against its commitment. Answer: `Compared`.
    Compare {
        /// All nonces, in the order of indices.
        nonces: Vec<Nonce>,
    },
    /// Joins the overlay. Answer: `Connected`.
    Connect {
        /// Where the parties can be reached.
        contacts: Vec<Contact>,
        /// Which connections a program will need.
        dial: Dial,
        /// The ports that programs will listen on.
        ports: Ports,
        /// Milliseconds after which unreachable peers are reported as such.
        timeout_ms: u64,
    },
    /// Names the files of the next program and this party's private input. Answer: `Missing`.
    Stage {
        /// The run that is prepared.
        run: RunId,
        /// What will run.
        program: Program,
        /// This party's private input.
        input: InputSource,
        /// What happens to this party's output.
        output: OutputPolicy,
    },
    /// Sends a piece of a file. Answer: `Stored`.
    Blob(SendBlob),
    /// Asks what this agent would run. Answer: `Offered`.
    Agree {
        /// The run.
        run: RunId,
    },
    /// Shows every party's offer. The agent compares them itself. Answer: `Confirmed`.
    Confirm {
        /// All offers, in the order of indices.
        offers: Vec<Offer>,
    },
    /// Starts the program that was agreed. The agent verifies all signatures first. Answers: `Output` and `Progress`,
    /// then `Ended`.
    Run {
        /// Hash of the agreement that this agent confirmed.
        agreement: Digest,
        /// Every party's signature over it, in the order of indices.
        signatures: Vec<Signature>,
    },
    /// Shows the statements of all parties that have made one. The agent verifies them itself. Answer: `Concluded`.
    Conclude {
        /// The statements, in the order of indices.
        statements: Vec<Statement>,
    },
    /// Stops the running program: first politely, then not. Answer: `Stopping`; the run itself answers `Ended`.
    Stop {
        /// Milliseconds between the polite signal and the other.
        grace_ms: u64,
        /// Why, for whoever owns the host: which party failed, and how.
        because: String,
    },
    /// Runs a command on the host. Answers: `Output`, then `Ended`.
    Exec {
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// Writes to the standard input of a command, or ends it by an empty piece. Answer: `Stored`.
    Feed {
        /// The `Exec` request's number.
        to: u32,
        /// The bytes.
        data: ByteBuf,
    },
    /// Ends a command started by `Exec`. Answer: `Stopping`.
    Kill {
        /// The `Exec` request's number.
        exec: u32,
    },
    /// Measures the link to a peer over the overlay. Answer: `Pinged`.
    Ping {
        /// The peer.
        peer: PartyIndex,
    },
    /// Asks for the state of all links. Answer: `Links`.
    Links,
    /// Asks how the host is attached to the network: the services that were named in *prepare* are asked. Takes some
    /// seconds. Answer: `Examined`.
    Examine {
        /// When the controller asks, by its own clock: T1 of RFC 5905, section 8, in the timestamp format of section 6.
        asked: u64,
        /// Where reflectors of other parties answer meanwhile, by names to show; see `Reflect`.
        reflectors: BTreeMap<String, String>,
    },
    /// Lets the agent answer other parties' questions of how they are seen, at its host's own addresses. Answer:
    /// `Reflecting`.
    Reflect {
        /// For so many milliseconds, two minutes at most.
        for_ms: u64,
    },
    /// Delivers a message that another agent sealed. Answer: `Stored`.
    Deliver {
        /// Who sealed it.
        from: PartyIndex,
        /// The sealed bytes.
        sealed: ByteBuf,
    },
    /// Tells whoever owns the host something, such as which party's agent has died. Answer: `Stored`.
    Tell {
        /// The text.
        text: String,
    },
    /// Ends the session: stops what runs, leaves the overlay, removes what the agent made. Answer: `Left`.
    Leave,
}

/// How a session is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The overlay's name.
    pub overlay: String,
    /// What the environment says of it beyond its name.
    pub options: Options,
    /// How introductions are believed.
    pub policy: Policy,
    /// Services that the overlay uses, with their facts.
    pub services: Vec<ServiceFacts>,
}

/// What service to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serve {
    /// The overlay that it is for, which knows what to start.
    pub overlay: String,
    /// What the environment says of that overlay.
    pub options: Options,
    /// The service as it is declared, with its host's addresses and its ports. What it told when it ran before in this
    /// session is what it has to tell again.
    pub service: ServiceFacts,
}

/// A piece of a file; pieces of one file arrive in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendBlob {
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// Where this piece begins.
    pub offset: u64,
    /// The piece, at most 256 KiB.
    pub data: ByteBuf,
    /// Whether it is the last one.
    pub last: bool,
}
