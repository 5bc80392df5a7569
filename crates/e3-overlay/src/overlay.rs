//! The trait that every overlay implements.

use std::sync::Arc;

use async_trait::async_trait;
use e3_session::types::{Contact, DialTable, LinkReport, Options, PartyIndex, Roster, RunId};
use serde_bytes::ByteBuf;
use tokio::sync::{mpsc, oneshot};

use crate::{
    Addressing, Flow, Introducing, Joining, Need, OptionKind, OverlayError, ProgramNeeds,
    ProgramRules, Properties, Scene, Service, ServiceKind, Wish,
};

/// An overlay before it is joined.
///
/// An overlay never knows a host provider, the lab or another overlay. It consumes a roster that the agent has
/// verified, and takes peers' keys from nowhere else.
#[async_trait]
pub trait Overlay: Send + Sync + 'static {
    /// Its name in e3.toml.
    fn name(&self) -> &'static str;

    /// One line for a person.
    fn summary(&self) -> &'static str;

    /// What it promises; the conformance suite and the experiments hold it to this.
    fn properties(&self) -> Properties;

    /// What it needs on a host.
    fn needs(&self) -> &'static [Need];

    /// What it makes use of where a host has it, looked for now.
    fn wishes(&self) -> Vec<Wish> {
        Vec::new()
    }

    /// At which addresses programs find one another.
    fn addressing(&self) -> Addressing;

    /// What e3.toml may say of it, in a table that bears its name.
    fn options(&self) -> &'static [OptionKind] {
        &[]
    }

    /// Infrastructure that it needs and no party is, unless an option says otherwise ([`OptionShape::Source`]).
    ///
    /// [`OptionShape::Source`]: crate::OptionShape::Source
    fn services(&self) -> &'static [ServiceKind];

    /// The service of that kind, for an agent to start. None where nothing of this overlay's is to be started.
    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        let _ = kind;
        None
    }

    /// The identity schemes that it works with, in e3.toml's words, the one that it is used with unless another is
    /// said first. None for all of them.
    fn identities(&self) -> &'static [&'static str] {
        &[]
    }

    /// Looks, before anything is made, for what cannot be used of the options beyond what their shapes say.
    fn check(&self, options: &Options) -> Result<(), OverlayError> {
        let _ = options;
        Ok(())
    }

    /// The mode that an agreement names, such as `plain`: with every option that decides what the overlay promises.
    fn mode(&self, options: &Options) -> String;

    /// Every connection that hosts open for it and for a program over it, in this scene: what a firewall has to let
    /// through. The conformance suite holds the overlay to it.
    fn flows(&self, scene: &Scene) -> Vec<Flow>;

    /// The public bytes that go into this party's introduction. Called once, before any roster is known; private
    /// keys stay inside the overlay.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError>;

    /// The name that an X.509 certificate for the party at this index has to bear, for an overlay that needs one. What
    /// [`Overlay::introduce`] gave is then a certification request (RFC 2986).
    fn certificate_name(&self, party: PartyIndex) -> Option<String> {
        let _ = party;
        None
    }

    /// The words by which a command's templates name the files that this overlay gives programs; a command that uses
    /// none of them would not be secured, and must not run. None where every program is carried alike.
    fn program_words(&self) -> &'static [&'static str] {
        &[]
    }

    /// Joins the parties of a verified roster. Returns when every link that the program needs was tried, at most
    /// `joining.timeout` later: a peer that cannot be reached is a [`Path::Unreachable`] link, not an error.
    ///
    /// [`Path::Unreachable`]: e3_session::types::Path::Unreachable
    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError>;

    /// Ends what [`Overlay::introduce`] has started, where nobody will join any more, or joining has failed.
    async fn abandon(&self) {}
}

/// An overlay that a party has joined.
#[async_trait]
pub trait Joined: Send + Sync {
    /// How this party reaches the others.
    fn dial_table(&self) -> DialTable;

    /// What a program needs beside the dial table while it runs.
    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds::default()
    }

    /// What happens to links and to programs' connections that a person should hear about, from now on: who did what to
    /// which connection, and what to do next. What a peer can cause is told so seldom that nobody is flooded by it. Given
    /// once; none from an overlay that tells nothing.
    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        None
    }

    /// Becomes ready when programs must not go on over it, with the reason for a person: somebody whom it has to believe has
    /// handed out a key that the roster does not name, or what carries its packets has died. The party's program is stopped
    /// then, and no other is started. Given once; none from an overlay to which that cannot happen.
    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        None
    }

    /// The numbers of the processes that carry its packets beside this one. What they use counts as this one's.
    fn helpers(&self) -> Vec<u32> {
        Vec::new()
    }

    /// A program is about to start: which run it is, the same at all parties, and what is known of it. What was told of
    /// the one before holds no more.
    fn program_begins(&self, run: RunId, rules: ProgramRules) {
        let _ = (run, rules);
    }

    /// The program has ended, and all that it has started.
    fn program_ended(&self) {}

    /// The links as they are now.
    async fn links(&self) -> Vec<LinkReport>;

    /// Measures the link to a peer now.
    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError>;

    /// Takes a roster of a later epoch: members added, removed or moved, while the rest goes on.
    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError>;

    /// Leaves without a trace. Called once; nothing of the overlay may be left on the host afterwards.
    async fn leave(self: Box<Self>) -> Result<(), OverlayError>;
}
