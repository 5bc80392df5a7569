//! Pings between two hosts.

use std::{sync::Arc, time::Duration};

use e3_host::Provider;
use e3_lab::Pinged;
use tokio::task::spawn_blocking;

use super::unknown;
use crate::wire::{Answerer, Fault, PingRecord, rounded};

/// Measures without holding up the conversation with the agents.
pub(super) async fn ping(
    provider: Arc<dyn Provider>,
    a: String,
    b: String,
    count: u16,
) -> Result<PingRecord, Fault> {
    let measured = spawn_blocking(move || {
        let Some(lab) = provider.lab() else {
            return Err(Fault::user(
                "the hosts of this environment do not stand in a lab",
            ));
        };
        if a == b {
            return Err(Fault::user(format!("`{a}` is one host; name two")));
        }
        for name in [&a, &b] {
            if lab.host(name).is_none() {
                let names = lab.hosts().map(|host| host.name().to_owned());
                return Err(unknown("host", name, names));
            }
        }
        let failed = |error: e3_lab::LabError| Fault::ours(error.to_string());
        let none = || Fault::ours("a host of the lab is not there any more");
        let pinged = lab.ping(&a, &b, count).map_err(failed)?.ok_or_else(none)?;
        Ok(record(pinged, count))
    });
    measured
        .await
        .map_err(|error| Fault::ours(format!("the pings ended early: {error}")))?
}

fn record(pinged: Pinged, sent: u16) -> PingRecord {
    let milliseconds = |time: &Duration| rounded(time.as_secs_f64() * 1e3);
    let rtt_ms: Vec<f64> = pinged.times.iter().map(milliseconds).collect();
    let mut sorted = rtt_ms.clone();
    sorted.sort_by(f64::total_cmp);
    PingRecord {
        from: pinged.from,
        to: pinged.to,
        answered_by: if pinged.by_router {
            Answerer::Router
        } else {
            Answerer::Host
        },
        declared_ms: milliseconds(&pinged.declared),
        sent,
        min_ms: sorted.first().copied(),
        median_ms: sorted.get(sorted.len() / 2).copied(),
        max_ms: sorted.last().copied(),
        rtt_ms,
    }
}
