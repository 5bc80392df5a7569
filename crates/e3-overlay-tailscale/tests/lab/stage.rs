//! Parties and a coordinator on the lab's hosts: each on a thread that stands in its host's network, without an agent.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
use e3_lab::{Family, Host, Lab, Nat, Site, Topology};
use e3_overlay::{Introducing, Joining, Mailbox, Overlay, ProgramPlace, ServiceKind, ServiceStart};
use e3_overlay_tailscale::HeadscaleOverlay;
use e3_session::types::{
    Dial, DialTable, LinkReport, Options, PartyIndex, Ports, Roster, RosterEntry, ServiceFacts,
    SessionId,
};
use e3_stock::{Program, find};
use e3_world::World;
use serde_bytes::ByteBuf;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::oneshot};

/// The port of programs.
pub(crate) const PORT: u16 = 11_365;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

const SESSION: SessionId = SessionId([5; 16]);

/// A lab of a host for the coordinator (`hub`), and sites of one host each.
pub(crate) fn lab(sites: &[(&str, Nat)]) -> Lab {
    lab_of(Family::default(), sites)
}

/// The same of hosts that speak these versions of IP.
pub(crate) fn lab_of(family: Family, sites: &[(&str, Nat)]) -> Lab {
    let site = |name: &str, nat: Nat| {
        let site = Site::new(name, "ams3").nat(nat).hosts([name]);
        site.family(family)
    };
    let all = sites.iter().map(|(name, nat)| site(name, nat.clone()));
    Lab::build(&Topology {
        sites: all.chain([site("hub", Nat::None)]).collect(),
        world: World::builtin(),
        seed: 1,
    })
    .unwrap()
}

pub(crate) fn host<'a>(lab: &'a Lab, name: &str) -> &'a Host {
    lab.host(name).unwrap()
}

/// Something that goes on, on a thread in a host's network, until it is told to end.
struct Thread {
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Thread {
    fn start<Work: Future<Output = ()>>(
        host: &Host,
        work: impl FnOnce(oneshot::Receiver<()>) -> Work + Send + 'static,
    ) -> Self {
        let (end, ended) = oneshot::channel();
        let host = host.clone();
        let thread =
            thread::spawn(move || host.run_in(|| runtime().block_on(work(ended))).unwrap());
        Self {
            end: Some(end),
            thread: Some(thread),
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        drop(self.end.take());
        let ended = self.thread.take().unwrap().join();
        if !thread::panicking() {
            ended.unwrap();
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A coordinator that runs on a host.
pub(crate) struct Coordinator {
    pub(crate) facts: ServiceFacts,
    pub(crate) folder: TempDir,
    admit: tokio::sync::mpsc::UnboundedSender<(Vec<ByteBuf>, mpsc::Sender<()>)>,
    _thread: Thread,
}

impl Coordinator {
    pub(crate) fn start(host: &Host) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (tell, told) = mpsc::channel();
        let (admit, mut admitted) =
            tokio::sync::mpsc::unbounded_channel::<(Vec<ByteBuf>, mpsc::Sender<()>)>();
        let start = ServiceStart {
            session: SESSION,
            name: "coordinator".to_owned(),
            folder: folder.path().to_owned(),
            addresses: host.addresses(),
            ports: Vec::new(),
            told: BTreeMap::new(),
            options: Options::default(),
        };
        let thread = Thread::start(host, move |mut ended| async move {
            let service = HeadscaleOverlay::default().service(ServiceKind::Coordinator);
            let running = service.unwrap().start(start).await.unwrap();
            tell.send(running.told()).unwrap();
            loop {
                tokio::select! {
                    _ = &mut ended => break,
                    Some((keys, done)) = admitted.recv() => {
                        running.admit(&keys).await;
                        let _ = done.send(());
                    }
                }
            }
            running.stop().await;
        });
        let told = told.recv_timeout(PATIENCE).unwrap();
        Self {
            facts: ServiceFacts {
                name: "coordinator".to_owned(),
                kind: "coordinator".to_owned(),
                host: host.name().to_owned(),
                addresses: host.addresses(),
                ports: Vec::new(),
                told,
            },
            folder,
            admit,
            _thread: thread,
        }
    }

    /// Tells it who the parties are.
    pub(crate) fn admit(&self, keys: Vec<ByteBuf>) {
        let (done, waiting) = mpsc::channel();
        self.admit.send((keys, done)).unwrap();
        waiting.recv_timeout(PATIENCE).unwrap();
    }

    /// What its server answers to whoever runs its host.
    pub(crate) fn does(&self, words: &[&str]) -> Value {
        let config = self.folder.path().join("config.yaml");
        let mut known: Value = serde_json::from_slice(&std::fs::read(&config).unwrap()).unwrap();
        known["unix_socket"] = json!(self.folder.path().join("s"));
        let path = self.folder.path().join("by-hand.json");
        std::fs::write(&path, known.to_string()).unwrap();
        let mut command = Command::new(stock(&e3_stock::HEADSCALE));
        let done = command.args(words).args(["-o", "json", "-c"]).arg(&path);
        let done = done.output().unwrap();
        assert!(done.status.success(), "{words:?}: {done:?}");
        serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
    }

    /// Its URL and its certificate's file.
    pub(crate) fn url(&self) -> (String, PathBuf) {
        let config = std::fs::read(self.folder.path().join("config.yaml")).unwrap();
        let config: Value = serde_json::from_slice(&config).unwrap();
        let url = config["server_url"].as_str().unwrap().to_owned();
        (url, self.folder.path().join("tls.crt"))
    }
}

/// Where a program of others is.
pub(crate) fn stock(program: &Program) -> PathBuf {
    find(program).unwrap().path
}

type Look = Box<dyn FnOnce(Vec<LinkReport>) + Send>;

/// What a party is told to do.
enum Order {
    /// To measure its links.
    Links(Look),
    /// To take another roster, and to say when that is done.
    Change(Box<Roster>, mpsc::Sender<()>),
}

/// A party that has joined.
pub(crate) struct Party {
    roster: Roster,
    pub(crate) dial: DialTable,
    pub(crate) place: ProgramPlace,
    pub(crate) severed: mpsc::Receiver<String>,
    links: tokio::sync::mpsc::UnboundedSender<Order>,
    _thread: Thread,
}

impl Party {
    /// Its links, measured now.
    pub(crate) fn links(&self) -> Vec<LinkReport> {
        let (tell, told) = mpsc::channel();
        let look: Look = Box::new(move |links| tell.send(links).unwrap());
        assert!(self.links.send(Order::Links(look)).is_ok());
        told.recv_timeout(PATIENCE).unwrap()
    }

    /// Takes the roster without a party; it is told when that is done.
    pub(crate) fn lose(&self, name: &str) -> mpsc::Receiver<()> {
        let all = self.roster.parties.iter();
        let left = all.filter(|entry| entry.name != name).cloned();
        let roster = Roster::build(SESSION, 2, Vec::new(), left.collect()).unwrap();
        let (tell, told) = mpsc::channel();
        let order = Order::Change(Box::new(roster), tell);
        assert!(self.links.send(order).is_ok());
        told
    }

    /// A command where its programs are.
    pub(crate) fn command(&self, host: &Host, program: &str) -> Command {
        let mut command = host.command(program);
        if let ProgramPlace::Namespace(_) = self.place {
            self.place.clone().prepare(&mut command);
        }
        command.stdin(Stdio::null());
        command
    }

    /// The same as a program in Python.
    pub(crate) fn python(&self, host: &Host, text: &str) -> Running {
        let mut command = self.command(host, "python3");
        command.args(["-c", text]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(child.spawn().unwrap())
    }
}

/// A program that goes on.
pub(crate) struct Running(Child);

impl Running {
    /// What it printed, when it has ended.
    pub(crate) fn output(self) -> Output {
        self.0.wait_with_output().unwrap()
    }

    /// The same; it has to have ended well.
    #[track_caller]
    pub(crate) fn said(self) -> String {
        let done = self.output();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{error}");
        String::from_utf8(done.stdout).unwrap()
    }
}

/// What parties have in common.
pub(crate) struct Session<'a> {
    pub(crate) options: Options,
    /// A coordinator of the session's own, if there is one.
    pub(crate) coordinator: Option<&'a Coordinator>,
    pub(crate) overlay: fn() -> Arc<dyn Overlay>,
}

/// Lets the overlay join these hosts, one party each, all at once. Their folders are in `folders`.
pub(crate) fn join(
    session: &Session<'_>,
    make: impl Fn(&str) -> Arc<dyn Overlay>,
    hosts: &[&Host],
    folders: &Path,
) -> Vec<Party> {
    let services: Vec<_> = session
        .coordinator
        .iter()
        .map(|coordinator| coordinator.facts.clone())
        .collect();
    let mut begun = Vec::new();
    for host in hosts {
        let folder = folders.join(host.name());
        std::fs::create_dir(&folder).unwrap();
        begun.push(Begun::start(
            session,
            &services,
            make(host.name()),
            host,
            folder,
        ));
    }
    let overlay = (session.overlay)().name().to_owned();
    let mut public = Vec::new();
    let entries = begun.iter().map(|begun| {
        let keys = begun.introduced.recv_timeout(PATIENCE).unwrap();
        public.push(keys.clone());
        RosterEntry {
            name: begun.name.clone(),
            addresses: Vec::new(),
            introduction: Introduction::new(
                &PartyKeys::generate().unwrap(),
                SESSION.0,
                &begun.name,
                Validity::starting(0, u64::MAX),
                [(overlay.clone(), keys)].into(),
            ),
            endorsement: Endorsement::Pinned,
        }
    });
    let roster = Roster::build(SESSION, 1, Vec::new(), entries.collect()).unwrap();
    if let Some(coordinator) = session.coordinator {
        coordinator.admit(public);
    }
    let order: Vec<usize> = roster
        .parties
        .iter()
        .map(|entry| {
            begun
                .iter()
                .position(|begun| begun.name == entry.name)
                .unwrap()
        })
        .collect();
    for (index, at) in order.iter().enumerate() {
        let me = PartyIndex(u16::try_from(index).unwrap());
        begun[*at].join.send((roster.clone(), me)).unwrap();
    }
    let joined = begun.into_iter().map(|begun| begun.joined(roster.clone()));
    joined.collect()
}

struct Begun {
    name: String,
    introduced: mpsc::Receiver<ByteBuf>,
    join: tokio::sync::mpsc::UnboundedSender<(Roster, PartyIndex)>,
    joined: mpsc::Receiver<(DialTable, ProgramPlace)>,
    severed: mpsc::Receiver<String>,
    links: tokio::sync::mpsc::UnboundedSender<Order>,
    thread: Thread,
}

impl Begun {
    fn start(
        session: &Session<'_>,
        services: &[ServiceFacts],
        overlay: Arc<dyn Overlay>,
        host: &Host,
        folder: PathBuf,
    ) -> Self {
        let (tell_keys, introduced) = mpsc::channel();
        let (join, mut told) = tokio::sync::mpsc::unbounded_channel::<(Roster, PartyIndex)>();
        let (tell_place, joined) = mpsc::channel();
        let (tell_severed, severed) = mpsc::channel();
        let (links, mut asked) = tokio::sync::mpsc::unbounded_channel::<Order>();
        let (services, options) = (services.to_vec(), session.options.clone());
        let name = host.name().to_owned();
        let who = Introducing {
            session: SESSION,
            did: PartyKeys::generate().unwrap().did().clone(),
            options: options.clone(),
            services: services.clone(),
            name: name.clone(),
            addresses: Vec::new(),
            network: Vec::new(),
            until_s: u64::MAX,
            folder: folder.clone(),
        };
        let thread = Thread::start(host, move |mut ended| async move {
            tell_keys
                .send(overlay.introduce(&who).await.unwrap())
                .unwrap();
            let Some((roster, me)) = told.recv().await else {
                return;
            };
            let (outgoing, _sent) = tokio::sync::mpsc::channel(16);
            let (_letters, incoming) = tokio::sync::mpsc::channel(16);
            let joining = Joining {
                roster,
                me,
                contacts: Vec::new(),
                dial: Dial::Mesh,
                ports: Ports::one(PORT),
                options,
                timeout: Duration::from_secs(10),
                services,
                mailbox: Mailbox::new(outgoing, incoming),
                folder,
            };
            let mut joined = overlay.join(joining).await.unwrap();
            let place = joined.program_needs().place;
            tell_place.send((joined.dial_table(), place)).unwrap();
            let mut severing = joined.severed().unwrap();
            let mut is_severed = false;
            loop {
                tokio::select! {
                    _ = &mut ended => break,
                    why = &mut severing, if !is_severed => {
                        is_severed = true;
                        let _ = tell_severed.send(why.unwrap());
                    }
                    Some(order) = asked.recv() => match order {
                        Order::Links(look) => {
                            let mut links = Vec::new();
                            for link in joined.links().await {
                                links.push(joined.ping(link.to).await.unwrap());
                            }
                            look(links);
                        }
                        Order::Change(roster, done) => {
                            joined.change(&roster, &[]).await.unwrap();
                            let _ = done.send(());
                        }
                    }
                }
            }
            joined.leave().await.unwrap();
        });
        Self {
            name,
            introduced,
            join,
            joined,
            severed,
            links,
            thread,
        }
    }

    fn joined(self, roster: Roster) -> Party {
        let (dial, place) = self.joined.recv_timeout(PATIENCE).unwrap();
        Party {
            roster,
            dial,
            place,
            severed: self.severed,
            links: self.links,
            _thread: self.thread,
        }
    }
}

/// Overlay `headscale`.
pub(crate) fn headscale() -> Arc<dyn Overlay> {
    Arc::new(HeadscaleOverlay::default())
}

/// A program that listens at a port, says what it hears, and answers `answer`.
pub(crate) fn listener(port: u16, answer: &str) -> String {
    format!(
        "import socket\ns = socket.create_server(('', {port}))\ns.settimeout(20)\nc, a = s.accept()\nd = c.recv(100)\nc.sendall({answer:?}.encode())\nc.close()\nprint(d.decode(), a[0])"
    )
}

/// A program that says something at an address, until it is answered or some seconds are over.
pub(crate) fn caller(address: &str, port: u16, saying: &str) -> String {
    format!(
        "import socket, time\nend = time.monotonic() + 6\nwhile True:\n  try:\n    c = socket.create_connection(({address:?}, {port}), 3)\n    c.sendall({saying:?}.encode())\n    d = c.recv(100)\n    if d: break\n    raise OSError('nothing was answered')\n  except OSError as error:\n    if time.monotonic() > end: raise\n    time.sleep(0.1)\nprint(d.decode())"
    )
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < end, "not in time: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
