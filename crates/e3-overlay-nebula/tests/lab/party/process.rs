//! A party's process on its host, or the lighthouse's: the overlay as an agent would use it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, Write as _, stderr, stdin, stdout},
    net::IpAddr,
    sync::Arc,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_identity::PartyKeys;
use e3_overlay::{
    Introducing, Joined, Joining, Mailbox, Overlay, ProgramPlace, RunningService, ServiceKind,
    ServiceStart,
};
use e3_overlay_nebula::NebulaOverlay;
use e3_session::types::{Dial, Health, Options, PartyIndex, Ports, ServiceFacts, SessionId};
use tokio::sync::mpsc;

use super::{
    talk::Talk,
    wire::{Ask, Line, Told},
};

/// The port of programs.
pub(crate) const PORT: u16 = 11_365;

/// The session of all tests.
pub(crate) const SESSION: SessionId = SessionId([7; 16]);

/// After this long, a peer counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Process {
    overlay: NebulaOverlay,
    service: Option<Box<dyn RunningService>>,
    joined: Option<Box<dyn Joined>>,
    talk: Option<Arc<Talk>>,
}

/// Answers until nobody asks any more.
pub(crate) fn serve() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_writer(stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (asks, mut asked) = mpsc::channel::<Ask>(16);
    thread::spawn(move || {
        for line in stdin().lock().lines() {
            let ask = serde_json::from_str(&line.unwrap()).unwrap();
            asks.blocking_send(ask).unwrap();
        }
    });
    runtime.block_on(async {
        let mut process = Process::default();
        while let Some(ask) = asked.recv().await {
            let told = process.heed(ask).await;
            say(&Line::Told(told.unwrap_or_else(Told::Refused)));
        }
    });
}

fn say(line: &Line) {
    let mut out = stdout().lock();
    serde_json::to_writer(&mut out, line).unwrap();
    writeln!(out).unwrap();
    out.flush().unwrap();
}

fn now_s() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs()
}

fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl Process {
    async fn heed(&mut self, ask: Ask) -> Result<Told, String> {
        match ask {
            Ask::Introduce {
                name,
                addresses,
                network,
                options,
                folder,
            } => {
                let did = PartyKeys::generate().unwrap().did().clone();
                let introducing = Introducing {
                    session: SESSION,
                    did,
                    options,
                    services: Vec::new(),
                    name,
                    addresses,
                    network,
                    until_s: now_s() + 20,
                    folder,
                };
                let bytes = self.overlay.introduce(&introducing).await;
                Ok(Told::Introduced(bytes.map_err(|error| said(&error))?))
            }
            Ask::Serve { folder, addresses } => self.shine(folder, addresses).await,
            Ask::Admit(keys) => {
                self.service.as_ref().unwrap().admit(&keys).await;
                Ok(Told::Done)
            }
            Ask::Health => Ok(Told::Health(
                match self.service.as_ref().unwrap().health().await {
                    Health::Down { reason } => reason,
                    Health::Up => "up".to_owned(),
                },
            )),
            Ask::Join {
                roster,
                me,
                services,
                options,
                folder,
            } => {
                let (outgoing, _) = mpsc::channel(1);
                let (_, incoming) = mpsc::channel(1);
                let joining = Joining {
                    roster: *roster,
                    me: PartyIndex(me),
                    contacts: Vec::new(),
                    dial: Dial::Mesh,
                    ports: Ports::one(PORT),
                    options,
                    timeout: PATIENCE,
                    services,
                    mailbox: Mailbox::new(outgoing, incoming),
                    folder,
                };
                self.join(joining).await
            }
            Ask::Change(roster) => {
                let joined = self.joined.as_mut().unwrap();
                let changed = joined.change(&roster, &[]).await;
                changed.map_err(|error| said(&error))?;
                Ok(Told::Done)
            }
            Ask::Links => Ok(Told::Links(self.joined.as_ref().unwrap().links().await)),
            Ask::Helpers => Ok(Told::Helpers(self.joined.as_ref().unwrap().helpers())),
            Ask::Leave => {
                self.talk = None;
                if let Some(joined) = self.joined.take() {
                    joined.leave().await.map_err(|error| said(&error))?;
                }
                if let Some(service) = self.service.take() {
                    service.stop().await;
                }
                Ok(Told::Done)
            }
            Ask::Answer(port) => self.talk()?.answer(port).map(|()| Told::Done),
            Ask::Call(at) => {
                self.talk()?.call(at);
                Ok(Told::Done)
            }
            Ask::Exchange(at, bytes) => {
                let talk = self.talk()?;
                let exchanged = tokio::task::spawn_blocking(move || talk.exchange(at, bytes));
                exchanged.await.unwrap().map(|()| Told::Done)
            }
            Ask::Calls => Ok(Told::Calls(self.talk()?.calls())),
            Ask::Callers => Ok(Told::Callers(self.talk()?.callers())),
        }
    }

    async fn join(&mut self, joining: Joining) -> Result<Told, String> {
        let joined = self.overlay.join(joining).await;
        let mut joined = joined.map_err(|error| said(&error))?;
        let severed = joined.severed().unwrap();
        tokio::spawn(async move {
            if let Ok(why) = severed.await {
                say(&Line::Severed(why));
            }
        });
        let mut notices = joined.notices().unwrap();
        tokio::spawn(async move {
            while let Some(notice) = notices.recv().await {
                say(&Line::Notice(notice));
            }
        });
        let ProgramPlace::Namespace(entrance) = joined.program_needs().place else {
            return Err("programs have no namespace".to_owned());
        };
        self.talk = Some(Arc::new(Talk::new(entrance)));
        self.joined = Some(joined);
        Ok(Told::Done)
    }

    fn talk(&self) -> Result<Arc<Talk>, String> {
        self.talk
            .clone()
            .ok_or_else(|| "it has not joined".to_owned())
    }

    async fn shine(
        &mut self,
        folder: std::path::PathBuf,
        addresses: Vec<IpAddr>,
    ) -> Result<Told, String> {
        let kind = ServiceKind::Lighthouse;
        let start = ServiceStart {
            session: SESSION,
            name: "lighthouse".to_owned(),
            folder,
            addresses: addresses.clone(),
            ports: Vec::new(),
            told: BTreeMap::default(),
            options: Options::default(),
        };
        let started = self.overlay.service(kind).unwrap().start(start).await;
        let service = started.map_err(|error| said(&error))?;
        let facts = ServiceFacts {
            name: "lighthouse".to_owned(),
            kind: kind.as_str().to_owned(),
            host: "hub".to_owned(),
            addresses,
            ports: service.ports(),
            told: service.told(),
        };
        self.service = Some(service);
        Ok(Told::Serving(facts))
    }
}
