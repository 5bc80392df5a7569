//! What is asked of the network: one file per kind of answer.

mod capture;
mod mappings;
mod paths;
mod ping;
pub(crate) mod play;
mod status;

use std::{sync::Arc, time::Duration};

use super::{check, kept::Kept, serve::Asks, tell::Tell};
use crate::wire::{Event, Fault, LabAnswer, LabAsk};

/// Answers.
pub(crate) async fn answer(
    kept: &Kept,
    ask: LabAsk,
    asks: Asks,
    tell: &Tell,
) -> Result<Event, Fault> {
    let answer = match ask {
        LabAsk::Status => LabAnswer::Network(status::status(kept)?),
        LabAsk::Ping { a, b, count } => {
            LabAnswer::Pinged(ping::ping(Arc::clone(kept.provider()), a, b, count).await?)
        }
        LabAsk::Check => {
            let checked = check::run(Arc::clone(kept.provider())).await?;
            let none = || Fault::user("nothing was declared that could be measured");
            LabAnswer::Checked(checked.ok_or_else(none)?)
        }
        LabAsk::Link { a, b } => LabAnswer::Paths(paths::between(kept.lab()?, &a, &b)?),
        LabAsk::Mappings { site } => LabAnswer::Mappings(mappings::of(kept.lab()?, &site)?),
        LabAsk::Capture {
            points,
            snap_length,
            for_ms,
        } => {
            let wanted = capture::Wanted {
                points,
                snap_length,
                time: for_ms.map(Duration::from_millis),
            };
            LabAnswer::Captured(capture::capture(kept.lab()?, &wanted, asks, tell).await?)
        }
        LabAsk::Play(scenario) => {
            LabAnswer::Played(play::play(kept.lab()?, &scenario, asks, tell).await?)
        }
        LabAsk::Act(scenario) => LabAnswer::Played(play::act(kept.lab()?, &scenario).await?),
    };
    Ok(Event::Lab {
        answer: Box::new(answer),
    })
}

/// There is no such host or site.
fn unknown(what: &str, name: &str, names: impl Iterator<Item = String>) -> Fault {
    let names: Vec<String> = names.collect();
    let likeness = |other: &&String| strsim::jaro_winkler(name, other);
    let best = names
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let meant = best.filter(|best| likeness(best) > 0.8);
    let meant = meant.map_or_else(String::new, |best| format!("; did you mean `{best}`?"));
    Fault::user(format!("there is no {what} `{name}` in this lab{meant}"))
        .hint(format!("its {what}s are {}", names.join(", ")))
}
