//! A controller for tests, and parties that it drives over pipes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a helper's panic is its test's failure, and each test file uses its own part of the helpers"
)]

mod programs;
pub(crate) mod twisted;

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use e3_agent::{Farewell, Kit, serve};
use e3_identity::{Endorsement, Introduction, Policy};
use e3_overlay::Registry;
use e3_session::{
    agreement,
    controller::{ControllerMachine, Heard},
    frame::{Decoder, encode},
    message::{PROTOCOL, Reply, Request, SendBlob, Settings, Stream, ToController},
    types::{
        Admission, Agreement, Contact, Dial, Digest, End, Ending, InputSource, LinkReport, Nonce,
        Offer, Opening, Options, Outcome, OutputPolicy, PartyIndex, Ports, Program, ProgramEvent,
        Roster, RosterEntry, RunId, SessionId, Statement,
    },
};
use serde_bytes::ByteBuf;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::JoinHandle,
    time::timeout,
};

use programs::interpreter;
pub(crate) use programs::program;

/// No step of a test takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The port of every program.
pub(crate) const PORT: u16 = 18_800;

pub(crate) const SESSION: SessionId = SessionId([3; 16]);

/// A Python script that leaves behind a grandchild in a session of its own, which holds the output open, and a child with
/// an environment of its own; it prints their process ids.
pub(crate) const DETACHING: &str = r#"
import os, subprocess, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, f"daemon {os.getpid()}\n".encode())
        time.sleep(1000)
    os._exit(0)
other = subprocess.Popen(["sleep", "1000"], env={}, start_new_session=True)
os.write(1, f"other {other.pid}\n".encode())
time.sleep(0.3)
"#;

/// A party's agent as its controller sees it.
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) address: IpAddr,
    to: DuplexStream,
    from: DuplexStream,
    machine: ControllerMachine,
    decoder: Decoder<ToController>,
    /// What was heard while something else was awaited.
    heard: VecDeque<Heard>,
    pub(crate) agent: JoinHandle<Farewell>,
    home: TempDir,
}

/// What one run has shown.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) outcome: Outcome,
    /// Of a run, not of a command.
    pub(crate) statement: Option<Statement>,
    pub(crate) opening: Option<Opening>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) events: Vec<ProgramEvent>,
}

/// A party's part of a run.
pub(crate) struct Part<'a> {
    pub(crate) input: Option<(&'a str, &'a str)>,
    pub(crate) output: OutputPolicy,
}

impl Part<'_> {
    pub(crate) const PLAIN: Self = Part {
        input: None,
        output: OutputPolicy::Collect,
    };
}

impl Party {
    /// An agent with these overlays, or with all that it is given.
    pub(crate) fn start(name: &str, kit: impl Into<Kit>) -> Self {
        Self::start_in(name, kit, tempfile::tempdir().unwrap())
    }

    /// The same on a host on which another has been: in a folder that may hold something.
    pub(crate) fn start_in(name: &str, kit: impl Into<Kit>, home: TempDir) -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        // Before any agent of this process, which would take what makes the environment for a program's orphans.
        interpreter();
        let (to, input) = duplex(64 * 1024);
        let (output, from) = duplex(64 * 1024);
        let kit = kit.into();
        let folder = home.path().join("agent");
        // Each party has a loopback address of its own, as a host would.
        let address = Ipv4Addr::new(127, 0, 1, NEXT.fetch_add(1, Ordering::Relaxed));
        Self {
            name: name.to_owned(),
            folder,
            address: address.into(),
            to,
            from,
            machine: ControllerMachine::new(),
            decoder: Decoder::new(),
            heard: VecDeque::new(),
            agent: tokio::spawn(serve(input, output, kit)),
            home,
        }
    }

    /// Writes bytes that are no request.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.to.write_all(bytes).await.unwrap();
    }

    /// Sends a request, and gives its number.
    pub(crate) async fn ask(&mut self, request: Request) -> u32 {
        let message = self.machine.ask(request).unwrap();
        self.write(&encode(&message).unwrap()).await;
        message.id
    }

    /// The next thing that the agent says, as it travels.
    pub(crate) async fn next(&mut self) -> ToController {
        let next = async {
            let mut bytes = vec![0; 64 * 1024];
            loop {
                if let Some(message) = self.decoder.next() {
                    return message.unwrap();
                }
                let read = self.from.read(&mut bytes).await.unwrap();
                assert!(read > 0, "the agent has ended");
                self.decoder.push(&bytes[..read]);
            }
        };
        timeout(PATIENCE, next).await.expect("the agent is silent")
    }

    /// The next thing that the agent says and that was not taken yet.
    pub(crate) async fn hear(&mut self) -> Heard {
        if let Some(heard) = self.heard.pop_front() {
            return heard;
        }
        let message = self.next().await;
        self.machine.receive(message).unwrap()
    }

    /// The final reply to a request; what else is said stays to be heard.
    pub(crate) async fn finish(&mut self, id: u32) -> Reply {
        let mut other = VecDeque::new();
        let reply = loop {
            match self.hear().await {
                Heard::Final { re, reply, .. } if re == id => break reply,
                heard => other.push_back(heard),
            }
        };
        other.append(&mut self.heard);
        self.heard = other;
        reply
    }

    /// Asks, and awaits the final reply.
    pub(crate) async fn request(&mut self, request: Request) -> Reply {
        let id = self.ask(request).await;
        self.finish(id).await
    }

    /// *hello* and *prepare*, by a policy that accepts everybody.
    pub(crate) async fn greet(&mut self, overlay: &str) {
        self.greet_by(overlay, &first_use()).await;
    }

    /// *hello* and *prepare*.
    pub(crate) async fn greet_by(&mut self, overlay: &str, policy: &Policy) {
        self.greet_in(SESSION, overlay, policy).await;
    }

    /// *hello* and *prepare* of a session.
    pub(crate) async fn greet_in(&mut self, session: SessionId, overlay: &str, policy: &Policy) {
        let hello = Request::Hello {
            protocol: PROTOCOL,
            session,
            name: self.name.clone(),
            folder: self.folder.display().to_string(),
        };
        let reply = self.request(hello).await;
        assert!(matches!(reply, Reply::Greeting { .. }), "{reply:?}");
        let settings = Settings {
            overlay: overlay.to_owned(),
            options: Options::default(),
            policy: policy.clone(),
            services: Vec::new(),
        };
        assert_eq!(
            self.request(Request::Prepare(settings)).await,
            Reply::Prepared
        );
    }

    /// *introduce*: as whom the agent finds itself, or as the identity in a folder.
    pub(crate) async fn introduce(&mut self, identity: Option<&Path>) -> Introduction {
        let request = Request::Introduce {
            lifetime_s: 3600,
            identity: identity.map(|folder| folder.display().to_string()),
            addresses: Vec::new(),
            network: Vec::new(),
        };
        match self.request(request).await {
            Reply::Introduced { introduction } => introduction,
            reply => panic!("{reply:?}"),
        }
    }

    /// *endorse*: by nothing but a pin.
    pub(crate) async fn endorse(&mut self) {
        let endorsement = Endorsement::Pinned;
        assert_eq!(
            self.request(Request::Endorse { endorsement }).await,
            Reply::Endorsed
        );
    }

    /// Asks what is to be refused; gives the reason.
    pub(crate) async fn refuses(&mut self, request: Request) -> String {
        match self.request(request).await {
            Reply::Refused(refusal) => refusal.message,
            reply => panic!("{reply:?}"),
        }
    }

    /// Names a program and sends its files and this party's input.
    pub(crate) async fn stage(
        &mut self,
        run: u32,
        program: &Program,
        files: &[&[u8]],
        part: &Part<'_>,
    ) {
        let input = match part.input {
            None => InputSource::None,
            Some((name, content)) => InputSource::Sent {
                name: name.to_owned(),
                sha256: digest(content.as_bytes()),
                size: content.len() as u64,
            },
        };
        let stage = Request::Stage {
            run: RunId(run),
            program: program.clone(),
            input,
            output: part.output,
        };
        let reply = self.request(stage).await;
        let Reply::Missing { files: missing } = reply else {
            panic!("{reply:?}")
        };
        let contents = files
            .iter()
            .copied()
            .chain(part.input.map(|(_, content)| content.as_bytes()));
        for content in contents.filter(|content| missing.contains(&digest(content))) {
            let blob = SendBlob {
                sha256: digest(content),
                offset: 0,
                data: ByteBuf::from(content),
                last: true,
            };
            assert_eq!(self.request(Request::Blob(blob)).await, Reply::Stored);
        }
    }

    /// Everything until the end of a run.
    pub(crate) async fn watch(&mut self, run: u32) -> Shown {
        let (mut stdout, mut stderr, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let mut other = VecDeque::new();
        let end = loop {
            match self.hear().await {
                Heard::Part { re, reply, .. } if re == run => match reply {
                    Reply::Output { stream, data } => match stream {
                        Stream::Stdout => stdout.extend(data.into_vec()),
                        Stream::Stderr => stderr.extend(data.into_vec()),
                    },
                    Reply::Progress(event) => events.push(event),
                    reply => panic!("{reply:?}"),
                },
                Heard::Final { re, reply, .. } if re == run => match reply {
                    Reply::Ended(end) => break *end,
                    reply => panic!("{reply:?}"),
                },
                heard => other.push_back(heard),
            }
        };
        other.append(&mut self.heard);
        self.heard = other;
        let End {
            outcome,
            statement,
            opening,
        } = end;
        Shown {
            outcome,
            statement,
            opening,
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
            events,
        }
    }

    /// Asks it to leave, and makes sure that nothing is left but what was kept.
    pub(crate) async fn leave(mut self) {
        assert_eq!(self.request(Request::Leave).await, Reply::Left);
        assert_eq!(
            timeout(PATIENCE, self.agent).await.unwrap().unwrap(),
            Farewell::Left
        );
        assert_clean(&self.folder);
    }

    /// Kills the agent; gives its host.
    pub(crate) async fn kill(self) -> TempDir {
        self.agent.abort();
        assert!(self.agent.await.unwrap_err().is_cancelled());
        self.home
    }

    /// Vanishes as a controller that is killed.
    pub(crate) async fn vanish(self) -> (Farewell, TempDir) {
        drop((self.to, self.from));
        let farewell = timeout(PATIENCE, self.agent).await;
        (farewell.expect("the agent goes on").unwrap(), self.home)
    }
}

/// Whether nothing but kept output is in an agent's folder.
pub(crate) fn assert_clean(folder: &Path) {
    let left: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "kept")
        .collect();
    assert!(left.is_empty(), "{left:?} is left in the agent's folder");
}

/// Parties with a roster, connected by an overlay.
pub(crate) async fn connected(parties: u16, overlay: &str, registry: Registry) -> Vec<Party> {
    let mut all: Vec<Party> = (0..parties)
        .map(|party| Party::start(&format!("p{party}"), registry.clone()))
        .collect();
    admit(&mut all, overlay).await;
    for (links, _) in connect(&mut all).await {
        assert_eq!(links.len(), usize::from(parties) - 1, "{links:?}");
    }
    all
}

/// One party, connected with nobody.
pub(crate) async fn alone() -> Party {
    connected(1, "direct", Registry::builtin()).await.remove(0)
}

/// From *hello* to *admit*.
pub(crate) async fn admit(parties: &mut [Party], overlay: &str) -> Roster {
    let mut roster = Roster {
        session: SESSION,
        network: Vec::new(),
        epoch: 1,
        parties: Vec::new(),
    };
    for party in parties.iter_mut() {
        party.greet(overlay).await;
        roster.parties.push(entry(party, None).await);
    }
    compare(parties, &roster).await;
    roster
}

/// *introduce* and *endorse*: what belongs into the roster.
pub(crate) async fn entry(party: &mut Party, identity: Option<&Path>) -> RosterEntry {
    let introduction = party.introduce(identity).await;
    party.endorse().await;
    RosterEntry {
        name: party.name.clone(),
        addresses: Vec::new(),
        introduction,
        endorsement: Endorsement::Pinned,
    }
}

/// From *admit* to *compare*; gives the words that all have found.
pub(crate) async fn compare(parties: &mut [Party], roster: &Roster) -> String {
    let mut admissions: Vec<Admission> = Vec::new();
    for party in parties.iter_mut() {
        let roster = roster.clone();
        match party.request(Request::Admit { roster }).await {
            Reply::Admitted { admission, .. } => admissions.push(admission),
            reply => panic!("{reply:?}"),
        }
    }
    let mut nonces: Vec<Nonce> = Vec::new();
    for party in parties.iter_mut() {
        let admissions = admissions.clone();
        match party.request(Request::Reveal { admissions }).await {
            Reply::Revealed { nonce } => nonces.push(nonce),
            reply => panic!("{reply:?}"),
        }
    }
    let mut all = Vec::new();
    for party in parties.iter_mut() {
        let nonces = nonces.clone();
        match party.request(Request::Compare { nonces }).await {
            Reply::Compared { words } => all.push(words),
            reply => panic!("{reply:?}"),
        }
    }
    assert!(all.iter().all(|words| *words == all[0]), "{all:?}");
    all.remove(0)
}

/// The policy that accepts everybody at first sight.
pub(crate) fn first_use() -> Policy {
    Policy::Pinned {
        pins: BTreeMap::new(),
        first_use: true,
    }
}

/// *connect*, all at once: every party's links, and its own index.
pub(crate) async fn connect(parties: &mut [Party]) -> Vec<(Vec<LinkReport>, PartyIndex)> {
    let contacts: Vec<Contact> = (0..)
        .zip(parties.iter())
        .map(|(index, party)| Contact {
            party: PartyIndex(index),
            sequence: 1,
            addresses: vec![party.address],
        })
        .collect();
    let mut asked = Vec::new();
    for party in parties.iter_mut() {
        let connect = Request::Connect {
            contacts: contacts.clone(),
            dial: Dial::LowerToHigher,
            ports: Ports::one(PORT),
            timeout_ms: 5000,
        };
        asked.push(party.ask(connect).await);
    }
    let mut links = Vec::new();
    for (party, id) in parties.iter_mut().zip(asked) {
        match party.finish(id).await {
            Reply::Connected {
                dial, links: seen, ..
            } => links.push((seen, dial.me)),
            reply => panic!("{reply:?}"),
        }
    }
    links
}

/// Carries a program from *stage* to the beginning of its run; gives the run requests' numbers.
pub(crate) async fn begin(
    parties: &mut [Party],
    run: u32,
    program: &Program,
    files: &[&[u8]],
    parts: &[Part<'_>],
) -> Vec<u32> {
    let agreed = agree(parties, run, program, files, parts).await;
    let mut asked = Vec::new();
    for party in parties.iter_mut() {
        let request = Request::Run {
            agreement: agreed.hash(),
            signatures: agreed.signatures.clone(),
        };
        asked.push(party.ask(request).await);
    }
    asked
}

/// Carries a program from *stage* to the agreement that all have signed.
pub(crate) async fn agree(
    parties: &mut [Party],
    run: u32,
    program: &Program,
    files: &[&[u8]],
    parts: &[Part<'_>],
) -> Agreement {
    let mut offers: Vec<Offer> = Vec::new();
    for (party, part) in parties.iter_mut().zip(parts) {
        party.stage(run, program, files, part).await;
        match party.request(Request::Agree { run: RunId(run) }).await {
            Reply::Offered { offer } => offers.push(*offer),
            reply => panic!("{reply:?}"),
        }
    }
    let mut agreed = agreement::compare(&offers).unwrap();
    for party in parties.iter_mut() {
        let offers = offers.clone();
        match party.request(Request::Confirm { offers }).await {
            Reply::Confirmed { signature, .. } => agreed.signatures.push(signature),
            reply => panic!("{reply:?}"),
        }
    }
    agreed
}

/// Starts a script at one party; gives the run request's number.
pub(crate) async fn begin_script(party: &mut Party, run: u32, script: &str, timeout_s: u64) -> u32 {
    let parties = std::slice::from_mut(party);
    let program = program(script, parties.len(), timeout_s);
    begin(parties, run, &program, &[script.as_bytes()], &[Part::PLAIN]).await[0]
}

/// Runs a script at one party to its end.
pub(crate) async fn run_script(party: &mut Party, run: u32, script: &str) -> Shown {
    let id = begin_script(party, run, script, 20).await;
    party.watch(id).await
}

pub(crate) fn digest(content: &[u8]) -> Digest {
    Digest(Sha256::digest(content).into())
}

/// Waits until a process is gone.
pub(crate) async fn assert_gone(pid: u32) {
    let gone = async {
        while Path::new(&format!("/proc/{pid}")).exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let gone = timeout(Duration::from_secs(5), gone).await;
    assert!(gone.is_ok(), "process {pid} is left: {}", status(pid));
}

fn status(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default()
}

/// The number that a script has printed behind a word.
pub(crate) fn printed(shown: &str, word: &str) -> u32 {
    let behind = shown
        .split_once(word)
        .unwrap_or_else(|| panic!("no {word} in {shown:?}"))
        .1;
    behind.split_whitespace().next().unwrap().parse().unwrap()
}

/// Whether an ending is an exit with this code.
pub(crate) fn exited(shown: &Shown, code: i32) -> bool {
    shown.outcome.ending == Ending::Exited(code)
}
