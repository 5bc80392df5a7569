//! Answering commands while the environment is up.

use std::{
    os::unix::net::UnixListener as StdListener,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use e3_session::{
    message::{Reply, Request},
    types::RunId,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Mutex as Waiting, MutexGuard, Notify, watch},
    time::{sleep, timeout},
};
use tracing::{debug, warn};

use super::{
    declared,
    examine::examine,
    exec::exec,
    halt::Halt,
    hearsay::Hearsay,
    kept::Kept,
    lab, remove,
    run::run,
    tell::{Events, Tell},
    up::Care,
};
use crate::{
    removed::RemovedParties,
    wire::{Ask, Event, Fault, RunAsk, Tip},
};

/// How long a command may take to say what it wants.
const ASK: Duration = Duration::from_secs(5);
/// Before the next connection is taken, when one could not be.
const AGAIN: Duration = Duration::from_millis(100);
/// How long a link may take to be measured.
const PING: Duration = Duration::from_secs(15);
/// How long a run may take to end that is ended because a party is put out.
const ENDING: Duration = Duration::from_secs(40);
/// Between two looks whether it has.
const PAUSE: Duration = Duration::from_millis(20);

/// An environment that answers commands.
pub(crate) struct Server {
    kept: Kept,
    /// What agents notice while there is a run.
    hearsay: Hearsay,
    runs: AtomicU32,
    running: Mutex<Option<Going>>,
    /// Held while parties are put out.
    changing: Waiting<()>,
    end: Notify,
}

/// What a command says on its connection.
pub(crate) type Asks = Lines<BufReader<OwnedReadHalf>>;

impl Server {
    pub(crate) fn new(kept: Kept, hearsay: Hearsay) -> Arc<Self> {
        Arc::new(Self {
            kept,
            hearsay,
            runs: AtomicU32::new(0),
            running: Mutex::new(None),
            changing: Waiting::new(()),
            end: Notify::new(),
        })
    }

    /// What is up.
    pub(crate) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Answers until a command asks for the end.
    pub(crate) async fn serve(self: &Arc<Self>, listener: StdListener) -> std::io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = UnixListener::from_std(listener)?;
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    match accepted {
                        Ok((stream, _)) => drop(tokio::spawn(Arc::clone(self).answer(stream))),
                        Err(error) => {
                            // Of one connection, or of a machine short of something: neither ends an environment.
                            warn!("a command cannot be heard: {error}");
                            sleep(AGAIN).await;
                        }
                    }
                }
                () = self.end.notified() => return Ok(()),
            }
        }
    }

    async fn answer(self: Arc<Self>, stream: UnixStream) {
        let (read, write) = stream.into_split();
        let mut asks = BufReader::new(read).lines();
        let (tell, events) = Tell::new();
        let writer = tokio::spawn(write_events(write, events));
        match timeout(ASK, next_ask(&mut asks)).await {
            Ok(Some(Ok(ask))) => self.carry_out(ask, asks, tell).await,
            Ok(Some(Err(fault))) => tell.event(Event::Failed(fault)),
            // A command that only looks whether somebody is there.
            Ok(None) | Err(_) => drop(tell),
        }
        // The last events are on their way; a command that went away does not hold this up.
        let _ = timeout(ASK, writer).await;
    }

    async fn carry_out(&self, ask: Ask, asks: Asks, tell: Tell) {
        let done = match ask {
            Ask::Status => self.status(Care::Measure).await,
            Ask::Look => self.status(Care::Look).await,
            Ask::Examine => self.examine().await,
            Ask::Run(ask) => match self.run(&ask, asks, &tell).await {
                Ok(()) => return,
                Err(fault) => Err(fault),
            },
            Ask::Exec { host, argv } => match self.kept.agent(&host).await {
                Ok(agent) => exec(&agent, argv, asks, &tell).await,
                Err(fault) => Err(fault),
            },
            Ask::Lab(ask) => lab::answer(&self.kept, ask, asks, &tell).await,
            Ask::Ping { from, to } => self.ping(&from, &to).await,
            Ask::Remove { parties } => self.remove(&parties, &tell).await,
            Ask::Down => {
                self.end.notify_one();
                Ok(Event::Done {
                    seconds: tell.steps(),
                })
            }
            Ask::Cancel | Ask::Feed { .. } => {
                Err(Fault::ours("there is nothing going on, on this connection"))
            }
        };
        tell.event(done.unwrap_or_else(Event::Failed));
    }

    async fn status(&self, care: Care) -> Result<Event, Fault> {
        drop(self.settled(None).await);
        let running = self.running();
        Ok(Event::Status {
            status: Box::new(self.kept.parties()?.status(running, care).await),
        })
    }

    async fn examine(&self) -> Result<Event, Fault> {
        drop(self.settled(None).await);
        let up = self.kept.parties()?;
        Ok(Event::Examined {
            examined: Box::new(examine(&up).await),
        })
    }

    async fn run(&self, ask: &RunAsk, asks: Asks, tell: &Tell) -> Result<(), Fault> {
        let settled = self.settled(Some(tell)).await;
        let up = self.kept.parties()?;
        let (dial, ports) = up.dialling;
        if declared::dialling(ask.environment.program.as_ref()) != (dial, ports) {
            return Err(Fault::user(format!(
                "this environment came up for programs that use port {ports} and dial {}",
                dial.as_str()
            ))
            .hint("`e3 down`, then run again"));
        }
        remove::check_threshold(&up, ask)?;
        let (halt, heard) = watch::channel(None);
        let _running = Running::begin(&self.running, &declared::name(ask), halt.clone())?;
        drop(settled);
        let number = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        let watching = tokio::spawn(watch_for_cancel(asks, halt));
        let ended = run(
            &up,
            RunId(number),
            ask,
            (tell.clone(), &self.hearsay),
            heard,
        )
        .await;
        watching.abort();
        ended.map(drop)
    }

    async fn ping(&self, from: &str, to: &str) -> Result<Event, Fault> {
        drop(self.settled(None).await);
        let up = self.kept.parties()?;
        let (_, from) = up.party(from)?;
        let (peer, _) = up.party(to)?;
        match from
            .link
            .ask("ping", Request::Ping { peer }, PING)
            .await
            .map_err(Fault::from)?
        {
            Reply::Pinged(link) => Ok(Event::Pinged { link }),
            other => Err(Fault::ours(format!("unexpected answer {other:?}"))),
        }
    }

    /// Puts parties out. Others that ask for something wait until that is done; a run that goes on is ended.
    async fn remove(&self, names: &[String], tell: &Tell) -> Result<Event, Fault> {
        let begun = Instant::now();
        let _changing = self.settled(Some(tell)).await;
        let up = self.kept.parties()?;
        let leaving = remove::choose(&up, names)?;
        // First of all: whatever happens from here on, nobody brings them back unawares.
        let mut removed = RemovedParties::of(&up.folder)?;
        for (name, did) in remove::names(&up, &leaving) {
            removed.add(&name, &did)?;
        }
        let names = remove::names(&up, &leaving).map(|(name, _)| name);
        let ended = self.end_run(names.collect()).await?;
        let _listening = self.hearsay.tell_to(tell);
        let (now, removed) = remove::remove(&up, &leaving, (begun, tell)).await;
        if let Some(now) = now {
            self.kept.replace(now);
        }
        let mut removed = removed?;
        removed.ended = ended;
        Ok(Event::Removed {
            removed: Box::new(removed),
        })
    }

    /// Ends the run that goes on, if one does, since these parties are put out; gives what ran.
    async fn end_run(&self, names: Vec<String>) -> Result<Option<String>, Fault> {
        let what = {
            let slot = self.running.lock();
            let slot = slot.unwrap_or_else(PoisonError::into_inner);
            let Some(going) = &*slot else {
                return Ok(None);
            };
            going.halt.send_replace(Some(Halt::Removed(names)));
            going.what.clone()
        };
        let gone = async {
            while self.running().is_some() {
                sleep(PAUSE).await;
            }
        };
        let ended = timeout(ENDING, gone).await;
        ended.map_err(|_| {
            Fault::user(format!("the run of {what} does not end"))
                .hint("`e3 down` ends the environment, for all parties at once")
        })?;
        Ok(Some(what))
    }

    /// Waits while parties are put out, and tells so, if somebody is to be told; nobody is put out as long as the guard is
    /// there.
    async fn settled(&self, tell: Option<&Tell>) -> MutexGuard<'_, ()> {
        if let Ok(settled) = self.changing.try_lock() {
            return settled;
        }
        if let Some(tell) = tell {
            let text =
                "a party is being put out of this environment; this waits until that is done";
            tell.notice(Tip::Note, text);
        }
        self.changing.lock().await
    }

    fn running(&self) -> Option<String> {
        let slot = self.running.lock();
        let slot = slot.unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().map(|going| going.what.clone())
    }
}

/// A run that goes on.
struct Going {
    what: String,
    /// Ends it before its programs have ended.
    halt: watch::Sender<Option<Halt>>,
}

/// Says that a run goes on, as long as it lives.
struct Running<'a>(&'a Mutex<Option<Going>>);

impl<'a> Running<'a> {
    fn begin(
        slot: &'a Mutex<Option<Going>>,
        what: &str,
        halt: watch::Sender<Option<Halt>>,
    ) -> Result<Self, Fault> {
        let mut running = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = &*running {
            let other = &other.what;
            return Err(
                Fault::user(format!("a run of {other} is going on in this environment"))
                    .hint("wait for its end, or bring up another environment beside this one"),
            );
        }
        *running = Some(Going {
            what: what.to_owned(),
            halt,
        });
        Ok(Self(slot))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The end of the connection is the end of the run, too.
async fn watch_for_cancel(mut asks: Asks, halt: watch::Sender<Option<Halt>>) {
    while let Some(Ok(ask)) = next_ask(&mut asks).await {
        if matches!(ask, Ask::Cancel) {
            break;
        }
    }
    debug!("the run is cancelled");
    halt.send_if_modified(|halt| {
        let first = halt.is_none();
        halt.get_or_insert(Halt::Asked);
        first
    });
}

/// The next thing a command says; `None` when it has gone.
pub(crate) async fn next_ask(asks: &mut Asks) -> Option<Result<Ask, Fault>> {
    let line = asks.next_line().await.ok()??;
    let ask = serde_json::from_str(&line);
    Some(ask.map_err(|error| {
        Fault::user(format!(
            "the holder does not understand this command: {error}"
        ))
        .hint("the environment was brought up by another version of e3: `e3 down`, then `e3 up`")
    }))
}

async fn write_events(mut write: OwnedWriteHalf, mut events: Events) {
    while let Some(event) = events.next().await {
        let Ok(mut line) = serde_json::to_vec(&event) else {
            continue;
        };
        line.push(b'\n');
        if write.write_all(&line).await.is_err() {
            // The command has gone: what is told goes nowhere, but must not fill the queue.
            while events.next().await.is_some() {}
        }
    }
}
