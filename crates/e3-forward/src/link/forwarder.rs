//! All links of one party.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use e3_session::types::{PartyIndex, RunId};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use super::{
    Carrier, ForwardSettings, Guard, LinkFacts, LinkState, Notice, PeerKey,
    notices::Notices,
    peer::{Command, Rules, Run, Shared},
    share::Share,
    task::Task,
};
use crate::{Programs, place::Accepted};

/// How long leaving may take: as long as the end of a carrier may, and a little.
const LEAVING: Duration = Duration::from_millis(1200);

/// All links of one party over one place. Dropped, it ends them without a word; [`Self::leave`] tells the peers.
#[derive(Debug)]
pub struct Forwarder {
    inner: Arc<Inner>,
    accepting: JoinHandle<()>,
}

struct Inner {
    programs: Arc<dyn Programs>,
    settings: ForwardSettings,
    notices: Arc<Notices>,
    share: Arc<Share>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    peers: BTreeMap<PeerKey, Peer>,
    rules: Rules,
    /// Links of peers that were removed, until they have ended.
    leaving: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Peer {
    /// What the roster calls it now.
    index: PartyIndex,
    commands: mpsc::UnboundedSender<Command>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Begins to take the program's connections. Within a Tokio runtime, which all carriers belong to.
    pub fn start(programs: Arc<dyn Programs>, me: PartyIndex, settings: ForwardSettings) -> Self {
        tracing::debug!(%me, "links begin");
        let inner = Arc::new(Inner {
            programs,
            share: Arc::new(Share::of(settings.files)),
            settings,
            notices: Arc::default(),
            state: Mutex::default(),
        });
        let accepting = tokio::spawn(accept(inner.clone()));
        Self { inner, accepting }
    }

    /// Makes the link to whoever has this key, which then waits for carriers. Exactly one end of each link is its leader:
    /// the one with the smaller key. A link that is there already ends first.
    pub fn add_peer(&self, key: PeerKey, index: PartyIndex, leader: bool) {
        self.remove_peer(key, "its link begins anew");
        let (commands, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(
            self.inner.notices.clone(),
            self.inner.share.clone(),
        ));
        let mut state = self.inner.state();
        let task = Task::new(
            self.inner.programs.clone(),
            index,
            leader,
            self.inner.settings.clone(),
            state.rules,
            receiver,
            shared.clone(),
        );
        let task = tokio::spawn(task.run());
        state.peers.insert(
            key,
            Peer {
                index,
                commands,
                shared,
                task,
            },
        );
        self.inner.share.among(state.peers.len());
    }

    /// Ends the link to a peer, and with it all connections of the program to it. The peer is told.
    pub fn remove_peer(&self, key: PeerKey, why: &str) {
        let mut state = self.inner.state();
        if let Some(peer) = state.peers.remove(&key) {
            tracing::info!(peer = %peer.index, "the link to it ends: {why}");
            peer.ask(Command::Leave);
            state.leaving.retain(|task| !task.is_finished());
            state.leaving.push(peer.task);
            self.inner.share.among(state.peers.len());
        }
    }

    /// Lets a link that is [over](LinkState::Over) begin anew, without a past, if the peer has left and may be back; not if
    /// the peer did what is wrong. What it has counted so far stays.
    pub fn begin_anew(&self, key: PeerKey) {
        self.inner.ask(key, Command::Anew);
    }

    /// Takes the indices of a changed roster, without touching links: this party's, and those of peers. Peers that are
    /// not named keep theirs.
    pub fn renumber(&self, me: PartyIndex, peers: &[(PeerKey, PartyIndex)]) {
        tracing::debug!(%me, "links have other indices");
        let mut state = self.inner.state();
        for (key, index) in peers {
            if let Some(peer) = state.peers.get_mut(key) {
                peer.index = *index;
                peer.ask(Command::Renumber(*index));
            }
        }
    }

    /// Hands over a fresh carrier to the link of the peer that it leads to, which does with it what it thinks best;
    /// dropped where there is none.
    pub fn attach(&self, carrier: Carrier) {
        self.inner.ask(carrier.peer, Command::Attach(carrier));
    }

    /// The state of the link to a peer, as it changes; none where there is no such peer. Closed once the peer is
    /// removed.
    pub fn watch(&self, key: PeerKey) -> Option<watch::Receiver<LinkState>> {
        let state = self.inner.state();
        let peer = state.peers.get(&key);
        peer.map(|peer| peer.shared.state.subscribe())
    }

    /// What the link to a peer has done so far; none where there is no such peer.
    pub fn report(&self, key: PeerKey) -> Option<LinkFacts> {
        let state = self.inner.state();
        state.peers.get(&key).map(|peer| peer.shared.facts())
    }

    /// Measures the round-trip time to a peer now, through both agents. None where no answer came in that time.
    pub async fn ping(&self, key: PeerKey, within: Duration) -> Option<Duration> {
        let (sender, answer) = oneshot::channel();
        self.inner.ask(key, Command::Ping(sender));
        timeout(within, answer).await.ok()?.ok()
    }

    /// What is checked of connections that peers open from now on.
    pub fn guard(&self, rules: Guard) {
        self.inner.change_rules(|now| now.guard = rules);
    }

    /// A program begins: connections belong to this run from now on. Those that peers open for another one, or for none,
    /// wait for it as long as an outage may last.
    pub fn begin_run(&self, run: RunId) {
        self.inner.change_rules(|now| now.run = Run::Within(run.0));
    }

    /// The program has ended: what peers have opened to it and it has not heard of is reset, and what they still open.
    /// Its own connections end as it has left them, and what it said last is still on its way. Connections belong to no
    /// run until the next one.
    pub fn end_run(&self) {
        self.inner.change_rules(|now| now.run = now.run.ended());
    }

    /// What somebody should hear about, from now on. A peer that causes much of it is told of seldom.
    pub fn notices(&self) -> mpsc::UnboundedReceiver<Notice> {
        self.inner.notices.listen()
    }

    /// Tells the peers, ends all connections, and waits until that is done: little more than a second at most. Whoever else
    /// still has the forwarder keeps it from nothing; it has no links any more.
    pub async fn leave(&self) {
        self.accepting.abort();
        let tasks = {
            let mut state = self.inner.state();
            let peers = std::mem::take(&mut state.peers);
            let tasks = peers.into_values().map(|peer| {
                peer.ask(Command::Leave);
                peer.task
            });
            let tasks: Vec<_> = tasks.collect();
            tasks
                .into_iter()
                .chain(std::mem::take(&mut state.leaving))
                .collect::<Vec<_>>()
        };
        _ = timeout(LEAVING, async {
            for task in tasks {
                // A task that was cancelled has nothing more to say.
                _ = task.await;
            }
        })
        .await;
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.accepting.abort();
        let state = self.inner.state();
        for task in state
            .peers
            .values()
            .map(|peer| &peer.task)
            .chain(&state.leaving)
        {
            task.abort();
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, key: PeerKey, command: Command) {
        if let Some(peer) = self.state().peers.get(&key) {
            peer.ask(command);
        }
    }

    fn change_rules(&self, change: impl FnOnce(&mut Rules)) {
        let mut state = self.state();
        change(&mut state.rules);
        let rules = state.rules;
        for peer in state.peers.values() {
            peer.ask(Command::Rules(rules));
        }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Peer {
    fn ask(&self, command: Command) {
        // A task that has ended has nothing to do.
        _ = self.commands.send(command);
    }
}

/// Gives each connection of the program to the link of the peer that it is meant for.
async fn accept(inner: Arc<Inner>) {
    loop {
        match inner.programs.accept().await {
            Ok(accepted) => give(&inner, accepted),
            Err(error) => {
                tracing::warn!("no more connections of the program can be taken: {error}");
                return;
            }
        }
    }
}

fn give(inner: &Inner, accepted: Accepted) {
    let state = inner.state();
    let mut peers = state.peers.values();
    match peers.find(|peer| peer.index == accepted.to) {
        Some(peer) => peer.ask(Command::Connect(accepted)),
        // Where this fails, the socket is reset or gone already.
        None => _ = accepted.stream.set_zero_linger(),
    }
}
