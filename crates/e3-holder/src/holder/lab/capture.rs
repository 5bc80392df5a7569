//! Packets, captured for a command.

use std::{
    io::{self, Write},
    time::Duration,
};

use e3_lab::{Capture, CaptureOptions, Captured, Lab};
use tokio::{
    sync::mpsc,
    task::spawn_blocking,
    time::{sleep, sleep_until},
};

use crate::{
    holder::{
        serve::{Asks, next_ask},
        tell::Tell,
    },
    wire::{CapturedRecord, Event, Fault},
};

/// Pieces of the file that may wait to be told; then the capture's own queue fills.
const PIECES: usize = 16;
/// Between two looks whether the file has ended by itself.
const LOOK: Duration = Duration::from_millis(100);
/// A time that clocks can still add.
const LONGEST: Duration = Duration::from_hours(24 * 3650);

/// What is wanted.
pub(super) struct Wanted {
    pub(super) points: Vec<String>,
    pub(super) snap_length: Option<u32>,
    pub(super) time: Option<Duration>,
}

/// Captures until the time is over or the command wants no more; the file is complete then. A command that has gone
/// ends it, too.
pub(super) async fn capture(
    lab: &Lab,
    wanted: &Wanted,
    mut asks: Asks,
    tell: &Tell,
) -> Result<Vec<CapturedRecord>, Fault> {
    let (pieces, mut written) = mpsc::channel(PIECES);
    let capture = start(lab, wanted, Pieces(pieces))?;
    let end = tokio::time::Instant::now() + wanted.time.unwrap_or(LONGEST).min(LONGEST);
    loop {
        tokio::select! {
            _ = next_ask(&mut asks) => break,
            () = sleep_until(end) => break,
            Some(piece) = written.recv() => if !pass(piece, tell).await { break },
            () = sleep(LOOK), if capture.is_over() => break,
        }
    }
    // What waits is written while the end is waited for, or neither would come.
    let mut ending = spawn_blocking(move || capture.finish());
    let ended = loop {
        tokio::select! {
            Some(piece) = written.recv() => drop(pass(piece, tell).await),
            ended = &mut ending => break ended,
        }
    };
    while let Ok(piece) = written.try_recv() {
        pass(piece, tell).await;
    }
    let failed = |error: &dyn std::fmt::Display| {
        Fault::user(format!("what was captured is not complete: {error}"))
    };
    let seen = ended.map_err(|error| failed(&error))?;
    Ok(records(seen.map_err(|error| failed(&error))?))
}

fn start(lab: &Lab, wanted: &Wanted, out: Pieces) -> Result<Capture, Fault> {
    let refused = |error: e3_lab::CaptureError| Fault::user(error.to_string());
    let points = wanted.points.iter().map(|text| lab.point(text));
    let points = points.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let mut options = CaptureOptions::default();
    options.snap_length = wanted.snap_length.unwrap_or(options.snap_length);
    lab.capture(&points, options, out).map_err(refused)
}

/// Tells a piece; false when there is nobody to be told.
async fn pass(data: Vec<u8>, tell: &Tell) -> bool {
    let Some(room) = tell.room().await else {
        return false;
    };
    let stderr = false;
    tell.piece(Event::Printed { stderr, data }, room);
    true
}

fn records(seen: Vec<Captured>) -> Vec<CapturedRecord> {
    let records = seen.into_iter().map(|seen| CapturedRecord {
        point: seen.point.to_string(),
        packets: seen.packets,
        missed: seen.missed,
    });
    records.collect()
}

/// Hands what is written to the conversation.
struct Pieces(mpsc::Sender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more");
        self.0.blocking_send(bytes.to_vec()).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
