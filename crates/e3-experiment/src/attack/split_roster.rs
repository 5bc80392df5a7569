//! The organizer shows different rosters to different parties, and lets them go on.
//!
//! An overlay has no part in that: it takes the roster that its agent has compared with the others'. So what is weakened on
//! purpose is the agent: a credulous one gives its overlay what the organizer says.

use e3_session::{
    message::Request,
    types::{Dial, Roster},
};

use crate::{
    outcome::{Notes, reason},
    stage::{introduced, lie},
};

pub(super) async fn attempt(notes: &mut Notes, credulous: bool) -> anyhow::Result<()> {
    if credulous {
        return believed(notes).await;
    }
    for (how, other) in [
        ("of another epoch", later as fn(&Roster) -> Roster),
        ("with two parties in each other's places", swapped),
    ] {
        shown(notes, how, other).await?;
    }
    Ok(())
}

/// The last of three parties is shown another roster than the first two.
async fn shown(
    notes: &mut Notes,
    how: &str,
    other: impl Fn(&Roster) -> Roster,
) -> anyhow::Result<()> {
    let mut field = introduced(3, None).await?;
    field.endorse().await?;
    let shown = field.roster.clone();
    let other = other(&shown);
    let mut admissions = Vec::new();
    let rosters = [&shown, &shown, &other];
    for (party, roster) in field.parties.iter_mut().zip(rosters) {
        match party.admit(roster).await {
            Ok(admission) => admissions.push(admission),
            Err(error) => {
                notes.held(format!(
                    "A party refused to sign a roster {how}: {}.",
                    reason(&error)
                ));
                return Ok(());
            }
        }
    }
    for party in field.parties.iter_mut().take(2) {
        let admissions = admissions.clone();
        match party.request(Request::Reveal { admissions }).await {
            Ok(_) => notes.broke(format!(
                "{} went on although another party had signed a roster {how}.",
                party.name
            )),
            Err(error) => notes.held(format!(
                "Where another party had signed a roster {how}, a party went no further: {}.",
                reason(&error)
            )),
        }
    }
    // The organizer goes on as if nothing had happened.
    let contacts = field.contacts();
    let connect = field.request_to_connect(&contacts, Dial::Mesh)?;
    for party in field.parties.iter_mut().take(2) {
        match party.request(connect.clone()).await {
            Ok(_) => notes.broke(format!("{} connected nevertheless.", party.name)),
            Err(error) => notes.held(format!(
                "Told to connect nevertheless, it refused: {}.",
                reason(&error)
            )),
        }
    }
    Ok(())
}

fn later(roster: &Roster) -> Roster {
    Roster {
        epoch: roster.epoch + 1,
        ..roster.clone()
    }
}

fn swapped(roster: &Roster) -> Roster {
    let mut other = roster.clone();
    if other.parties.len() > 1 {
        other.parties.swap(0, 1);
    }
    other
}

/// The first party's agent gives its overlay what the organizer says, and not what it has compared with the others.
async fn believed(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = introduced(2, Some(0)).await?;
    field.admit().await?;
    lie(&field, "p0", 0, Some(later(&field.roster)))?;
    let asked = field.begin_connecting(|_| true).await?;
    field.finish_connecting(asked).await?;
    if field.broken().is_empty() {
        notes.broke("A party whose agent compares nothing was connected with another under another roster than the other's.");
    } else {
        notes.held("A party whose agent compares nothing was not connected under another roster than the other's.");
    }
    Ok(())
}
