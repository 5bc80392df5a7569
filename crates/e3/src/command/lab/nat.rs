//! `e3 lab nat`: the mappings of a site's NAT; it forgets them, or gets another address.

use std::process::ExitCode;

use e3_holder::wire::{LabAnswer, LabAsk, MappingRecord};
use serde::Serialize;

use super::played;
use super::which::{Which, unexpected, which};
use crate::cli::{Global, LabNat};
use crate::fault::Fault;
use crate::view::table::{Align, table};
use crate::{json, out};

/// The mappings.
#[derive(Serialize)]
struct Document<'a> {
    site: &'a str,
    mappings: &'a [MappingRecord],
}

/// Shows the mappings, or does what is said.
///
/// # Errors
/// The lab is not up, or it has no such site; there is no NAT in front of it.
pub fn main(args: &LabNat, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let word = match (args.forget, args.redial) {
        (true, _) => "forgets",
        (_, true) => "redials",
        (false, false) => return show(&which, &args.site, global),
    };
    let done = which.act(&format!("{} {word}", args.site))?;
    played::tell("lab-nat", &done, global)
}

fn show(which: &Which, site: &str, global: &Global) -> Result<ExitCode, Fault> {
    let ask = LabAsk::Mappings {
        site: site.to_owned(),
    };
    let mappings = match which.ask(ask)? {
        LabAnswer::Mappings(mappings) => mappings,
        other => return Err(unexpected(&other)),
    };
    if global.json {
        let mappings = &mappings;
        json::print("lab-nat", &Document { site, mappings })?;
    } else if mappings.is_empty() {
        out::line(&format!("{site} has no mappings now"))?;
    } else {
        for line in lines(&mappings) {
            out::line(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(mappings: &[MappingRecord]) -> Vec<String> {
    let row = |mapping: &MappingRecord| {
        let peers = mapping.peers.iter();
        let peers = peers.map(|peer| format!("{} ({:.0} s)", peer.peer, peer.remembered_s));
        [
            if mapping.carrier { "carrier" } else { "router" }.to_owned(),
            mapping.protocol.clone(),
            mapping.inside.clone(),
            mapping.outside.clone(),
            peers.collect::<Vec<_>>().join(", "),
        ]
    };
    let head = [
        ("of", Align::Left),
        ("protocol", Align::Left),
        ("inside", Align::Left),
        ("outside", Align::Left),
        ("with (remembered for)", Align::Left),
    ];
    table(head, &mappings.iter().map(row).collect::<Vec<_>>())
}
