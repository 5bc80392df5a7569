//! The record of a run: result.json, and what `e3 run --json` prints.

use std::collections::BTreeMap;

use e3_session::types::{Ending, Path, PlaceKind};
use serde::{Deserialize, Serialize};

use super::{PlayedRecord, ProbeRecord, Step, WatchedRecord};

/// Seconds; rounded to microseconds where it is made, so that records are readable.
pub type Seconds = f64;

/// A run, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// `e3/run/1`.
    pub schema: String,
    /// The environment's name.
    pub environment: String,
    /// The run's number in its session.
    pub run: u32,
    /// The session, in hexadecimal.
    pub session: String,
    /// Wall-clock start of the command, RFC 3339.
    pub time: String,
    /// The overlay.
    pub overlay: String,
    /// The overlay's mode.
    pub mode: String,
    /// The identity policy.
    pub identity: String,
    /// The seed, if one was given.
    pub seed: Option<u64>,
    /// The program's kind.
    pub kind: String,
    /// What was started: the program's file, a command, or a probe.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The threshold, of a kind of program that has one.
    pub threshold: Option<u16>,
    /// Of the programs: first start to last exit.
    pub elapsed_s: Seconds,
    /// What the programs' runtime itself reports; the greatest.
    pub mpc_elapsed_s: Option<Seconds>,
    /// From the command's beginning to the first start.
    pub setup_s: Seconds,
    /// From the command's beginning to its end; told by the command.
    pub total_s: Option<Seconds>,
    /// Where the time beyond `elapsed_s` goes.
    pub steps: BTreeMap<Step, Seconds>,
    /// One a party, in the order of indices.
    pub parties: Vec<PartyRecord>,
    /// One a pair.
    pub links: Vec<LinkRecord>,
    /// What came out.
    pub outcome: OutcomeRecord,
    /// What a probe has found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<ProbeRecord>,
    /// What was agreed.
    pub agreement: Option<AgreementRecord>,
    /// What `--insecure` allowed, if it was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insecure: Option<InsecureRecord>,
    /// What the lab found when it measured itself.
    pub check: Option<CheckRecord>,
    /// Whether the times above are the network's and the programs' own, and not the machine's doing.
    pub trusted: bool,
    /// Why they are not.
    pub distrust: Vec<String>,
    /// What was seen of router and machine while the programs ran; none where the hosts stand in no lab.
    pub watched: Option<WatchedRecord>,
    /// What a scenario has done meanwhile.
    pub scenario: Vec<PlayedRecord>,
    /// What went wrong, if something did.
    pub failure: Option<Failure>,
    /// Everything that a person was warned of.
    pub warnings: Vec<String>,
    /// Where all this was measured.
    pub machine: Machine,
    /// Versions, by program.
    pub versions: BTreeMap<String, String>,
}

/// One party of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartyRecord {
    /// Its index.
    pub index: u16,
    /// Its host's name.
    pub host: String,
    /// The region that the host is in.
    pub region: String,
    /// The NAT in front of it.
    pub nat: String,
    /// Its DID.
    pub did: String,
    /// Where its program ran; older records do not tell.
    #[serde(default)]
    pub place: Option<PlaceKind>,
    /// The exit code, where the program exited by itself.
    pub exit: Option<i32>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// From its start to its end.
    pub elapsed_s: Option<Seconds>,
    /// What its runtime reports.
    pub mpc_elapsed_s: Option<Seconds>,
    /// Bytes that its runtime says it sent.
    pub bytes_sent: Option<u64>,
    /// Processor time.
    pub cpu_s: Option<Seconds>,
    /// Greatest resident memory in bytes.
    pub peak_memory: Option<u64>,
    /// Processor time of its agent meanwhile, what the overlay does in it included.
    pub agent_cpu_s: Option<Seconds>,
    /// Greatest resident memory of its agent so far, in bytes.
    pub agent_memory: Option<u64>,
    /// Where its output was left, if it was to stay on the host.
    pub kept: Option<String>,
}

/// One pair of parties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Host of the party with the smaller index.
    pub a: String,
    /// Host of the other.
    pub b: String,
    /// How they are connected.
    pub path: PathKind,
    /// The address that was dialled, the relay's name, or why nothing arrives.
    pub via: String,
    /// Round-trip time that the environment declares.
    pub rtt_expected_ms: Option<f64>,
    /// Round-trip time measured over the overlay.
    pub rtt_ms: Option<f64>,
    /// What carries it, such as `tls/tcp` or `quic`; none where the overlay does not tell.
    #[serde(default)]
    pub transport: Option<String>,
    /// Bytes of programs from `a` to `b`, in a run's record those of the run; none where the overlay carries none itself.
    #[serde(default)]
    pub bytes_there: Option<u64>,
    /// Bytes of programs from `b` to `a`.
    #[serde(default)]
    pub bytes_back: Option<u64>,
    /// How often it has gone on over another connection than before.
    #[serde(default)]
    pub resumptions: u32,
}

impl LinkRecord {
    /// Whether a pair is connected in the same way here as there, and has been since. One that is not connected goes as it
    /// did, although it was tried in more ways meanwhile.
    pub fn goes_as(&self, other: &Self) -> bool {
        let way = |link: &Self| {
            let connected = link.path != PathKind::Unreachable;
            (
                (link.a.clone(), link.b.clone()),
                (link.path, connected.then(|| link.via.clone())),
                (link.transport.clone(), link.resumptions),
            )
        };
        way(self) == way(other)
    }
}

/// How a pair is connected, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// From one host to the other.
    Direct,
    /// Through a relay.
    Relayed,
    /// Not at all.
    Unreachable,
}

impl OutcomeRecord {
    /// Bytes of an outcome that a record holds; the file beside it holds more.
    pub const MOST: usize = 1024 * 1024;
}

impl PathKind {
    /// The word, and the rest of what a path says.
    pub fn of(path: &Path) -> (Self, String) {
        match path {
            Path::Direct { address } => (Self::Direct, address.clone()),
            Path::Relayed { by } => (Self::Relayed, by.clone()),
            Path::Unreachable { reason } => (Self::Unreachable, reason.clone()),
        }
    }
}

/// What came out of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeRecord {
    /// All parties printed the same.
    Same(String),
    /// They printed different things; by host.
    Differs(BTreeMap<String, String>),
    /// Nothing was collected.
    None,
}

/// What a user has allowed although it protects nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsecureRecord {
    /// What the overlay does not promise, each with its reason.
    pub missing: Vec<String>,
    /// The hosts that speak over a real network all the same.
    pub hosts: Vec<String>,
}

/// What was agreed before anything ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementRecord {
    /// Hash of the agreement.
    pub hash: String,
    /// Hash of the roster.
    pub roster: String,
    /// Its epoch.
    pub epoch: u32,
    /// Hash of the program's files.
    pub program: String,
    /// Version of the program's runtime.
    pub runtime: String,
    /// The words that people may compare by voice: all who hold this roster have the same.
    #[serde(default)]
    pub words: String,
}

/// What the lab found when it measured itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Whether its figures can be trusted.
    pub trusted: bool,
    /// Why not, in words.
    pub verdict: String,
    /// The greatest deviation of a measured round trip from the declared one.
    pub worst_error_ms: f64,
    /// Pairs measured.
    pub pairs: usize,
    /// Of these, pairs in which no ping was answered.
    #[serde(default)]
    pub unanswered: usize,
    /// Pairs that there are: in a large lab more than were measured.
    #[serde(default)]
    pub pairs_in_all: usize,
    /// The machine's one-minute load at that time.
    pub load: f64,
}

/// What went wrong in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The party that failed first, if one did.
    pub party: Option<u16>,
    /// Its host.
    pub host: Option<String>,
    /// What happened.
    pub message: String,
    /// Its last lines.
    pub last_lines: Vec<String>,
    /// What to try.
    pub hint: Option<String>,
    /// The exit code that the command ends with.
    pub exit: u8,
}

/// The machine that a run was measured on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and kernel.
    pub kernel: String,
    /// Processor.
    pub processor: String,
    /// Number of processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory: u64,
}

impl std::fmt::Display for Failure {
    /// Which party failed, and how: `party 2 (sgp): its program exited with code 1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let (Some(party), Some(host)) = (self.party, &self.host) {
            write!(f, "party {party} ({host}): ")?;
        }
        f.write_str(&self.message)
    }
}
