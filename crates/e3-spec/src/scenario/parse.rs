//! From a text to a scenario, line by line.

use super::places::Places;
use super::reader::Reader;
use super::words::{Word, words};
use super::{Event, Scenario};
use crate::diagnostic::Diagnostics;
use crate::near::nearest;
use crate::quantity::Moment;
use crate::report::{Checked, Report, Reported};
use crate::source::{Place, Sources};

/// Reads all lines, and goes on after one that is wrong.
pub(super) fn parse(name: &str, text: &str, places: &Places) -> Result<Scenario, Diagnostics> {
    let mut report = Report::new(Sources::new(name, text));
    let mut scenario = Scenario::default();
    let mut latest = None;
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let words = words(line, start);
        start += line.len() + 1;
        let Some((first, rest)) = words.split_first() else {
            continue;
        };
        let mut reader = Reader::new(text, first, rest, places, &mut report);
        // What is wrong with a line has been reported; the next may be right.
        let _ = match first.text {
            "seed" => seed(&mut reader, &mut scenario),
            "at" => {
                event(&mut reader, index + 1, &mut latest).map(|event| scenario.events.push(event))
            }
            _ => Err(unknown(&mut reader, first)),
        };
    }
    if report.is_empty() {
        Ok(scenario)
    } else {
        Err(report.into_diagnostics())
    }
}

fn unknown(reader: &mut Reader<'_, '_>, first: &Word<'_>) -> Reported {
    let place = Place::FILE.at(first.span.clone());
    let message = format!("`{}` begins no line of a scenario", first.text);
    reader
        .report
        .wrong(place, message)
        .expected("`at 10s: …` or `seed 7`")
        .suggest(nearest(first.text, ["at", "seed"]));
    Reported
}

fn seed(reader: &mut Reader<'_, '_>, scenario: &mut Scenario) -> Checked<()> {
    let said = reader.first.clone();
    let number = reader.plain("the seed", "a whole number, such as 7")?;
    let Ok(seed) = number.text.parse::<u64>() else {
        return Err(reader.wrong(
            &number,
            format!("`{}` is not a seed", number.text),
            "a whole number from 0 to 18446744073709551615",
        ));
    };
    reader.end()?;
    if scenario.seed.replace(seed).is_some() {
        return Err(reader.wrong(&said, "the seed is said twice".to_owned(), "it once"));
    }
    if !scenario.events.is_empty() {
        let message = "the seed stands below an event".to_owned();
        return Err(reader.wrong(
            &said,
            message,
            "it above all events, as it holds from the beginning",
        ));
    }
    Ok(())
}

fn event(reader: &mut Reader<'_, '_>, line: usize, latest: &mut Option<Moment>) -> Checked<Event> {
    let (at, said) = reader.quantity::<Moment>("the time", "a time, such as 10 s")?;
    reader.colon()?;
    let text = reader.rest_of_line();
    let deed = reader.deed();
    if latest.is_some_and(|latest| latest > at) {
        let message = format!("the time falls: {at} stands below a later event");
        reader
            .report
            .wrong(said, message)
            .expected("events in the order of their times");
        return Err(Reported);
    }
    *latest = Some(at);
    Ok(Event {
        at,
        line,
        text,
        deed: deed?,
    })
}
