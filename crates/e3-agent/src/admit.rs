//! *admit*, *reveal* and *compare*: who takes part, and that all hold the same roster.

use std::sync::Arc;

use e3_identity::{Did, Documents, Policy, Resolver};
use e3_overlay::addresses::collision;
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::{self, Admission, Nonce, Roster, Subnet},
};
use tokio::task::JoinSet;

use crate::{
    agent::{Agent, Event, Turn, fault, random},
    hello::routes,
    run::now_ms,
};

/// Why this host cannot be part of the roster's network: it has come to a network of its own that overlaps it.
fn collides(roster: &Roster, routes: &[Subnet]) -> Option<Refusal> {
    let (network, route) = collision(&roster.network, routes)?;
    let text = format!(
        "the roster's network {network} overlaps {route}, to which this host has a route: another one has to be declared \
         by `network.virtual`, or none, so that one is chosen that is free"
    );
    Some(Refusal::new(RefusalCode::Unusable, text))
}

/// What an owner has to see is logged under this name, however little else is.
const WORDS: &str = "e3_words";

impl Agent {
    /// Resolves what has to be looked up, beside the loop.
    pub(crate) fn admit(&mut self, id: u32, roster: &Roster) -> Turn {
        // What was staged belongs to the roster before.
        self.job = None;
        if let Some(refusal) = collides(roster, &routes()).or_else(|| self.unlikely(roster)) {
            return Some(Reply::Refused(refusal));
        }
        let dids = roster.parties.iter().map(|entry| &entry.introduction.did);
        let authority = match self.machine.knowledge().policy() {
            Some(Policy::Ca { authority, .. }) => Some(authority),
            _ => None,
        };
        let to_fetch: Vec<Did> = dids
            .chain(authority)
            .filter(|did| did.url().is_some())
            .cloned()
            .collect();
        if to_fetch.is_empty() {
            return Some(self.resolved(Ok(Documents::new())));
        }
        let resolver = Arc::clone(&self.kit.resolver);
        self.until_the_end(async move { Event::Resolved(id, fetch(&resolver, to_fetch).await) });
        None
    }

    /// Why a party will not be believed whatever its document says: nothing is fetched for somebody unknown.
    fn unlikely(&self, roster: &Roster) -> Option<Refusal> {
        let policy = self.machine.knowledge().policy()?;
        let now = now_s();
        roster.parties.iter().find_map(|entry| {
            let believed = policy.may_believe(&entry.introduction, &entry.endorsement, now);
            let error = believed.err()?;
            Some(Refusal::new(RefusalCode::Untrusted, error.to_string()))
        })
    }

    /// Verifies every party of the roster, and takes it.
    pub(crate) fn resolved(&mut self, found: Result<Documents, Refusal>) -> Reply {
        let taken = found.and_then(|documents| self.take(documents));
        taken.unwrap_or_else(Reply::Refused)
    }

    fn take(&mut self, documents: Documents) -> Result<Reply, Refusal> {
        self.machine.verify(documents, now_s())?;
        let keys = self.keys.as_ref().ok_or_else(|| fault("its keys"))?;
        let proposed = self.machine.knowledge().proposed();
        let (roster, me) = proposed.ok_or_else(|| fault("the roster"))?;
        let nonce = Nonce(random()?);
        let hash = roster.hash();
        self.nonce = Some(nonce);
        Ok(Reply::Admitted {
            roster: hash,
            admission: Admission::sign(keys, hash, me, &nonce),
        })
    }

    /// The machine has seen that all have taken the same roster, and have committed themselves.
    pub(crate) fn reveal(&mut self) -> Result<Reply, Refusal> {
        let nonce = self.nonce.take().ok_or_else(|| fault("its nonce"))?;
        Ok(Reply::Revealed { nonce })
    }

    /// The machine has held every nonce against its commitment.
    pub(crate) fn compare(&mut self) -> Result<Reply, Refusal> {
        let known = self.machine.knowledge();
        let (hash, nonces) = known.nonces().ok_or_else(|| fault("the nonces"))?;
        let roster = known.roster().ok_or_else(|| fault("the roster"))?;
        let keys = self.keys.as_ref().ok_or_else(|| fault("its keys"))?;
        self.post.expect(keys, roster)?;
        let (words, epoch) = (types::words(hash, nonces), roster.epoch);
        let name = known.name().unwrap_or_default();
        tracing::info!(
            target: WORDS,
            "{name}: the words of roster {epoch} are `{words}`: whoever takes part has the same, or somebody is deceived"
        );
        Ok(Reply::Compared { words })
    }
}

/// The documents of these DIDs, looked up at the same time.
async fn fetch(resolver: &Arc<dyn Resolver>, dids: Vec<Did>) -> Result<Documents, Refusal> {
    let mut fetching = JoinSet::new();
    for did in dids {
        let resolver = Arc::clone(resolver);
        fetching.spawn(async move { resolver.resolve(&did).await });
    }
    let mut documents = Documents::new();
    while let Some(fetched) = fetching.join_next().await {
        let fetched = fetched.map_err(|_| fault("a document that it was fetching"))?;
        let document =
            fetched.map_err(|error| Refusal::new(RefusalCode::Untrusted, error.to_string()))?;
        documents.insert(document);
    }
    Ok(documents)
}

/// Now, in Unix seconds.
pub(crate) fn now_s() -> u64 {
    now_ms() / 1000
}
