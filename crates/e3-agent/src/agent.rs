//! What an agent has and is doing, and which module carries out which request.

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use e3_identity::{Documents, PartyKeys};
use e3_overlay::{Joined, Overlay, OverlayError, ProgramNeeds};
use e3_program::stage::Staging;
use e3_session::{
    agent::{AgentMachine, Step},
    frame::FrameError,
    message::{Refusal, RefusalCode, Reply, Request, ToAgent, ToController},
    types::{Dial, DialTable, End, Nonce, Outcome, PartyIndex, Ports},
};
use tokio::{
    sync::{RwLock, mpsc, watch},
    task::JoinSet,
};

use crate::{
    agree::Found, carry::Post, conclude::Finished, connect::Standing, exec::Running, kit::Kit,
    outbox::Outbox, process::orphans::Orphans, process::watch::Stopper, services, stage::Job,
};

/// The overlay as joined; shared with the tasks that measure its links.
pub(crate) type Shared = Arc<RwLock<Option<Box<dyn Joined>>>>;

/// Answers of tasks that may wait to be sent.
const ANSWERS: usize = 16;

/// One end of one conversation.
pub(crate) struct Agent {
    pub(crate) kit: Kit,
    pub(crate) machine: AgentMachine,
    pub(crate) outbox: Outbox,
    /// Whether the controller has vanished.
    alone: bool,
    /// What takes longer than a moment.
    pub(crate) tasks: JoinSet<Event>,
    /// Answers of tasks that have more than one to give.
    pub(crate) answers: mpsc::Sender<(u32, Reply)>,
    answered: mpsc::Receiver<(u32, Reply)>,
    /// True when the conversation ends: tasks that only measure or connect stop.
    pub(crate) ending: watch::Sender<bool>,
    /// Marks what this agent starts; see [`crate::process::orphans::MARK`].
    pub(crate) mark: String,
    /// What appears in the course of the conversation.
    pub(crate) orphans: Orphans,

    /// From *hello*: where files are kept.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) staging: Option<Staging>,
    /// From *prepare*.
    pub(crate) overlay: Option<Arc<dyn Overlay>>,
    /// From *introduce*; erased when dropped.
    pub(crate) keys: Option<Arc<PartyKeys>>,
    /// From *admit* to *reveal*: what this party has committed itself to.
    pub(crate) nonce: Option<Nonce>,
    /// From *admit*: sealed messages.
    pub(crate) post: Post,
    /// From *connect*.
    pub(crate) joined: Shared,
    pub(crate) dial: Option<DialTable>,
    /// What the overlay gives programs.
    pub(crate) needs: ProgramNeeds,
    /// Why programs must not go on over the overlay that is joined, if so.
    pub(crate) severed: Option<String>,
    /// How often the overlay was joined: what an earlier one has to say holds no more.
    pub(crate) joins: u64,
    /// The connections and the ports that the overlay was joined for.
    pub(crate) plan: Option<(Dial, Ports)>,
    /// From *stage* to the end of the run.
    pub(crate) job: Option<Job>,
    pub(crate) run: Option<Stopper>,
    /// Commands that run, by the number of their request.
    pub(crate) commands: BTreeMap<u32, Running>,
    /// Infrastructure that runs here.
    pub(crate) services: services::Running,
}

/// What a task has come to.
pub(crate) enum Event {
    /// It has the answer.
    Answer(u32, Box<Reply>),
    /// The overlay is joined, or is not.
    Connected(u32, Result<Box<Standing>, OverlayError>),
    /// The documents of a roster's DIDs are found, or not.
    Resolved(u32, Result<Documents, Refusal>),
    /// The program was laid out and its language found, or was not.
    Agreed(u32, Box<Found>),
    /// The program has ended.
    Ran(u32, Box<Finished>),
    /// A command has ended.
    Exited(u32, Outcome),
    /// The overlay has a message for a peer, not yet sealed.
    Mail(PartyIndex, Vec<u8>),
    /// The overlay that was joined as the so-many-th cannot be relied upon any more, for this reason.
    Severed(u64, String),
    /// It was broken off, or there is nothing to say.
    Nothing,
}

/// What comes of a request at once: the answer, or nothing yet, as a task will answer.
pub(crate) type Turn = Option<Reply>;

impl Agent {
    /// An agent before *hello*.
    pub(crate) fn new(kit: Kit, outbox: Outbox) -> Self {
        let mark = new_mark();
        let (answers, answered) = mpsc::channel(ANSWERS);
        Self {
            kit,
            machine: AgentMachine::new(),
            outbox,
            alone: false,
            tasks: JoinSet::new(),
            answers,
            answered,
            ending: watch::Sender::new(false),
            orphans: Orphans::since_now(&mark),
            mark,
            folder: None,
            staging: None,
            overlay: None,
            keys: None,
            nonce: None,
            post: Post::new(),
            joined: Shared::default(),
            dial: None,
            needs: ProgramNeeds::default(),
            severed: None,
            joins: 0,
            plan: None,
            job: None,
            run: None,
            commands: BTreeMap::new(),
            services: services::Running::default(),
        }
    }

    /// Marks what a request starts.
    pub(crate) fn mark_of(&self, request: u32) -> String {
        format!("{}{request}.", self.mark)
    }

    /// Whether the controller has vanished.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Takes a request; false if it was refused out of hand.
    pub(crate) async fn receive(&mut self, message: ToAgent) -> bool {
        match self.machine.receive(message) {
            Step::Answer(answer) => {
                self.send(answer).await;
                false
            }
            Step::Perform(ToAgent { id, request }) => {
                match self.perform(id, request) {
                    Ok(Some(reply)) => self.answer(id, reply).await,
                    Ok(None) => {}
                    Err(refusal) => self.answer(id, Reply::Refused(refusal)).await,
                }
                true
            }
        }
    }

    /// Answers what could not be read.
    pub(crate) async fn unreadable(&mut self, error: &FrameError) {
        let answer = self.machine.unreadable(error);
        self.send(answer).await;
    }

    fn perform(&mut self, id: u32, request: Request) -> Result<Turn, Refusal> {
        match request {
            Request::Hello { folder, .. } => self.hello(&folder).map(Some),
            Request::Serve(serve) => self.start_service(id, serve),
            Request::Members { keys } => {
                self.tell_services(id, keys);
                Ok(None)
            }
            Request::Health => {
                self.health(id);
                Ok(None)
            }
            Request::Prepare(settings) => self.prepare(&settings).map(Some),
            Request::Introduce {
                lifetime_s,
                identity,
                addresses,
                network,
            } => self.introduce(id, lifetime_s, identity.as_deref(), (addresses, network)),
            // Overlays find it in the roster that follows.
            Request::Endorse { .. } => Ok(Some(Reply::Endorsed)),
            Request::Admit { roster } => Ok(self.admit(id, &roster)),
            Request::Reveal { .. } => self.reveal().map(Some),
            Request::Compare { .. } => self.compare().map(Some),
            Request::Connect {
                contacts,
                dial,
                ports,
                timeout_ms,
            } => self.connect(id, contacts, dial, ports, timeout_ms),
            Request::Stage {
                run,
                program,
                input,
                output,
            } => self.stage(run, program, &input, output).map(Some),
            Request::Blob(piece) => self.blob(&piece).map(Some),
            Request::Agree { .. } => self.agree(id),
            Request::Confirm { .. } => self.confirm().map(Some),
            Request::Run { .. } => self.run(id),
            Request::Conclude { .. } => self.conclude().map(Some),
            Request::Stop { grace_ms, because } => Ok(Some(self.stop(grace_ms, &because))),
            Request::Exec { argv } => self.exec(id, &argv),
            Request::Feed { to, data } => self.feed(id, to, data),
            Request::Kill { exec } => Ok(Some(self.kill(exec))),
            Request::Ping { peer } => {
                self.ping(id, peer);
                Ok(None)
            }
            Request::Links => {
                self.links(id);
                Ok(None)
            }
            Request::Examine { asked, reflectors } => {
                self.examine(id, asked, &reflectors);
                Ok(None)
            }
            Request::Reflect { for_ms } => {
                self.reflect(id, for_ms);
                Ok(None)
            }
            Request::Tell { text } => {
                tracing::warn!("{text}");
                Ok(Some(Reply::Stored))
            }
            Request::Deliver { from, sealed } => self.deliver(from, &sealed).map(Some),
            // Carried out when the loop has ended: see `leave`.
            Request::Leave => Ok(None),
        }
    }

    /// Waits for a task's end, or for a message from the overlay.
    pub(crate) async fn event(&mut self) -> Event {
        tokio::select! {
            Some(event) = self.tasks.join_next() => match event {
                Ok(event) => event,
                Err(error) => {
                    // A task can only be broken off by `leave`, or by a fault of ours.
                    tracing::warn!(%error, "a task was broken off");
                    Event::Nothing
                }
            },
            Some((id, reply)) = self.answered.recv() => Event::Answer(id, Box::new(reply)),
            Some((to, message)) = self.post.outgoing() => Event::Mail(to, message),
        }
    }

    /// Takes note of it, and tells the controller.
    pub(crate) async fn settle(&mut self, event: Event) {
        let (id, reply) = match event {
            Event::Mail(to, message) => (0, self.seal(to, &message)),
            Event::Nothing => return,
            Event::Severed(joined, why) => match self.sever(joined, why) {
                Some(notice) => (0, notice),
                None => return,
            },
            Event::Answer(id, reply) => (id, *reply),
            Event::Connected(id, result) => {
                let reply = self.connected(result);
                if let Some(text) = self.needs.notice.clone() {
                    // Before the answer: whoever waits for that should have heard it.
                    self.answer(0, Reply::Notice { text }).await;
                }
                (id, reply)
            }
            Event::Agreed(id, found) => (id, self.agreed(*found)),
            Event::Resolved(id, found) => (id, self.resolved(found)),
            Event::Ran(id, finished) => {
                self.run = None;
                let finished = self.perhaps_severed(*finished);
                (id, self.ended(finished))
            }
            Event::Exited(id, outcome) => {
                self.commands.remove(&id);
                (id, exited(outcome))
            }
        };
        self.answer(id, reply).await;
    }

    /// Answers a request, as far as the machine allows it; says so if it doesn't.
    pub(crate) async fn answer(&mut self, id: u32, reply: Reply) {
        let answer = self.machine.answer(id, reply).or_else(|error| {
            let refusal = Refusal::new(RefusalCode::Fault, error.to_string());
            self.machine.answer(id, Reply::Refused(refusal))
        });
        match answer {
            Ok(answer) => self.send(answer).await,
            Err(error) => tracing::warn!(%error, "an answer is not wanted any more"),
        }
    }

    async fn send(&mut self, message: ToController) {
        if !self.outbox.answer(message).await {
            self.alone = true;
        }
    }
}

/// A refusal that names what cannot be used, and why.
pub(crate) fn unusable(error: impl fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::Unusable, error.to_string())
}

/// A refusal because the agent lacks what the machine should have made sure of.
pub(crate) fn fault(what: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Fault,
        format!("the agent has lost {what}: this is a fault of E³"),
    )
}

/// The end of a command, which nobody signs.
pub(crate) fn exited(outcome: Outcome) -> Reply {
    Reply::Ended(Box::new(End {
        outcome,
        statement: None,
        opening: None,
    }))
}

/// Fresh randomness.
pub(crate) fn random() -> Result<[u8; 32], Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        let text = format!("the operating system gave no randomness: {error}");
        Refusal::new(RefusalCode::Fault, text)
    })?;
    Ok(bytes)
}

/// Distinguishes agents that share a process; no secret.
fn new_mark() -> String {
    let mut bytes = [0; 8];
    // Without randomness the process id serves: then there is one agent a process.
    if getrandom::fill(&mut bytes).is_err() {
        return format!("{}.", std::process::id());
    }
    format!("{}.", hex::encode(bytes))
}
