//! Many pings at once, to see how far apart a line of limited rate lets them through.

use std::io;
use std::thread;
use std::time::Duration;

use e3_sys::schedule;

use super::{BYTES_ON_WIRE, Pinger, Probe};

/// Pings that are sent at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Burst {
    /// How many.
    pub(crate) pings: u16,
    /// How long each is on the wire, its IP header included: no less than [`BYTES_ON_WIRE`].
    pub(crate) bytes: u64,
    /// How long to wait for the answers.
    pub(crate) patience: Duration,
}

/// Sends a burst; which of its pings, by number, were answered when.
pub(crate) fn burst(probe: Probe<'_>, burst: Burst) -> io::Result<Vec<(u16, Duration)>> {
    let probes = [probe];
    let run = || {
        schedule::be_prompt();
        Pinger::open(&probes)?.run_burst(burst)
    };
    let done = thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Pinger<'_> {
    fn run_burst(mut self, burst: Burst) -> io::Result<Vec<(u16, Duration)>> {
        let padding = burst.bytes.saturating_sub(BYTES_ON_WIRE);
        self.padding = usize::try_from(padding).unwrap_or(0);
        for round in 0..burst.pings {
            self.send(0, round)?;
        }
        let sent = self.started.elapsed();
        self.finish_until(sent + burst.patience)?;
        let (sent, answered) = (self.sent.iter().flatten(), self.answered.iter().flatten());
        let both = (0..).zip(sent.zip(answered));
        let came = both.filter_map(|(round, (sent, took))| Some((round, *sent + (*took)?)));
        Ok(came.collect())
    }
}
