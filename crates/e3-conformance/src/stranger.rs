//! Somebody who is no member, with an agent, an overlay and an identity of its own.

use anyhow::Context as _;
use e3_session::types::{Contact, Dial, PartyIndex, Ports, Roster, RosterEntry, RunId};

use crate::{
    conversation,
    field::{Field, PORT, network, unendorsed},
    party::{Party, Said},
    trust::Trust,
};

/// A stranger on a host of its own, which calls itself by a member's name.
pub struct Stranger {
    /// Its agent.
    pub party: Party,
    /// The roster of which it is the only member, of the members' session.
    roster: Roster,
    trust: Trust,
}

impl Stranger {
    /// Its agent is admitted to its own roster and has joined the overlay, as an honest one would; its program has been
    /// given what programs are given.
    pub async fn settle(field: &Field, host: &str, name: &str) -> anyhow::Result<Self> {
        let trust = Trust::new(&field.folder("stranger"), &[name.to_owned()])?;
        Self::settle_with(field, host, name, trust).await
    }

    /// The same, with identities that were made for it.
    pub async fn settle_with(
        field: &Field,
        host: &str,
        name: &str,
        trust: Trust,
    ) -> anyhow::Result<Self> {
        let mut party = field.impostor(host, name)?;
        let session = field.roster.session;
        let folder = field.folder("agents").join(host);
        let introduction = party
            .introduce(session, &folder, &trust, field.given())
            .await?;
        let roster = Roster {
            session,
            epoch: 0,
            network: network()?,
            parties: vec![unendorsed(name, introduction)?],
        };
        let mut stranger = Self {
            party,
            roster,
            trust,
        };
        let dial = Dial::HigherToLower;
        stranger.join(field, dial).await?;
        let alone = std::slice::from_mut(&mut stranger.party);
        let plan = (dial, Ports::one(PORT));
        // Some overlays let nobody as much as join alone who is none of the parties.
        if alone.iter().all(|party| party.dial.is_some()) {
            conversation::look_around(alone, RunId(1), plan, &field.folder("found")).await?;
        }
        Ok(stranger)
    }

    /// Its entry in a roster.
    pub fn entry(&self) -> anyhow::Result<RosterEntry> {
        let own = self.roster.parties.first();
        Ok(own.context("nobody is left")?.clone())
    }

    /// Joins the overlay, as far as that lets it; anew where the connections are others than before. What it believes
    /// then is the lie that stands there.
    pub async fn join(&mut self, field: &Field, dial: Dial) -> anyhow::Result<()> {
        self.roster.epoch += 1;
        let alone = std::slice::from_mut(&mut self.party);
        conversation::endorse(alone, &mut self.roster, &self.trust).await?;
        conversation::admit(alone, &self.roster).await?;
        let own = Contact {
            party: PartyIndex(0),
            sequence: u64::from(self.roster.epoch),
            addresses: self.party.host.addresses(),
        };
        let connect = field.request_to_connect(&[own], dial)?;
        let id = self.party.ask(connect).await?;
        loop {
            if let Said::Reply(re, reply) = self.party.hear().await?
                && re == id
            {
                return self.party.connected(*reply);
            }
        }
    }
}
