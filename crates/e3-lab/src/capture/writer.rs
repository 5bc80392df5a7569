//! The thread that writes what has been seen.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::file::File;
use super::now;
use super::tap::{Batch, Queue};
use super::wire::{Link, Wire};

/// How often it looks: what passes meanwhile at 7 Gbit/s is 18 MB.
const REST: Duration = Duration::from_millis(20);

/// How long a file may take nothing at the end, before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much it steps back behind others.
const NICE: i32 = 10;

/// One point as the writer knows it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) link: Link,
    pub(super) queue: Arc<Queue>,
}

/// The thread, from outside.
#[derive(Debug)]
pub(super) struct Writer {
    /// Hanging up makes it finish.
    hang_up: Sender<()>,
    /// How it has ended.
    ended: Receiver<io::Result<()>>,
    thread: JoinHandle<()>,
    /// How many packets it has written.
    progress: Arc<AtomicU64>,
}

impl Writer {
    /// Begins to write.
    pub(super) fn start(
        sources: Vec<Source>,
        snap_length: u32,
        out: impl Write + Send + 'static,
    ) -> io::Result<Self> {
        let (hang_up, on) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let progress = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&progress);
        let write = move || {
            // The lab's own threads come first: rather miss packets than make them late.
            let _ = rustix::process::setpriority_process(None, NICE);
            let written = write_all(&sources, snap_length, out, &on, &told);
            for source in &sources {
                source.queue.close();
            }
            // Nobody waits for it any more whose patience has ended.
            let _ = end.send(written);
        };
        let thread = thread::Builder::new().name("capture-writer".into());
        Ok(Self {
            hang_up,
            ended,
            thread: thread.spawn(write)?,
            progress,
        })
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Lets it write what waits, and waits for that as long as something is written.
    pub(super) fn finish(self) -> io::Result<()> {
        drop(self.hang_up);
        loop {
            let before = self.progress.load(Ordering::Relaxed);
            match self.ended.recv_timeout(PATIENCE) {
                Ok(written) => return written,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("the thread that writes it panicked"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.progress.load(Ordering::Relaxed) == before {
                let seconds = PATIENCE.as_secs();
                let said = format!("whoever reads it has taken nothing for {seconds} s");
                return Err(io::Error::new(io::ErrorKind::TimedOut, said));
            }
        }
    }
}

/// Writes until the other end hangs up, and completes the file then.
fn write_all(
    sources: &[Source],
    snap_length: u32,
    out: impl Write,
    on: &Receiver<()>,
    progress: &AtomicU64,
) -> io::Result<()> {
    let began = now();
    let mut file = File::begin(BufWriter::with_capacity(1 << 18, out), snap_length)?;
    for source in sources {
        file.interface(&source.name, source.link)?;
    }
    file.flush()?;
    let mut work = Work::new(sources, progress);
    loop {
        let last = on.recv_timeout(REST) != Err(RecvTimeoutError::Timeout);
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
    batches: Vec<[Batch; 2]>,
    wire: Wire,
    /// How many packets each source has given.
    written: Vec<u64>,
    progress: &'a AtomicU64,
}

impl<'a> Work<'a> {
    fn new(sources: &'a [Source], progress: &'a AtomicU64) -> Self {
        Self {
            sources,
            batches: sources.iter().map(|_| Default::default()).collect(),
            wire: Wire::default(),
            written: vec![0; sources.len()],
            progress,
        }
    }

    /// Writes what waits, of all sources in the order of time.
    fn write_waiting(&mut self, file: &mut File<impl Write>) -> io::Result<()> {
        for (source, batches) in self.sources.iter().zip(&mut self.batches) {
            batches.iter_mut().for_each(Batch::clear);
            source.queue.take(batches);
        }
        let halves = self.batches.iter().enumerate();
        let batches = halves.flat_map(|(number, both)| both.iter().map(move |half| (number, half)));
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
                self.progress.fetch_add(1, Ordering::Relaxed);
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
