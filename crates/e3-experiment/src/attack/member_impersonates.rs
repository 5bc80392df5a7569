//! A member takes another's index: its overlay uses its own keys under the other's index, while the other is away.

use std::time::Duration;

use anyhow::Context as _;
use e3_conformance::field::Field;
use e3_session::types::Dial;

use crate::{
    outcome::Notes,
    stage::{PATIENCE, connected, cut_off, is_answered_by, lie, reaches},
};

/// How long its call is waited for: longer than it calls.
const CALLED: Duration = Duration::from_secs(10);

/// The member that lies.
const LIAR: &str = "p1";

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    calls(notes).await?;
    answers(notes).await
}

/// It calls a third party under the first one's index.
async fn calls(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = liars().await?;
    lie(&field, LIAR, 0, None)?;
    field.admit().await?;
    cut_off(&field, 0)?;
    let asked = field.begin_connecting(|index| index != 0).await?;
    field.finish_connecting(asked).await?;
    if reaches(field.party(2)?, 0).is_some() {
        notes.broke("A third party's overlay took a member for another, whose index it used.");
    }
    let (member, third) = (field.party(1)?, field.party(2)?);
    let door = third.listen()?;
    let parties = &third.table()?.parties;
    let other = parties.first().context("the dial table lacks a party")?;
    let calling = async {
        let dialled = member.dial(2).await;
        tokio::time::sleep(PATIENCE).await;
        drop(dialled);
    };
    let caller = tokio::select! {
        () = calling => None,
        somebody = door.caller(CALLED) => somebody?,
    };
    let what = "A member that called a third party under another's index";
    match caller.map(|from| from.ip()) {
        None => notes.held(format!("{what} was not let in.")),
        Some(from) if from == other.address => notes.broke(format!(
            "{what} was let in, and came from {from}, which is the other's address."
        )),
        Some(from) if member.host.addresses().contains(&from) => notes.broke(format!(
            "{what} was let in; nothing but the address of its host, {from}, tells who it is, and a program compares that with nothing."
        )),
        Some(from) => notes.held(format!(
            "{what} was let in, from {from}, which is the address that the overlay gives it, and not the other's."
        )),
    }
    field.leave().await
}

/// The courier sends to it whoever looks for the third party.
async fn answers(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = liars().await?;
    let host = field.party(1)?.host.clone();
    cut_off(&field, 2)?;
    // Connections that are others than before make every overlay join anew.
    for (lies, dial) in [(false, Dial::LowerToHigher), (true, Dial::Mesh)] {
        if lies {
            lie(&field, LIAR, 2, None)?;
        }
        field.dial = dial;
        field.admit().await?;
        let places = field.contacts_with(2, &host);
        let asked = field
            .begin_connecting_at(&places, |index| index != 2)
            .await?;
        field.finish_connecting(asked).await?;
        let party = field.party(0)?;
        let reached = reaches(party, 2).is_some();
        let answers = is_answered_by(party, 2, field.party(1)?).await?;
        let index = if lies {
            "another's index"
        } else {
            "its own index"
        };
        let what = format!(
            "A member that answers under {index} where another, which is away, is looked for"
        );
        match (answers, reached) {
            (true, _) => notes.broke(format!(
                "{what} got the connection that was meant for the other."
            )),
            (false, true) => notes.broke(format!("{what} was taken for the other by the overlay.")),
            (false, false) => notes.held(format!(
                "{what} was not taken for it, and got no connection."
            )),
        }
    }
    field.leave().await
}

/// Three parties that are connected as they should be; the second one's overlay can be told lies from now on.
async fn liars() -> anyhow::Result<Field> {
    let mut field = connected(3, Some(1)).await?;
    field.dial = Dial::LowerToHigher;
    Ok(field)
}
