//! The thread that writes what has been seen.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::file::File;
use super::now;
use super::tap::{Batch, Queue};
use super::wire::{Link, Wire};

/// How often it looks: what passes meanwhile at 7 Gbit/s is 18 MB.
const REST: Duration = Duration::from_millis(20);

/// One point as the writer knows it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) link: Link,
    pub(super) queue: Arc<Queue>,
}

/// Writes until the other end hangs up, and completes the file then. Should that fail, the queues take nothing more.
pub(super) fn write(
    sources: &[Source],
    snap_length: u32,
    out: impl Write,
    hung_up: &Receiver<()>,
) -> io::Result<()> {
    let written = write_all(sources, snap_length, out, hung_up);
    for source in sources {
        source.queue.close();
    }
    written
}

fn write_all(
    sources: &[Source],
    snap_length: u32,
    out: impl Write,
    hung_up: &Receiver<()>,
) -> io::Result<()> {
    let began = now();
    let mut file = File::begin(BufWriter::with_capacity(1 << 18, out), snap_length)?;
    for source in sources {
        file.interface(&source.name, source.link)?;
    }
    file.flush()?;
    let mut work = Work::new(sources);
    loop {
        let last = hung_up.recv_timeout(REST) != Err(RecvTimeoutError::Timeout);
        work.write_waiting(&mut file)?;
        if last {
            break;
        }
    }
    for ((number, source), written) in (0..).zip(sources).zip(&work.written) {
        file.statistics(number, [began, now()], *written, source.queue.missed())?;
    }
    file.flush()
}

/// What the thread works with.
struct Work<'a> {
    sources: &'a [Source],
    batches: Vec<Batch>,
    wire: Wire,
    /// How many packets each source has given.
    written: Vec<u64>,
}

impl<'a> Work<'a> {
    fn new(sources: &'a [Source]) -> Self {
        Self {
            sources,
            batches: sources.iter().map(|_| Batch::default()).collect(),
            wire: Wire::default(),
            written: vec![0; sources.len()],
        }
    }

    /// Writes what waits, of all sources in the order of time.
    fn write_waiting(&mut self, file: &mut File<impl Write>) -> io::Result<()> {
        for (source, batch) in self.sources.iter().zip(&mut self.batches) {
            batch.clear();
            source.queue.take(batch);
        }
        let batches = self.batches.iter().enumerate();
        let seen =
            batches.flat_map(|(number, batch)| batch.packets().map(move |seen| (number, seen)));
        let mut seen: Vec<_> = seen.collect();
        // One source's packets stay in their order.
        seen.sort_by_key(|(_, (seen, _))| seen.at);
        for (number, (seen, packet)) in &seen {
            let (Some(source), Some(written)) =
                (self.sources.get(*number), self.written.get_mut(*number))
            else {
                continue;
            };
            let interface = u32::try_from(*number).unwrap_or(u32::MAX);
            self.wire.each(source.link, packet, |packet, joined| {
                *written += 1;
                file.packet(interface, seen.at, seen.way, packet, joined)
            })?;
        }
        if seen.is_empty() {
            Ok(())
        } else {
            file.flush()
        }
    }
}
