//! Whom agents let into a roster. The controller here is hostile: it shows them what it should not.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
use e3_overlay::Introducing;
use e3_session::{
    message::Request,
    types::{Dial, Options, RosterEntry},
};

use crate::{
    field::Field,
    sites::cities,
    subject::overlay,
    trust::{Trust, now},
};

/// The member in whose place something wrong is shown.
const VICTIM: usize = 1;

/// How long introductions of the suite are good, in seconds.
const HOUR: u64 = 60 * 60;

/// A stranger makes itself an introduction that nothing is wrong with but that nobody has asked for it.
pub(super) async fn a_stranger_with_a_valid_looking_introduction_is_refused() -> anyhow::Result<()>
{
    let mut field = three().await?;
    let own = victim(&field)?.clone();
    // It has an overlay of its own, and believes itself.
    let trust = Trust::new(&field.folder("stranger"), std::slice::from_ref(&own.name))?;
    let keys = trust.keys(&own.name)?;
    let who = Introducing {
        session: field.roster.session,
        did: keys.did().clone(),
        options: Options::default(),
        services: Vec::new(),
        name: own.name.clone(),
        addresses: own.addresses.clone(),
        network: field.roster.network.clone(),
        until_s: now_for(HOUR)?.not_after,
        folder: field.folder("stranger"),
    };
    let overlay = overlay()?;
    let public = overlay.introduce(&who).await?;
    let overlays = BTreeMap::from([(overlay.name().to_owned(), public)]);
    let session = field.roster.session.0;
    let validity = now_for(HOUR)?;
    let introduction = Introduction::new(&keys, session, &own.name, validity, overlays);
    // With the endorsement of the party whose place it takes, with the best that it can make itself, and with that in the
    // name of those who are believed.
    let forged = trust.endorse(&introduction, VICTIM)?;
    let renamed = in_the_name_of(&own.endorsement, forged.clone());
    for endorsement in [own.endorsement.clone(), forged, renamed] {
        let entry = RosterEntry {
            introduction: introduction.clone(),
            endorsement,
            ..own.clone()
        };
        refused(&mut field, entry).await?;
    }
    admitted(field).await
}

/// A member under another's name, and two in each other's places.
pub(super) async fn a_member_using_anothers_index_is_refused() -> anyhow::Result<()> {
    let mut field = three().await?;
    let own = victim(&field)?.clone();
    let other = field.roster.parties.get(2).context("no third party")?;
    let other = other.clone();
    // It signs, with its own identity, that it is the other.
    let keys = field.trust.keys("p2")?;
    let introduction = introduced(&field, &keys, now_for(HOUR)?)?;
    let claimed = RosterEntry {
        introduction,
        endorsement: other.endorsement.clone(),
        ..own.clone()
    };
    let honest = field.roster.clone();
    field.remove(2);
    refused(&mut field, claimed).await?;
    field.roster = honest.clone();
    // Its own introduction, unchanged, stands where the other's should, and the other's where its own should.
    for (entry, with) in field.roster.parties.iter_mut().skip(1).zip([other, own]) {
        let name = entry.name.clone();
        *entry = RosterEntry { name, ..with };
    }
    refused_by_all(&mut field).await?;
    Ok(())
}

/// The party itself has made it, for another session.
pub(super) async fn a_replayed_introduction_is_refused() -> anyhow::Result<()> {
    let mut field = three().await?;
    let keys = field.trust.keys("p1")?;
    let own = victim(&field)?.clone();
    let Introduction { name, overlays, .. } = own.introduction.clone();
    let replayed = Introduction::new(&keys, [6; 16], &name, now_for(HOUR)?, overlays);
    let entry = RosterEntry {
        introduction: replayed,
        ..own
    };
    let refusals = refused(&mut field, entry).await?;
    ensure!(
        refusals.iter().all(|text| text.contains("session")),
        "the reason is another: {refusals:?}"
    );
    admitted(field).await
}

/// The party itself has made it, for another day.
pub(super) async fn an_expired_introduction_is_refused() -> anyhow::Result<()> {
    let mut field = three().await?;
    let keys = field.trust.keys("p1")?;
    let now = now()?;
    for not_before in [now - 25 * HOUR, now + 24 * HOUR] {
        let validity = Validity::starting(not_before, HOUR);
        let introduction = introduced(&field, &keys, validity)?;
        let entry = RosterEntry {
            introduction,
            ..victim(&field)?.clone()
        };
        refused(&mut field, entry).await?;
    }
    admitted(field).await
}

/// A courier shows one party another roster; every party signs what it was shown, and goes no further when it sees what
/// the others have signed.
pub(super) async fn a_roster_that_others_lack_is_refused() -> anyhow::Result<()> {
    let mut field = three().await?;
    field.endorse().await?;
    let shown = field.roster.clone();
    let mut other = shown.clone();
    other.epoch += 1;
    let mut admissions = Vec::new();
    for (party, roster) in field.parties.iter_mut().zip([&shown, &shown, &other]) {
        admissions.push(party.admit(roster).await?);
    }
    for party in field.parties.iter_mut().take(2) {
        let admissions = admissions.clone();
        match party.request(Request::Reveal { admissions }).await {
            Ok(reply) => bail!("a party goes on: {reply:?}"),
            Err(error) => ensure!(
                error.to_string().contains("p2"),
                "the refusal does not name the party: {error:#}"
            ),
        }
    }
    Ok(())
}

/// Three parties that have introduced themselves.
async fn three() -> anyhow::Result<Field> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    field.endorse().await?;
    Ok(field)
}

/// Another authority's words, said to be of the authority that is believed.
fn in_the_name_of(believed: &Endorsement, mut forged: Endorsement) -> Endorsement {
    if let (
        Endorsement::Ca {
            authority: claimed,
            credential,
            ..
        },
        Endorsement::Ca { authority, .. },
    ) = (&mut forged, believed)
    {
        claimed.clone_from(authority);
        credential.authority.clone_from(authority);
    }
    forged
}

fn victim(field: &Field) -> anyhow::Result<&RosterEntry> {
    let entry = field.roster.parties.get(VICTIM);
    entry.context("the roster lacks a party")
}

/// An introduction in the victim's place, with the victim's own facts of overlays.
fn introduced(field: &Field, keys: &PartyKeys, validity: Validity) -> anyhow::Result<Introduction> {
    let Introduction { name, overlays, .. } = &victim(field)?.introduction;
    let overlays: BTreeMap<_, _> = overlays.clone();
    let session = field.roster.session.0;
    Ok(Introduction::new(keys, session, name, validity, overlays))
}

/// With this entry in the victim's place, every other agent refuses the roster and names the victim.
async fn refused(field: &mut Field, entry: RosterEntry) -> anyhow::Result<Vec<String>> {
    let honest = field.roster.clone();
    if let Some(place) = field.roster.parties.get_mut(VICTIM) {
        *place = entry;
    }
    let refusals = refused_by_all(field).await;
    field.roster = honest;
    refusals
}

/// Every agent but the victim's refuses the roster, and names a party that something is wrong with.
async fn refused_by_all(field: &mut Field) -> anyhow::Result<Vec<String>> {
    field.roster.epoch += 1;
    let mut refusals = Vec::new();
    for (index, party) in field.parties.iter_mut().enumerate() {
        if index == VICTIM {
            continue;
        }
        let roster = field.roster.clone();
        match party.request(Request::Admit { roster }).await {
            Ok(_) => bail!("{} takes the roster", party.host.name()),
            Err(error) => refusals.push(error.to_string()),
        }
    }
    let named = |text: &String| {
        let reason = text.split_once(": ").map_or("", |(_, reason)| reason);
        reason.contains("p1") || reason.contains("p2")
    };
    ensure!(
        refusals.iter().all(named),
        "the refusals do not name the party: {refusals:?}"
    );
    Ok(refusals)
}

/// The roster as it should be is taken by everybody: what was refused was refused for what was wrong with it.
async fn admitted(mut field: Field) -> anyhow::Result<()> {
    field.admit().await?;
    field.leave().await
}

fn now_for(seconds: u64) -> anyhow::Result<Validity> {
    Ok(Validity::starting(now()?, seconds))
}
