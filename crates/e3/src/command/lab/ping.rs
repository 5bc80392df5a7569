//! `e3 lab ping`: pings between two hosts, below any overlay.

use std::process::ExitCode;

use e3_holder::wire::{Answerer, LabAnswer, LabAsk, PingRecord};

use super::which::{unexpected, which};
use crate::cli::{Global, LabPing};
use crate::fault::Fault;
use crate::view::words::milliseconds;
use crate::{json, out};

/// Pings; exit code 1 when nothing came back at all.
///
/// # Errors
/// The lab is not up, or it has no such host.
pub fn main(args: &LabPing, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let ask = LabAsk::Ping {
        a: args.a.clone(),
        b: args.b.clone(),
        count: args.count,
    };
    let record = match which.ask(ask)? {
        LabAnswer::Pinged(record) => record,
        other => return Err(unexpected(&other)),
    };
    if global.json {
        json::print("lab-ping", &record)?;
    } else {
        for line in lines(&record) {
            out::line(&line)?;
        }
    }
    Ok(if record.rtt_ms.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn lines(record: &PingRecord) -> Vec<String> {
    let by = match record.answered_by {
        Answerer::Host => String::new(),
        Answerer::Router => format!(", as far as the router in front of {}", record.to),
    };
    let answered = record.rtt_ms.len();
    let mut lines = vec![format!(
        "{} → {}{by}: {answered} of {} answered",
        record.from, record.to, record.sent
    )];
    let declared = milliseconds(Some(record.declared_ms));
    if answered == 0 {
        lines.push(format!("declared {declared}"));
    } else {
        lines.push(format!(
            "RTT min {}, median {}, max {}; declared {declared}",
            milliseconds(record.min_ms),
            milliseconds(record.median_ms),
            milliseconds(record.max_ms)
        ));
    }
    lines
}
