//! Somebody who takes no part joins with an identity of its own making, under a member's name: a hostile organizer puts it
//! into that member's place, and sends to it whoever looks for the member.

use anyhow::Context as _;
use e3_conformance::{field::Field, liar::Lie, stranger::Stranger};
use e3_identity::Endorsement;
use e3_session::{
    message::Request,
    types::{Dial, PartyIndex, RosterEntry},
};

use crate::{
    outcome::{Notes, reason},
    stage::{OUTSIDER, PATIENCE, introduced, is_answered_by, reaches},
};

/// In whose place it would be.
const VICTIM: usize = 1;

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let mut stranger = Stranger::settle(&field, OUTSIDER, "p1").await?;
    in_the_roster(&mut field, &stranger, notes).await?;
    past_the_roster(&mut field, &mut stranger, notes).await?;
    field.leave().await
}

/// It stands in the roster that the others are shown, with all that could be said for it.
async fn in_the_roster(
    field: &mut Field,
    stranger: &Stranger,
    notes: &mut Notes,
) -> anyhow::Result<()> {
    field.endorse().await?;
    let honest = field.roster.clone();
    let victim = honest.parties.get(VICTIM).context("no second party")?;
    let own = stranger.entry()?;
    let endorsements: [(&str, Endorsement); 2] = [
        ("its own endorsement", own.endorsement.clone()),
        ("the member's endorsement", victim.endorsement.clone()),
    ];
    for (with, endorsement) in endorsements {
        let mut roster = field.roster.clone();
        roster.epoch += 1;
        field.roster.epoch = roster.epoch;
        if let Some(place) = roster.parties.get_mut(VICTIM) {
            *place = RosterEntry {
                endorsement,
                ..own.clone()
            };
        }
        let admit = Request::Admit { roster };
        match field.party_mut(0)?.request(admit).await {
            Ok(_) => notes.broke(format!(
                "A party signed a roster with an outsider in a member's place, which came with {with}."
            )),
            Err(error) => notes.held(format!(
                "A party refused a roster with an outsider in a member's place, which came with {with}: {}.", reason(&error)
            )),
        }
    }
    Ok(())
}

/// The roster is the true one; it uses the overlay's own protocol, by what it knows of it, as if it were the member.
async fn past_the_roster(
    field: &mut Field,
    stranger: &mut Stranger,
    notes: &mut Notes,
) -> anyhow::Result<()> {
    for (believes, usurps, dial) in [
        ("the true roster", false, Dial::Mesh),
        (
            "a roster that names its own keys",
            true,
            Dial::LowerToHigher,
        ),
    ] {
        field.admit().await?;
        let mut roster = field.roster.clone();
        if usurps {
            *roster.parties.get_mut(VICTIM).context("no second party")? = stranger.entry()?;
        }
        let places = field.contacts_with(VICTIM, &stranger.party.host);
        let lie = Lie {
            me: PartyIndex(1),
            roster: Some(roster),
            contacts: Some(places.clone()),
        };
        lie.tell(&field.lie(OUTSIDER))?;
        // It is there when the first party looks for the second.
        let asked = field
            .begin_connecting_at(&places, |index| index == 0)
            .await?;
        stranger.join(field, dial).await?;
        field.finish_connecting(asked).await?;
        let party = field.party(0)?;
        let reached = reaches(party, 1).is_some();
        let answers = is_answered_by(party, VICTIM, &stranger.party).await?;
        let how = format!(
            "An outsider whose overlay believes {believes}, where a member was looked for,"
        );
        match (answers, reached) {
            (true, _) => notes.broke(format!(
                "{how} got the connection that was meant for the member."
            )),
            (false, true) => notes.broke(format!("{how} was taken for the member by the overlay.")),
            (false, false) => notes.held(format!(
                "{how} was not taken for the member, and got no connection."
            )),
        }
    }

    // Now the true one is there, and the outsider calls.
    field.admit().await?;
    field.connect().await?;
    let party = field.party(0)?;
    let door = party.listen()?;
    let calling = async {
        let dialled = stranger.party.dial(0).await;
        tokio::time::sleep(PATIENCE).await;
        drop(dialled);
    };
    let ((), caller) = tokio::join!(calling, door.caller(PATIENCE));
    match caller? {
        Some(from) => notes.broke(format!(
            "An outsider called a party by way of its own overlay, and was let in, from {from}."
        )),
        None => {
            notes.held("An outsider called a party by way of its own overlay, and was not let in.");
        }
    }
    Ok(())
}
