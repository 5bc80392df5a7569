//! What headers say: from which address to which, when, how much.

use std::{collections::BTreeMap, net::IpAddr};

use super::{Bins, Series};
use crate::capture::Capture;

/// The bytes from each address to each other, headers included, over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flows(BTreeMap<(IpAddr, IpAddr), Volume>);

/// What one address has sent another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Volume {
    /// Bytes in each part of the time.
    pub series: Series,
    /// All packets, whenever they were.
    pub packets: u64,
}

impl Flows {
    /// Of all packets that have addresses.
    #[must_use]
    pub fn of(capture: &Capture, bins: &Bins) -> Self {
        let mut flows = Self::default();
        for packet in &capture.packets {
            let Some(headers) = &packet.headers else {
                continue;
            };
            // What differs from point to point does not count.
            let bytes = packet.length.saturating_sub(headers.ip);
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            let ends = (headers.from.address, headers.to.address);
            flows.add(bins, ends, packet.at, bytes);
        }
        flows
    }

    /// Adds a packet.
    pub fn add(
        &mut self,
        bins: &Bins,
        ends: (IpAddr, IpAddr),
        at: std::time::Duration,
        bytes: u64,
    ) {
        let volume = self.0.entry(ends).or_insert_with(|| Volume {
            series: bins.empty(),
            packets: 0,
        });
        bins.add(&mut volume.series, at, bytes);
        volume.packets += 1;
    }

    /// Each, by who has sent and to whom.
    pub fn iter(&self) -> impl Iterator<Item = (IpAddr, IpAddr, &Volume)> {
        let all = self.0.iter();
        all.map(|((from, to), volume)| (*from, *to, volume))
    }
}
