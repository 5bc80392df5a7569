//! The overlay while it is up.
//!
//! - `join`: how it comes up, `settled`: when nebula can be left alone, `herald`: when peers can be asked for;
//! - `supervise`: what is watched meanwhile, `renewal` and `revival`: what is done;
//! - `host`: this host's nebula and its files, `links`: what is told of links.

mod herald;
mod host;
mod join;
mod links;
mod renewal;
mod revival;
mod settled;
mod supervise;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_forward::place::Tunnelled;
use e3_overlay::{Joined, OverlayError, ProgramNeeds};
use e3_session::types::{Contact, Dial, DialTable, LinkReport, PartyIndex, Ports, Roster};
use futures::future::join_all;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

use crate::{NebulaError, files::Files, lighthouse::Lighthouse, members::Members};
use herald::Known;
use host::Host;
use join::plan;
pub(crate) use join::{join, start};

/// How long a peer may take to answer.
const PING: Duration = Duration::from_secs(2);

/// How long nebula may take to carry what peers are told at the end.
const FAREWELL: Duration = Duration::from_millis(20);

/// A party that has joined.
pub(crate) struct Nebula {
    host: Arc<Host>,
    place: Arc<Tunnelled>,
    known: Known,
    members: Members,
    light: Lighthouse,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    timeout: Duration,
    tasks: JoinSet<()>,
    /// Until the agent takes it.
    severed: Option<oneshot::Receiver<String>>,
    /// The same.
    notices: Option<mpsc::Receiver<String>>,
}

#[async_trait]
impl Joined for Nebula {
    fn dial_table(&self) -> DialTable {
        self.place.dial_table()
    }

    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds {
            place: self.place.program_place(),
            ..ProgramNeeds::default()
        }
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.severed.take()
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        self.notices.take()
    }

    fn helpers(&self) -> Vec<u32> {
        vec![self.host.daemon.pid()]
    }

    async fn links(&self) -> Vec<LinkReport> {
        join_all(self.peers().map(|peer| self.measure(peer, PING))).await
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        let found = self.peers().find(|member| member.index == peer);
        let found = found.ok_or(OverlayError::NoSuchParty { index: peer.0 })?;
        Ok(self.measure(found, PING).await)
    }

    /// Whoever stays keeps its tunnel, and all connections through it. Whoever goes is forgotten at once by this host's
    /// firewall, and its tunnel ends as soon as nebula looks at it again.
    async fn change(&mut self, roster: &Roster, _contacts: &[Contact]) -> Result<(), OverlayError> {
        let members = Members::of(roster, &self.light, Some(self.members.version))?;
        let own = self.host.identity.certificate(members.version);
        let own = own.map(e3_nebula::Certificate::fingerprint);
        let mut all = members.all.iter();
        let me = all.find(|member| Some(member.authority.fingerprint()) == own);
        let me = me
            .ok_or(OverlayError::NoSuchParty { index: self.me.0 })?
            .index;
        let plan = plan(roster, &members, me, self.dial, self.ports);
        // First, so that whoever goes can still be told that its connections have ended.
        self.place.change(&plan).map_err(NebulaError::Place)?;
        self.host.take(&members, me, self.ports, &self.light)?;
        (self.members, self.me) = (members, me);
        self.settle().await?;
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        let Self {
            host,
            place,
            mut tasks,
            ..
        } = *self;
        tasks.shutdown().await;
        place.hang_up();
        sleep(FAREWELL).await;
        let files: Files = host.files.clone();
        // Nobody else has it any more; dropped, nebula is killed as well.
        if let Some(host) = Arc::into_inner(host) {
            host.daemon.stop().await;
        }
        drop(place);
        files.remove();
        Ok(())
    }
}
