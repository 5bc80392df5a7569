//! Beginning to capture.

use std::io::Write;
use std::sync::Arc;

use e3_sys::packet::PacketSocket;

use super::socket::{self, Reader};
use super::tap::Queue;
use super::taps::Spot;
use super::wire::Link;
use super::writer::{Source, Writer};
use super::{Capture, CaptureError, CaptureOptions, Point};
use crate::build::{PORT, SWITCH};
use crate::conditions::ChangeError;
use crate::lab::Lab;
use crate::wan::Wan;

/// How packets of a point are come by.
enum Way {
    /// From the kernel.
    Socket(PacketSocket),
    /// From the router's thread.
    Router(Spot),
}

/// Begins to capture.
pub(super) fn start(
    lab: &Lab,
    points: &[Point],
    options: CaptureOptions,
    out: impl Write + Send + 'static,
) -> Result<Capture, CaptureError> {
    if points.is_empty() {
        return Err(CaptureError::NoPoint);
    }
    let ways = points.iter().map(|point| way(lab, point));
    let ways = ways.collect::<Result<Vec<_>, _>>()?;
    let named: Vec<_> = points
        .iter()
        .map(|point| (point.clone(), Queue::new(options.queue)))
        .collect();
    let sources = named.iter().zip(&ways).map(|((point, queue), way)| Source {
        name: point.to_string(),
        link: way.link(),
        queue: Arc::clone(queue),
    });
    let sources: Vec<_> = sources.collect();
    let writer = Writer::start(sources, options.snap_length, out).map_err(CaptureError::Thread)?;
    let mut capture = Capture {
        placed: Vec::new(),
        control: lab.wan().map(Wan::control),
        readers: Vec::new(),
        points: named,
        writer: Some(writer),
    };
    for (index, way) in ways.into_iter().enumerate() {
        capture.look(index, way)?;
    }
    Ok(capture)
}

impl Way {
    fn link(&self) -> Link {
        match self {
            Self::Socket(_) => Link::Ethernet,
            Self::Router(_) => Link::Ip,
        }
    }
}

impl Capture {
    /// Begins to look at the point of this index.
    fn look(&mut self, index: usize, way: Way) -> Result<(), CaptureError> {
        let Some((_, queue)) = self.points.get(index) else {
            return Ok(());
        };
        let tap = queue.tap();
        match (way, &self.control) {
            (Way::Socket(socket), _) => {
                let reader = Reader::start(socket, tap).map_err(CaptureError::Thread)?;
                self.readers.push(reader);
            }
            (Way::Router(spot), Some(control)) => {
                let placed = control.call(move |router| router.taps.place(spot, tap));
                self.placed.push(placed.map_err(ChangeError::from)?);
            }
            (Way::Router(_), None) => return Err(CaptureError::NoWideArea),
        }
        Ok(())
    }
}

fn way(lab: &Lab, point: &Point) -> Result<Way, CaptureError> {
    let site = |place: &str| {
        let site = lab.place(place).map_err(CaptureError::from)?;
        lab.wan().map(|_| site).ok_or(CaptureError::NoWideArea)
    };
    Ok(match point {
        Point::Host(name) => {
            let unknown = || lab.unknown(name);
            let host = lab.host(name).ok_or_else(unknown)?;
            let namespace = crate::error::During::during(host.net(), "see the packets", name)?;
            Way::Socket(socket::open(namespace, PORT, name)?)
        }
        Point::Inside(place) => {
            let router = lab.routers.get(lab.place(place)?);
            let router = router.ok_or_else(|| lab.unknown(place))?;
            Way::Socket(socket::open(&router.namespace, SWITCH, place)?)
        }
        Point::Outside(place) => Way::Router(Spot::Outside(site(place)?)),
        Point::WideArea => {
            lab.wan().ok_or(CaptureError::NoWideArea)?;
            Way::Router(Spot::All)
        }
        Point::Between(a, b) => {
            let (a, b) = lab.ends(a, b)?;
            Way::Router(Spot::Between(a, b))
        }
    })
}
