//! Runs real programs of three parties on 127.0.0.1, from collecting their files to reading their lines.

// A helper's panic is its test's failure. Each test file uses its own part of the helpers.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod invented;

use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use e3_program::{
    files::{self, Collection},
    mpyc::{self, Events},
    python::{self, PythonEnv},
    stage::{Staged, Staging},
};
use e3_session::{
    message::SendBlob,
    types::{
        DialTable, Digest, InputSource, Kind, PartyIndex, Ports, Program, ProgramEvent, Reach,
        RunId,
    },
};
use serde_bytes::ByteBuf;
use sha2::{Digest as _, Sha256};

/// What a party's program did.
pub(crate) struct Party {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    pub(crate) errors: String,
    pub(crate) events: Vec<ProgramEvent>,
    pub(crate) elapsed: Duration,
}

impl Party {
    /// Its own output, line by line.
    pub(crate) fn outcome(&self) -> Vec<String> {
        mpyc::outcome(&self.printed)
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// What stands behind this word at the beginning of a line.
    pub(crate) fn said(&self, word: &str) -> Option<String> {
        let outcome = self.outcome();
        let found = outcome.iter().find_map(|line| line.strip_prefix(word))?;
        Some(found.trim().to_owned())
    }

    /// Whether it ran to its end, its runtime included.
    pub(crate) fn succeeded(&self) -> bool {
        let begun = self
            .events
            .starts_with(&[ProgramEvent::Started, ProgramEvent::Connected]);
        let ended = matches!(self.events.last(), Some(ProgramEvent::Stopped { bytes_sent, .. }) if *bytes_sent > 0);
        begun && ended && self.code == Some(0)
    }
}

/// E³'s own environment, made on first use.
pub(crate) fn python() -> &'static PythonEnv {
    static MADE: OnceLock<PythonEnv> = OnceLock::new();
    MADE.get_or_init(|| {
        let cache = python::cache_folder().unwrap();
        PythonEnv::ensure(&cache, &mut |step| eprintln!("{step:?}")).unwrap()
    })
}

/// A path in this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs a program with as many parties as there are inputs.
pub(crate) fn run(program: &Path, arguments: &[&str], inputs: &[Option<PathBuf>]) -> Vec<Party> {
    let collection = files::collect(program, None, &[]).unwrap();
    let home = tempfile::tempdir().unwrap();
    let parties = u16::try_from(inputs.len()).unwrap();
    let program = Program {
        kind: Kind::Mpyc {
            threshold: (parties - 1) / 2,
            interpreter: python().interpreter.clone(),
        },
        entry: collection.entry.as_ref().unwrap().to_string(),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        ports: Ports::one(0),
        timeout_s: 900,
        manifest: collection.manifest.clone(),
    };
    let table = dial_table(parties);

    let staged: Vec<_> = (0..)
        .zip(inputs)
        .map(|(party, input)| {
            stage(
                &home.path().join(format!("party{party}")),
                &collection,
                input.as_deref(),
            )
        })
        .collect();
    let running: Vec<_> = (0..)
        .zip(&staged)
        .map(|(party, staged)| {
            let table = DialTable {
                me: PartyIndex(party),
                ..table.clone()
            };
            start(&program, &table, staged)
        })
        .collect();
    running
        .into_iter()
        .map(|party| party.join().unwrap())
        .collect()
}

/// Sends everything to one party's folder, as a controller does.
fn stage(folder: &Path, collection: &Collection, input: Option<&Path>) -> Staged {
    let content = input.map(|path| fs::read(path).unwrap());
    let source = match (input, &content) {
        (Some(path), Some(content)) => InputSource::Sent {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            sha256: Digest(Sha256::digest(content).into()),
            size: content.len() as u64,
        },
        _ => InputSource::None,
    };
    let mut staging = Staging::open(folder).unwrap();
    for missing in staging
        .begin(RunId(0), &collection.manifest, &source)
        .unwrap()
    {
        let file = collection
            .manifest
            .files
            .iter()
            .find(|file| file.sha256 == missing);
        let data = file.map_or_else(
            || content.clone().unwrap(),
            |file| fs::read(collection.source(file)).unwrap(),
        );
        let blob = SendBlob {
            sha256: missing,
            offset: 0,
            data: ByteBuf::from(data),
            last: true,
        };
        staging.receive(&blob).unwrap();
    }
    staging.finish().unwrap()
}

/// Ports of 127.0.0.1 that were free a moment ago.
fn dial_table(parties: u16) -> DialTable {
    let listeners: Vec<_> = (0..parties)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
        .collect();
    let parties = listeners.iter().zip(0..).map(|(listener, party)| Reach {
        party: PartyIndex(party),
        name: format!("host{party}"),
        address: Ipv4Addr::LOCALHOST.into(),
        port: listener.local_addr().unwrap().port(),
    });
    DialTable {
        me: PartyIndex(0),
        parties: parties.collect(),
    }
}

fn start(program: &Program, table: &DialTable, staged: &Staged) -> thread::JoinHandle<Party> {
    let line = mpyc::command_line(
        (&python().python, &[]),
        program,
        table,
        staged.folder(),
        staged.input(),
        std::env::vars_os(),
    )
    .unwrap();
    let mut child = Command::new(&line.program)
        .args(&line.arguments)
        .current_dir(&line.folder)
        .env_clear()
        .envs(line.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let limit = Duration::from_secs(program.timeout_s);
    let printed = read_aside(child.stdout.take().unwrap());
    let errors = read_aside(child.stderr.take().unwrap());
    thread::spawn(move || {
        let code = wait(&mut child, begun + limit);
        let elapsed = begun.elapsed();
        let (printed, errors) = (printed.join().unwrap(), errors.join().unwrap());
        let events = Events::default().push(printed.as_bytes());
        Party {
            code,
            printed,
            errors,
            events,
            elapsed,
        }
    })
}

/// Reads a pipe in a thread of its own, so that a full one never holds up the program.
fn read_aside(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

/// The exit code; `None` if the program had to be stopped.
fn wait(child: &mut Child, deadline: Instant) -> Option<i32> {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// What a party alone says about its input, which it must find out before it meets the others.
pub(crate) fn complaint(program: &str, input: Option<PathBuf>, arguments: &[&str]) -> String {
    let party = run(&repository(program), arguments, &[input]).remove(0);
    assert_eq!(party.code, Some(1), "{}", party.errors);
    assert!(party.events.is_empty(), "{}", party.printed);
    party.errors
}

/// Runs an environment's `generate.py` and holds what it makes against what is kept beside it.
pub(crate) fn made_again(environment: &str, kept: &[&str]) {
    let inputs = repository(&format!("environments/{environment}/inputs"));
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("generate.py");
    fs::copy(inputs.join("generate.py"), &script).unwrap();
    let status = Command::new(&python().python)
        .arg(&script)
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    for name in kept {
        let made = fs::read(folder.path().join(name)).unwrap();
        assert_eq!(fs::read(inputs.join(name)).unwrap(), made, "{name}");
    }
}

/// A temporary file with this content.
pub(crate) fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}
