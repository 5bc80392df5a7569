//! Seeing packets: at a host, inside and outside a site's router, in the wide area.
//!
//! What is seen is copied into a bounded queue, from which a thread of its own writes it as a pcapng file, which
//! Wireshark and tcpdump read. Seeing never holds up what is seen: what finds the queue full is counted, and how much
//! that was stands in the file.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::lab::Lab;
use crate::wan::Control;

mod error;
mod file;
mod point;
mod socket;
mod start;
mod tap;
mod taps;
mod wire;
mod writer;

use writer::Writer;

pub use error::CaptureError;
pub use point::Point;

pub(crate) use taps::Taps;

/// How packets are captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureOptions {
    /// How many bytes of each packet are kept.
    pub snap_length: u32,
    /// How many bytes may wait at each point to be written; what comes when it is full is missed, and counted.
    pub queue: usize,
}

impl Default for CaptureOptions {
    /// Whole packets; 64 MiB may wait.
    fn default() -> Self {
        Self {
            snap_length: 262_144,
            queue: 64 * 1024 * 1024,
        }
    }
}

/// Packets that are being captured. Dropping it ends that, and completes the file.
///
/// A capture at a host or inside a site keeps that place's network until it ends, even if the lab is gone before.
#[derive(Debug)]
pub struct Capture {
    /// What the router's thread knows of it.
    placed: Vec<u64>,
    control: Option<Control>,
    readers: Vec<socket::Reader>,
    points: Vec<(Point, Arc<tap::Queue>)>,
    writer: Option<Writer>,
}

/// What has been seen at one point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Captured {
    /// The point.
    pub point: Point,
    /// Packets that are in the file or wait to be.
    pub packets: u64,
    /// Packets that found the queue full. They are in no file.
    pub missed: u64,
}

impl Lab {
    /// Captures what passes these points, as a pcapng file with an interface for each of them, named after it.
    ///
    /// Packets are as they would be on a wire: what a sender handed over as one piece of up to 64 KiB is cut, and
    /// checksums that were left to be computed are computed; which packet was seen when has nanoseconds. At a host and
    /// inside a site they have their Ethernet headers, outside and in the wide area they begin with IP: a file with
    /// points of both kinds is for Wireshark, as tcpdump takes one kind at a time.
    ///
    /// The wide area, and a pair of places, show each packet as it leaves its sender's site, whether it arrives or not;
    /// [`Point::Outside`] shows what arrives.
    ///
    /// # Errors
    /// A point that there is not; a machine without packet sockets. Whether `out` takes what is written, is said at the
    /// end.
    pub fn capture(
        &self,
        points: &[Point],
        options: CaptureOptions,
        out: impl Write + Send + 'static,
    ) -> Result<Capture, CaptureError> {
        start::start(self, points, options, out)
    }
}

impl Capture {
    /// What has been seen so far, point by point.
    pub fn seen(&self) -> Vec<Captured> {
        let points = self.points.iter();
        points
            .map(|(point, queue)| Captured {
                point: point.clone(),
                packets: queue.packets(),
                missed: queue.missed(),
            })
            .collect()
    }

    /// Whether it has ended by itself, because the file takes no more: [`Capture::finish`] says why.
    pub fn is_over(&self) -> bool {
        self.writer.as_ref().is_none_or(Writer::is_over)
    }

    /// Ends it and completes the file: what has been seen.
    ///
    /// # Errors
    /// The file could not be written, or has taken nothing for 10 seconds. It ends where that began.
    pub fn finish(mut self) -> io::Result<Vec<Captured>> {
        self.end()?;
        Ok(self.seen())
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(control) = self.control.take() {
            let placed = std::mem::take(&mut self.placed);
            // A router that has ended sees nothing any more.
            let _ = control.call(move |router| router.taps.remove(&placed));
        }
        for reader in self.readers.drain(..) {
            reader.end();
        }
        self.writer.take().map_or(Ok(()), Writer::finish)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!("a capture is not complete: {error}");
        }
    }
}

/// The time since 1970, as packets are stamped.
fn now() -> Duration {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    // A clock before 1970 stamps everything with its beginning.
    since.unwrap_or_default()
}
