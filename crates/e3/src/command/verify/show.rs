//! What an audit has found, for a person.

use e3_session::audit::{PartyReport, Report};
use e3_session::types::Terms;

use crate::view::table::{Align, table};

/// Of a record in which nothing is wrong: who took part, in what, how it ended, and what could not be looked at. What stands in another
/// is nobody's word, and is not shown.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let mut lines = parties(&report.parties);
    lines.push(String::new());
    lines.extend(terms(&report.terms));
    lines.push(format!("agreement  {}", report.agreement));
    lines.push(format!("words      {}", report.words));
    lines.push(String::new());
    lines.push(end(report).to_owned());
    if !report.unchecked.is_empty() {
        lines.push("not checked:".to_owned());
        let unchecked = report.unchecked.iter();
        lines.extend(unchecked.map(|what| format!("- {what}")));
    }
    if report.holds {
        lines.push("this record holds".to_owned());
    }
    lines
}

fn parties(parties: &[PartyReport]) -> Vec<String> {
    let row = |party: &PartyReport| {
        [
            party.index.to_string(),
            party.name.clone(),
            party.ending.clone().unwrap_or_else(|| "–".to_owned()),
            party
                .place
                .map_or_else(|| "–".to_owned(), |place| place.to_string()),
            if party.known { "yes" } else { "no" }.to_owned(),
            party.did.clone(),
        ]
    };
    let head = [
        ("party", Align::Right),
        ("name", Align::Left),
        ("its program", Align::Left),
        ("ran in", Align::Left),
        ("known to you", Align::Left),
        ("DID", Align::Left),
    ];
    table(head, &parties.iter().map(row).collect::<Vec<_>>())
}

fn terms(terms: &Terms) -> Vec<String> {
    let mut program = vec![terms.kind.clone(), terms.entry.clone()];
    program.extend(terms.arguments.iter().cloned());
    vec![
        format!("program    {} ({})", program.join(" "), terms.runtime),
        format!("files      {}", terms.program),
        format!("overlay    {}, mode {}", terms.overlay, terms.mode),
        format!("identity   {}", terms.identity),
        format!("session    {}, run {}", terms.session, terms.run),
    ]
}

fn end(report: &Report) -> &'static str {
    match (report.same_end, report.same_output) {
        (true, Some(true)) => {
            "all parties have signed that they saw the same end, and all printed the same"
        }
        (true, Some(false)) => {
            "all parties have signed that they saw the same end; they printed different things"
        }
        (true, None) => "all parties have signed that they saw the same end",
        (false, _) => "not all parties have signed that they saw the same end",
    }
}
