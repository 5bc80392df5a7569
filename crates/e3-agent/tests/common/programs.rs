//! What agents are given to run.

use std::sync::OnceLock;

use e3_program::python::{self, PythonEnv};
use e3_session::types::{FileEntry, Interpreter, Kind, Manifest, Ports, Program};

use super::{PORT, digest};

/// A program of one file, `main.py`.
pub(crate) fn program(script: &str, parties: usize, timeout_s: u64) -> Program {
    Program {
        kind: Kind::Mpyc {
            threshold: u16::try_from((parties - 1) / 2).unwrap(),
            interpreter: interpreter(),
        },
        entry: "main.py".to_owned(),
        arguments: Vec::new(),
        ports: Ports::one(PORT),
        timeout_s,
        manifest: Manifest {
            files: vec![FileEntry {
                path: "main.py".to_owned(),
                sha256: digest(script.as_bytes()),
                size: script.len() as u64,
                executable: false,
            }],
        },
    }
}

/// E³'s own environment, made on first use.
pub(super) fn interpreter() -> Interpreter {
    static MADE: OnceLock<Interpreter> = OnceLock::new();
    let make = || {
        let cache = python::cache_folder().unwrap();
        PythonEnv::ensure(&cache, &mut |_| {}).unwrap().interpreter
    };
    MADE.get_or_init(make).clone()
}
