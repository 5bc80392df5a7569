//! Three parties in one session, and what each side says when all goes well. The fuzz targets use it too.

use std::{collections::BTreeMap, sync::LazyLock};

use e3_identity::{Did, Introduction, KeyId, Signature};
use e3_session::{
    agent::AgentMachine,
    agreement,
    message::{PROTOCOL, Reply, Request, RequestKind, SendBlob, Settings},
    types::{
        Agreement, Contact, Dial, DialTable, Digest, Ending, FileEntry, HostFacts, Informed,
        InputSource, Interpreter, Kind, LinkReport, Manifest, Nonce, Offer, Outcome, OutputPolicy,
        PartyIndex, Path, Ports, Program, Reach, Roster, RosterEntry, RunId, SessionId, Terms,
    },
};
use serde_bytes::ByteBuf;

pub const SESSION: SessionId = SessionId([0x5e; 16]);
pub const ME: PartyIndex = PartyIndex(1);
pub const NAMES: [&str; 3] = ["amsterdam", "new-york", "singapore"];

/// Published examples of the did:key specification (W3C CCG, v0.9).
const DIDS: [&str; 3] = [
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
];

/// The same, parsed once.
pub fn dids() -> &'static [Did] {
    static PARSED: LazyLock<Vec<Did>> =
        LazyLock::new(|| DIDS.iter().map(|text| text.parse().unwrap()).collect());
    &PARSED
}

/// The numbers that a controller counts up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    pub epoch: u32,
    pub run: u32,
    pub exec: u32,
}

pub fn introduction(party: usize) -> Introduction {
    Introduction {
        did: dids()[party].clone(),
        key: KeyId::default(),
        session: SESSION.0,
        name: NAMES[party].to_owned(),
        not_before: 1_800_000_000,
        not_after: 1_800_086_400,
        sealing_key: [u8::try_from(party).unwrap(); 32],
        overlays: BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2, 3]))]),
        successions: Vec::new(),
        signature: Signature([0; 64]),
    }
}

pub fn roster(epoch: u32) -> Roster {
    let parties = (0..NAMES.len())
        .map(|party| RosterEntry {
            name: NAMES[party].to_owned(),
            introduction: introduction(party),
        })
        .collect();
    Roster::build(SESSION, epoch, parties).unwrap()
}

pub fn offer(party: u16, epoch: u32, run: RunId) -> Offer {
    Offer {
        party: PartyIndex(party),
        terms: Terms {
            session: SESSION,
            run,
            roster: roster(epoch).hash(),
            epoch,
            overlay: "direct".to_owned(),
            mode: "plain".to_owned(),
            identity: "pinned".to_owned(),
            services: vec![],
            kind: "mpyc".to_owned(),
            program: Digest([0xf1; 32]),
            entry: "average.py".to_owned(),
            runtime: "mpyc 0.11".to_owned(),
            parties: 3,
            threshold: Some(1),
            arguments: vec!["--size".to_owned(), "7".to_owned()],
            environment: vec![],
            input_as: None,
            dial: Dial::LowerToHigher,
            ports: Ports::one(4000),
        },
        nonce: Nonce([u8::try_from(party).unwrap() + 0xa0; 32]),
        informed: Informed {
            language: "Python 3.11.7".to_owned(),
        },
    }
}

pub fn offers(epoch: u32, run: RunId) -> Vec<Offer> {
    (0..3).map(|party| offer(party, epoch, run)).collect()
}

pub fn program() -> Program {
    let file = |path: &str| FileEntry {
        path: path.to_owned(),
        sha256: Digest([0xf1; 32]),
        size: 1000,
        executable: false,
    };
    Program {
        kind: Kind::Mpyc {
            threshold: 1,
            interpreter: Interpreter::Named {
                path: "/usr/bin/python3".to_owned(),
            },
        },
        entry: "average.py".to_owned(),
        arguments: vec!["--size".to_owned(), "7".to_owned()],
        ports: Ports::one(4000),
        timeout_s: 60,
        manifest: Manifest::build(vec![file("average.py"), file("lib/numbers.py")]).unwrap(),
    }
}

/// The right request of a kind, as this agent's knowledge and these counters have it.
pub fn request(kind: RequestKind, counters: Counters, agent: &AgentMachine) -> Request {
    let known = agent.knowledge();
    let epoch = known.roster().map_or(0, |roster| roster.epoch);
    let run = known.run().unwrap_or(RunId(0));
    match kind {
        RequestKind::Hello => Request::Hello {
            protocol: PROTOCOL,
            session: SESSION,
            name: NAMES[usize::from(ME.0)].to_owned(),
            folder: "/tmp/agent".to_owned(),
        },
        RequestKind::Prepare => Request::Prepare(Settings {
            overlay: "direct".to_owned(),
            identity: "pinned".to_owned(),
            services: vec![("relay".to_owned(), ByteBuf::from(vec![4]))],
        }),
        RequestKind::Introduce => Request::Introduce,
        RequestKind::Endorse => Request::Endorse {
            endorsement: ByteBuf::new(),
        },
        RequestKind::Admit => Request::Admit {
            roster: roster(counters.epoch),
        },
        RequestKind::Connect => Request::Connect {
            contacts: (0..3)
                .map(|party| Contact {
                    party: PartyIndex(party),
                    sequence: 1,
                    addresses: vec!["10.0.0.1".parse().unwrap()],
                })
                .collect(),
            dial: Dial::LowerToHigher,
            ports: Ports::one(4000),
            timeout_ms: 1000,
        },
        RequestKind::Stage => Request::Stage {
            run: RunId(counters.run),
            program: program(),
            input: InputSource::None,
            output: OutputPolicy::Collect,
        },
        RequestKind::Blob => Request::Blob(SendBlob {
            sha256: Digest([0xf1; 32]),
            offset: 0,
            data: ByteBuf::from(vec![0; 100]),
            last: true,
        }),
        RequestKind::Agree => Request::Agree { run },
        RequestKind::Confirm => Request::Confirm {
            offers: offers(epoch, run),
        },
        RequestKind::Run => Request::Run {
            agreement: agreement::compare(&offers(epoch, run)).unwrap().hash(),
        },
        RequestKind::Stop => Request::Stop {
            grace_ms: 100,
            because: "party 2 (sgp): its agent has ended".to_owned(),
        },
        RequestKind::Exec => Request::Exec {
            argv: vec!["uname".to_owned()],
        },
        RequestKind::Feed => Request::Feed {
            to: counters.exec,
            data: ByteBuf::new(),
        },
        RequestKind::Kill => Request::Kill {
            exec: counters.exec,
        },
        RequestKind::Ping => Request::Ping {
            peer: PartyIndex(0),
        },
        RequestKind::Links => Request::Links,
        RequestKind::Tell => Request::Tell {
            text: "party 2 (sgp): its agent has ended".to_owned(),
        },
        RequestKind::Deliver => Request::Deliver {
            from: PartyIndex(2),
            sealed: ByteBuf::from(vec![9; 60]),
        },
        RequestKind::Leave => Request::Leave,
    }
}

/// The final reply of an agent that could do what was asked.
pub fn reply(request: &Request, agent: &AgentMachine) -> Reply {
    let known = agent.knowledge();
    match request {
        Request::Hello { .. } => Reply::Greeting {
            protocol: PROTOCOL,
            facts: HostFacts {
                agent_version: "0.1.0".to_owned(),
                pid: 1,
                hostname: "host".to_owned(),
                platform: "linux x86_64".to_owned(),
                processors: 2,
                addresses: vec!["::1".parse().unwrap()],
                abilities: BTreeMap::new(),
            },
        },
        Request::Prepare(_) => Reply::Prepared,
        Request::Introduce => Reply::Introduced {
            introduction: introduction(usize::from(ME.0)),
        },
        Request::Endorse { .. } => Reply::Endorsed,
        Request::Admit { roster } => Reply::Admitted {
            roster: roster.hash(),
            signature: ByteBuf::new(),
        },
        Request::Connect { ports, .. } => Reply::Connected {
            dial: DialTable {
                me: ME,
                parties: vec![Reach {
                    party: ME,
                    name: NAMES[1].to_owned(),
                    address: "0.0.0.0".parse().unwrap(),
                    port: ports.base,
                }],
            },
            links: vec![link(PartyIndex(2))],
        },
        Request::Stage { program, .. } => Reply::Missing {
            files: program
                .manifest
                .files
                .iter()
                .map(|file| file.sha256)
                .collect(),
        },
        Request::Blob(_)
        | Request::Feed { .. }
        | Request::Deliver { .. }
        | Request::Tell { .. } => Reply::Stored,
        Request::Agree { run } => Reply::Offered {
            offer: Box::new(offer(
                ME.0,
                known.roster().map_or(0, |roster| roster.epoch),
                *run,
            )),
        },
        Request::Confirm { .. } => Reply::Confirmed {
            agreement: known.agreement().map_or(Digest([0; 32]), Agreement::hash),
            signature: ByteBuf::new(),
        },
        Request::Run { .. } | Request::Exec { .. } => Reply::Ended(Outcome {
            ending: Ending::Exited(0),
            started_ms: 1,
            elapsed_s: 0.5,
            cpu_s: 0.25,
            peak_memory: 1 << 20,
            runtime_elapsed_s: None,
            bytes_sent: Some(7),
            kept: None,
        }),
        Request::Stop { .. } | Request::Kill { .. } => Reply::Stopping,
        Request::Ping { peer } => Reply::Pinged(link(*peer)),
        Request::Links => Reply::Links(vec![link(PartyIndex(0)), link(PartyIndex(2))]),
        Request::Leave => Reply::Left,
    }
}

fn link(to: PartyIndex) -> LinkReport {
    LinkReport {
        from: ME,
        to,
        path: Path::Direct {
            address: "10.0.0.2:4000".to_owned(),
        },
        rtt_ms: Some(12.5),
    }
}

/// All kinds, in the order of a conversation.
pub const KINDS: [RequestKind; 20] = [
    RequestKind::Hello,
    RequestKind::Prepare,
    RequestKind::Introduce,
    RequestKind::Endorse,
    RequestKind::Admit,
    RequestKind::Connect,
    RequestKind::Stage,
    RequestKind::Blob,
    RequestKind::Agree,
    RequestKind::Confirm,
    RequestKind::Run,
    RequestKind::Stop,
    RequestKind::Exec,
    RequestKind::Feed,
    RequestKind::Kill,
    RequestKind::Ping,
    RequestKind::Links,
    RequestKind::Tell,
    RequestKind::Deliver,
    RequestKind::Leave,
];
