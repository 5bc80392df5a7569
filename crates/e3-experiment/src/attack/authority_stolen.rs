//! The authority's key is stolen and used: an outsider certifies itself in a member's place.

use anyhow::Context as _;
use e3_conformance::{liar::Lie, stranger::Stranger, subject::subject, trust::Scheme};
use e3_session::{
    message::Request,
    types::{Dial, PartyIndex, RosterEntry},
};

use crate::{
    outcome::{Notes, Outcome, reason},
    stage::{OUTSIDER, PATIENCE, introduced, reaches},
};

/// In whose place it would be.
const VICTIM: usize = 1;

pub(super) async fn attempt(mut notes: Notes) -> anyhow::Result<Outcome> {
    let mut field = introduced(2, None).await?;
    if field.trust.scheme() != Scheme::Ca {
        let scheme = subject()?.scheme().unwrap_or(Scheme::Pinned).as_str();
        return Ok(Outcome::not_applicable(format!(
            "with identity {scheme} nobody certifies anybody, and there is no key to steal"
        )));
    }
    let name = ["p1".to_owned()];
    let thief = field.trust.with_stolen_key(&field.folder("thief"), &name)?;
    let mut stranger = Stranger::settle_with(&field, OUTSIDER, "p1", thief).await?;

    // The session that the members have begun goes on.
    field.admit().await?;
    field.connect().await?;
    let lie = Lie {
        me: PartyIndex(1),
        roster: Some(field.roster.clone()),
        contacts: Some(field.contacts()),
    };
    lie.tell(&field.lie(OUTSIDER))?;
    stranger.join(&field, Dial::LowerToHigher).await?;
    let party = field.party(0)?;
    let door = party.listen()?;
    let port = door.port()?;
    let calling = async {
        let by_overlay = stranger.party.dial(0).await;
        let mut dialled = Vec::new();
        for address in party.host.addresses() {
            let at = (address, port).into();
            dialled.push(stranger.party.place().dial(0, at).await);
        }
        tokio::time::sleep(PATIENCE).await;
        drop((by_overlay, dialled));
    };
    let caller = tokio::select! {
        () = calling => None,
        caller = door.caller(PATIENCE * 8) => caller?,
    };
    match caller {
        Some(from) => notes.broke(format!(
            "In a session that had begun, an outsider with keys that it had certified itself was let in by a program, from {from}."
        )),
        None => notes.held("In a session that had begun, an outsider with keys that it had certified itself was not let in by any program."),
    }
    if reaches(&stranger.party, 0).is_some() {
        notes.did("Its overlay says that it reaches a party.");
    }

    // In one that is about to begin, the organizer shows it in the member's place.
    let mut roster = field.roster.clone();
    roster.epoch += 1;
    let own = stranger.entry()?;
    let endorsement = field.trust.endorse(&own.introduction, VICTIM)?;
    let place = roster.parties.get_mut(VICTIM).context("no second party")?;
    *place = RosterEntry { endorsement, ..own };
    match field.party_mut(0)?.request(Request::Admit { roster }).await {
        Ok(_) => notes.broke("In a roster that was still to be admitted, a party took it for a member: the authority's signature was all that it asked for."),
        Err(error) => notes.held(format!("A party refused a roster with it in a member's place: {}.", reason(&error))),
    }
    Ok(notes.conclude())
}
