//! Three parties in one session, and what each side says when all goes well. The fuzz targets use it too.

use std::{collections::BTreeMap, net::IpAddr, sync::LazyLock};

use e3_identity::{
    Did, Documents, Endorsement, Identity, IdentityKey, Introduction, PartyKeys, Policy, Signature,
    Validity, introduction,
};
use e3_session::{
    agent::AgentMachine,
    agreement,
    message::{PROTOCOL, Reply, Request, RequestKind, SendBlob, Serve, Settings},
    types::{
        Admission, Agreement, Conclusion, Contact, Dial, DialTable, Digest, End, Ending, FileEntry,
        HostFacts, Informed, InputSource, Interpreter, Kind, LinkReport, Manifest, NetworkReport,
        Nonce, Offer, Opening, Options, Outcome, OutputPolicy, PartyIndex, Path, PlaceKind, Ports,
        Program, Reach, Roster, RosterEntry, RunId, ServiceFacts, SessionId, Statement, Subnet,
        Terms, words,
    },
};
use serde_bytes::ByteBuf;

pub const SESSION: SessionId = SessionId([0x5e; 16]);
pub const ME: PartyIndex = PartyIndex(1);
/// Where programs run.
pub const PLACE: PlaceKind = PlaceKind::Namespace;
pub const NAMES: [&str; 3] = ["amsterdam", "new-york", "singapore"];

/// When all this happens, in Unix seconds.
pub const NOW: u64 = 1_800_000_000;

/// The Ed25519 keys whose secrets are 32 times the bytes 1, 2 and 3.
const KEYS: [&str; 3] = [
    "MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
    "MC4CAQAwBQYDK2VwBCIEIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
    "MC4CAQAwBQYDK2VwBCIEIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD",
];

/// A party's keys.
pub fn keys(party: usize) -> &'static PartyKeys {
    static MADE: LazyLock<Vec<PartyKeys>> = LazyLock::new(|| {
        let made = KEYS.iter().map(|base64| {
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
            PartyKeys::of(Identity::of_key(IdentityKey::from_pem(&pem).unwrap())).unwrap()
        });
        made.collect()
    });
    &MADE[party]
}

/// All DIDs.
pub fn dids() -> Vec<Did> {
    (0..NAMES.len())
        .map(|party| keys(party).did().clone())
        .collect()
}

/// The numbers that a controller counts up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    pub epoch: u32,
    pub run: u32,
    pub exec: u32,
}

/// The policy that accepts everybody at first sight.
pub fn policy() -> Policy {
    Policy::Pinned {
        pins: BTreeMap::new(),
        first_use: true,
    }
}

/// The introduction of a party for a session, under a name, good for an hour.
pub fn introduced(party: usize, session: SessionId, name: &str) -> Introduction {
    let validity = Validity::starting(NOW, 3600);
    let overlays = BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2, 3]))]);
    let mut made = Introduction::new(keys(party), session.0, name, validity, overlays);
    // The same in every process.
    made.sealing_key = [u8::try_from(party).unwrap(); 32];
    sign_again(party, made)
}

/// An introduction that was changed, signed once more by its party.
pub fn sign_again(party: usize, mut changed: Introduction) -> Introduction {
    let signature = keys(party).sign(introduction::DOMAIN, &changed.form());
    changed.signature = signature;
    changed
}

pub fn introduction(party: usize) -> Introduction {
    static MADE: LazyLock<Vec<Introduction>> = LazyLock::new(|| {
        let made = (0..NAMES.len()).map(|party| introduced(party, SESSION, NAMES[party]));
        made.collect()
    });
    MADE[party].clone()
}

pub fn networks() -> Vec<Subnet> {
    let both = ["10.233.0.0/16", "fd12:3456:789a::/64"];
    both.map(|network| network.parse().unwrap()).to_vec()
}

fn virtual_addresses(party: usize) -> Vec<IpAddr> {
    let both = [
        format!("10.233.0.{}", party + 1),
        format!("fd12:3456:789a::{}", party + 1),
    ];
    both.map(|address| address.parse().unwrap()).to_vec()
}

pub fn roster(epoch: u32) -> Roster {
    let parties = (0..NAMES.len())
        .map(|party| RosterEntry {
            name: NAMES[party].to_owned(),
            addresses: virtual_addresses(party),
            introduction: introduction(party),
            endorsement: Endorsement::Pinned,
        })
        .collect();
    Roster::build(SESSION, epoch, networks(), parties).unwrap()
}

/// What a party commits itself to.
pub fn nonce(party: u16) -> Nonce {
    Nonce([u8::try_from(party).unwrap() + 0x70; 32])
}

pub fn nonces() -> Vec<Nonce> {
    (0..3).map(nonce).collect()
}

pub fn admission(party: u16, roster: Digest) -> Admission {
    let index = PartyIndex(party);
    Admission::sign(keys(usize::from(party)), roster, index, &nonce(party))
}

/// Everybody's admission of the roster of that epoch.
pub fn admissions(epoch: u32) -> Vec<Admission> {
    let hash = roster(epoch).hash();
    (0..3).map(|party| admission(party, hash)).collect()
}

/// The agreement that all parties have signed.
pub fn agreement(epoch: u32, run: RunId) -> Agreement {
    let mut agreed = agreement::compare(&offers(epoch, run)).unwrap();
    agreed.signatures = (0..3).map(|party| agreed.sign(keys(party))).collect();
    agreed
}

/// What opens the commitment to a party's outcome.
pub fn opening(party: u16) -> Opening {
    Opening {
        salt: [u8::try_from(party).unwrap() + 0x50; 32],
        sha256: Digest([0x0c; 32]),
        length: 7,
    }
}

/// A party's statement that its program exited with code 0, in a namespace.
pub fn statement(party: u16, agreement: Digest) -> Statement {
    Statement::sign(
        keys(usize::from(party)),
        PartyIndex(party),
        agreement,
        Ending::Exited(0),
        opening(party).commitment(),
        PLACE,
    )
}

pub fn statements(agreement: Digest) -> Vec<Statement> {
    (0..3).map(|party| statement(party, agreement)).collect()
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

fn relay() -> ServiceFacts {
    ServiceFacts {
        name: "relay".to_owned(),
        kind: "relay".to_owned(),
        host: "relay".to_owned(),
        addresses: vec![],
        ports: vec![],
        told: BTreeMap::from([("token".to_owned(), ByteBuf::from(vec![4]))]),
    }
}

fn serve() -> Serve {
    Serve {
        overlay: "direct".to_owned(),
        options: Options::default(),
        service: relay(),
    }
}

fn settings() -> Settings {
    Settings {
        overlay: "direct".to_owned(),
        options: Options::default(),
        policy: policy(),
        services: vec![relay()],
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
        RequestKind::Serve => Request::Serve(serve()),
        RequestKind::Members => Request::Members {
            keys: vec![ByteBuf::from(vec![7; 32])],
        },
        RequestKind::Health => Request::Health,
        RequestKind::Prepare => Request::Prepare(settings()),
        RequestKind::Introduce => Request::Introduce {
            lifetime_s: 3600,
            identity: None,
            addresses: Vec::new(),
            network: Vec::new(),
        },
        RequestKind::Endorse => Request::Endorse {
            endorsement: Endorsement::Pinned,
        },
        RequestKind::Admit => Request::Admit {
            roster: roster(counters.epoch),
        },
        RequestKind::Reveal => Request::Reveal {
            admissions: admissions(epoch),
        },
        RequestKind::Compare => Request::Compare { nonces: nonces() },
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
        RequestKind::Run => {
            let agreed = self::agreement(epoch, run);
            Request::Run {
                agreement: agreed.hash(),
                signatures: agreed.signatures,
            }
        }
        RequestKind::Conclude => {
            let ran = known.statements().map(|(agreement, _)| agreement);
            Request::Conclude {
                statements: statements(ran.unwrap_or(Digest([0; 32]))),
            }
        }
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
        RequestKind::Examine => examine(),
        RequestKind::Reflect => Request::Reflect { for_ms: 10 },
        RequestKind::Tell => tell("party 2 (sgp): its agent has ended"),
        RequestKind::Deliver => Request::Deliver {
            from: PartyIndex(2),
            sealed: ByteBuf::from(vec![9; 60]),
        },
        RequestKind::Leave => Request::Leave,
    }
}

/// Carries out a request as an agent that can do what is asked, but for the machine's own objections.
pub fn perform(request: &Request, agent: &mut AgentMachine) -> Reply {
    if matches!(request, Request::Admit { .. })
        && let Err(refusal) = agent.verify(Documents::new(), NOW)
    {
        return Reply::Refused(refusal);
    }
    reply(request, agent)
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
                routes: vec!["10.0.0.0/24".parse().unwrap()],
                abilities: BTreeMap::new(),
            },
        },
        Request::Serve(serve) => Reply::Serving {
            service: serve.service.clone(),
        },
        Request::Health => Reply::Health(Vec::new()),
        Request::Prepare(_) => Reply::Prepared,
        Request::Introduce { .. } => Reply::Introduced {
            introduction: introduction(usize::from(ME.0)),
        },
        Request::Endorse { .. } => Reply::Endorsed,
        Request::Admit { roster } => Reply::Admitted {
            roster: roster.hash(),
            admission: admission(ME.0, roster.hash()),
        },
        Request::Reveal { .. } => Reply::Revealed { nonce: nonce(ME.0) },
        Request::Compare { .. } => Reply::Compared {
            words: known
                .nonces()
                .map_or_else(String::new, |(roster, nonces)| words(roster, nonces)),
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
            place: PLACE,
        },
        Request::Stage { program, .. } => Reply::Missing {
            files: program
                .manifest
                .files
                .iter()
                .map(|file| file.sha256)
                .collect(),
        },
        Request::Members { .. }
        | Request::Blob(_)
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
            signature: known
                .agreement()
                .map_or(Signature([0; 64]), |agreed| agreed.sign(keys(ME.0.into()))),
        },
        Request::Run { agreement, .. } => ended(Some(statement(ME.0, *agreement))),
        Request::Exec { .. } => ended(None),
        Request::Conclude { .. } => {
            let (agreement, statements) = known.statements().unwrap_or((Digest([0; 32]), &[]));
            let keys = keys(ME.0.into());
            Reply::Concluded {
                conclusion: Conclusion::sign(keys, ME, agreement, statements),
            }
        }
        Request::Stop { .. } | Request::Kill { .. } => Reply::Stopping,
        Request::Ping { peer } => Reply::Pinged(link(*peer)),
        Request::Links => Reply::Links(vec![link(PartyIndex(0)), link(PartyIndex(2))]),
        Request::Reflect { .. } => Reply::Reflecting {
            stations: String::new(),
        },
        Request::Examine { asked, .. } => Reply::Examined {
            report: NetworkReport::default(),
            asked: *asked,
            received: *asked,
            answered: *asked,
        },
        Request::Leave => Reply::Left,
    }
}

fn examine() -> Request {
    Request::Examine {
        asked: 1 << 63,
        reflectors: BTreeMap::new(),
    }
}

fn tell(text: &str) -> Request {
    Request::Tell {
        text: text.to_owned(),
    }
}

/// The end of a program that exited with code 0.
pub fn ended(statement: Option<Statement>) -> Reply {
    Reply::Ended(Box::new(End {
        outcome: Outcome {
            ending: Ending::Exited(0),
            started_ms: 1,
            elapsed_s: 0.5,
            cpu_s: 0.25,
            peak_memory: 1 << 20,
            agent_cpu_s: 0.125,
            agent_memory: 1 << 22,
            runtime_elapsed_s: None,
            bytes_sent: Some(7),
            kept: None,
        },
        opening: statement.is_some().then(|| opening(ME.0)),
        statement,
    }))
}

fn link(to: PartyIndex) -> LinkReport {
    let address = "10.0.0.2:4000".to_owned();
    LinkReport::new(ME, to, Path::Direct { address }, Some(12.5))
}

/// All kinds, in the order of a conversation.
pub const KINDS: [RequestKind; 28] = [
    RequestKind::Hello,
    RequestKind::Serve,
    RequestKind::Health,
    RequestKind::Prepare,
    RequestKind::Introduce,
    RequestKind::Endorse,
    RequestKind::Admit,
    RequestKind::Reveal,
    RequestKind::Compare,
    RequestKind::Connect,
    RequestKind::Stage,
    RequestKind::Blob,
    RequestKind::Agree,
    RequestKind::Confirm,
    RequestKind::Run,
    RequestKind::Conclude,
    RequestKind::Stop,
    RequestKind::Exec,
    RequestKind::Feed,
    RequestKind::Kill,
    RequestKind::Ping,
    RequestKind::Links,
    RequestKind::Examine,
    RequestKind::Reflect,
    RequestKind::Members,
    RequestKind::Tell,
    RequestKind::Deliver,
    RequestKind::Leave,
];
