//! What a command asks of a holder.

use std::path::PathBuf;

use e3_session::types::{Interpreter, Manifest};
use e3_spec::{Environment, Scenario};
use serde::{Deserialize, Serialize};

use super::LabAsk;
use crate::clock::Moment;

/// One question a connection; the answer is a stream of [`Event`](super::Event)s that ends with a final one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// What is up, and in which state; links are measured.
    Status,
    /// The same, without measuring anything: for who asks every second.
    Look,
    /// How every host is attached to the network.
    Examine,
    /// Run a program. Closing the connection cancels the run.
    Run(Box<RunAsk>),
    /// During a run, on the same connection: stop it.
    Cancel,
    /// Run a command on a host.
    Exec {
        /// The host's name.
        host: String,
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// During an exec, on the same connection: bytes for its standard input; none end it.
    Feed {
        /// The bytes.
        #[serde(with = "e3_identity::readable")]
        data: Vec<u8>,
    },
    /// Measure a link over the overlay.
    Ping {
        /// From this host.
        from: String,
        /// To that host.
        to: String,
    },
    /// Put parties out: the others forget them, and go on without them. A run that goes on is ended.
    Remove {
        /// Their hosts' names, or their indices.
        parties: Vec<String>,
    },
    /// Something of the network itself.
    Lab(LabAsk),
    /// End the environment.
    Down,
}

/// A run as a command asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunAsk {
    /// The environment with the program; its hosts must be those that are up.
    pub environment: Environment,
    /// The folder in which the program's files lie.
    pub source: PathBuf,
    /// The program's files.
    pub manifest: Manifest,
    /// What is started: a file of the folder, a command, or a probe.
    pub entry: String,
    /// The Python that it needs, if it needs one.
    pub interpreter: Option<Interpreter>,
    /// The parties' private inputs that the controller has, by host.
    pub inputs: Vec<Inputs>,
    /// What happens to the network meanwhile, from the moment that the programs start.
    pub scenario: Option<Scenario>,
    /// The folder that records the run.
    pub record: PathBuf,
    /// When the command began: where the set-up time counts from.
    pub began: Moment,
}

/// A private input that the controller sends to one host.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inputs {
    /// The host.
    pub host: String,
    /// The file, on the controller's side.
    pub file: PathBuf,
}
