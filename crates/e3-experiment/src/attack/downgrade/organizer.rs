//! What an organizer can tell one party, and not the other.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use e3_conformance::{
    field::{Field, unendorsed},
    party::Party,
    subject::{overlay, subject},
};
use e3_identity::introduction::LIFETIME;
use e3_overlay::OptionShape;
use e3_session::{
    message::{Reply, Request, Settings},
    types::{OptionValue, Options, ServiceFacts},
};

use super::seen;
use crate::{
    outcome::{Notes, reason},
    stage::introduced,
};

/// The overlay that protects nothing.
const WEAKEST: &str = "direct";

/// Once all attempts together have taken so long, no other mode is tried: daemons of others take half a minute to begin.
const ENOUGH: Duration = Duration::from_mins(1);

pub(super) async fn attempt(notes: &mut Notes, begun: Instant) -> anyhow::Result<()> {
    another_overlay(notes).await?;
    for option in overlay()?.options() {
        for value in others(option.shape) {
            if begun.elapsed() > ENOUGH {
                notes.did(format!(
                    "Another `{}` was not tried: the other attempts took {} s.",
                    option.name,
                    begun.elapsed().as_secs()
                ));
                continue;
            }
            another_mode(notes, option.name, value).await?;
        }
    }
    Ok(())
}

/// The second party is told to use an overlay that protects nothing, and the first the one that was agreed upon.
async fn another_overlay(notes: &mut Notes) -> anyhow::Result<()> {
    let usual = subject()?.overlay;
    if usual == WEAKEST {
        notes.did("There is no weaker overlay that a party could be told to use.");
        return Ok(());
    }
    let mut field = introduced(2, None).await?;
    let what = format!("Where one party was told to use {WEAKEST} instead of {usual}");
    let given = (Vec::new(), field.given().1.clone());
    match tell(&mut field, WEAKEST, given).await {
        Ok(()) => seen(notes, &mut field, &what).await?,
        Err(error) => notes.held(format!("{what}, it took no part: {}.", reason(&error))),
    }
    Ok(())
}

/// The second party is told another mode of the overlay than the first, which has the usual one.
async fn another_mode(notes: &mut Notes, name: &str, value: OptionValue) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let words = match &value {
        OptionValue::Word(word) => word.clone(),
        OptionValue::Words(words) => words.join(", "),
        other => format!("{other:?}"),
    };
    let what = format!("Where one party was told `{name}` is {words}");
    let mut options = Options::default();
    options.0.insert(name.to_owned(), value);
    let given = (field.services().to_vec(), options);
    match tell(&mut field, subject()?.overlay, given).await {
        Ok(()) => seen(notes, &mut field, &what).await?,
        // Not every machine has each mode.
        Err(error) => notes.did(format!("{what}, it took no part: {}.", reason(&error))),
    }
    Ok(())
}

/// What an option may be beside what it usually is. A time or a port makes no mode; services elsewhere there are none in the
/// lab.
fn others(shape: OptionShape) -> Vec<OptionValue> {
    match shape {
        OptionShape::OneOf(words) => {
            let others = words.iter().skip(1);
            others
                .map(|word| OptionValue::Word((*word).to_owned()))
                .collect()
        }
        OptionShape::SomeOf(words) => {
            let each = words.iter();
            each.map(|word| OptionValue::Words(vec![(*word).to_owned()]))
                .collect()
        }
        OptionShape::Duration { .. }
        | OptionShape::Source { .. }
        | OptionShape::Port
        | OptionShape::File => Vec::new(),
    }
}

/// The second party has another agent, which is told this.
async fn tell(
    field: &mut Field,
    overlay: &str,
    (services, options): (Vec<ServiceFacts>, Options),
) -> anyhow::Result<()> {
    let old = field.party_mut(1)?;
    old.kill()?;
    let (host, name) = (old.host.clone(), old.name.clone());
    let entry = field.roster.parties.get(1).context("no second party")?;
    let (addresses, network) = (entry.addresses.clone(), field.roster.network.clone());
    let mut party = Party::start(&host, &name, None)?;
    let folder = field.folder("weakened");
    party.greet(field.roster.session, &folder).await?;
    let settings = Settings {
        overlay: overlay.to_owned(),
        options,
        policy: field.trust.policy(),
        services,
    };
    party.request(Request::Prepare(settings)).await?;
    let introduce = Request::Introduce {
        lifetime_s: LIFETIME,
        identity: Some(field.trust.folder(&name).display().to_string()),
        addresses,
        network,
    };
    let introduction = match party.request(introduce).await? {
        Reply::Introduced { introduction } => introduction,
        other => anyhow::bail!("{name} has not introduced itself: {other:?}"),
    };
    let place = field.roster.parties.get_mut(1);
    *place.context("no second party")? = unendorsed(&name, introduction)?;
    *field.party_mut(1)? = party;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_modes_are_those_that_are_not_usual() {
        let word = |word: &str| OptionValue::Word(word.to_owned());
        let one = others(OptionShape::OneOf(&["auto", "kernel", "user"]));
        assert_eq!(one, [word("kernel"), word("user")]);
        let some = others(OptionShape::SomeOf(&["tcp", "quic"]));
        assert_eq!(some.len(), 2);
        assert!(others(OptionShape::Port).is_empty());
    }
}
