//! The carriers of a link.

use std::{
    io,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll},
};

use e3_resume::CarrierId;
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, ReadBuf},
    sync::watch,
    time::Instant,
};

use super::{Task, farewell::farewell};
use crate::link::{ByteStream, Carrier, CarrierFacts, LinkState};

/// A carrier that the link has.
pub(super) struct Riding {
    pub(super) id: CarrierId,
    stream: Box<dyn ByteStream>,
    pub(super) facts: watch::Receiver<CarrierFacts>,
    /// Whether it has taken bytes that may not be on their way.
    unflushed: bool,
}

impl Task {
    pub(super) fn ride(&mut self, carrier: Carrier) {
        let rank = carrier.facts.borrow().rank;
        let now = self.now();
        let id = self.link.begin(rank, now);
        self.carriers.push(Riding {
            id,
            stream: carrier.stream,
            facts: carrier.facts,
            unflushed: false,
        });
    }

    /// Takes what has arrived; says whether anything has.
    pub(super) fn read_carriers(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut index = 0;
        while let Some(riding) = self.carriers.get_mut(index) {
            let mut buffer = ReadBuf::new(&mut self.input);
            let outcome = match Pin::new(&mut riding.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => {
                    index += 1;
                    continue;
                }
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    Err("the other end has closed it".to_owned())
                }
                Poll::Ready(Ok(())) => Ok(riding.id),
                Poll::Ready(Err(error)) => Err(error.to_string()),
            };
            moved = true;
            match outcome {
                Ok(id) => {
                    let count = buffer.filled().len();
                    self.take_input(id, count, cx);
                    index += 1;
                }
                Err(why) => self.carrier_lost(index, &why),
            }
        }
        moved
    }

    /// The first `count` bytes of the input are a carrier's.
    fn take_input(&mut self, id: CarrierId, count: usize, cx: &mut Context<'_>) {
        let now = self.now();
        let locals = &mut self.locals;
        let bytes = self.input.get(..count).unwrap_or_default();
        let mut direct = 0;
        self.link.input(id, bytes, now, &mut |stream, bytes| {
            let local = locals.iter_mut().find(|local| local.stream == stream);
            let taken = local.map_or(0, |local| local.offer(bytes, cx));
            direct += taken;
            taken
        });
        self.shared
            .received
            .fetch_add(direct as u64, Ordering::Relaxed);
    }

    /// Sends what is to be sent; says whether anything was.
    pub(super) fn write_carriers(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut index = 0;
        while let Some(riding) = self.carriers.get_mut(index) {
            let outcome = loop {
                let bytes = self.link.output(riding.id);
                if bytes.is_empty() {
                    break Ok(());
                }
                match Pin::new(&mut riding.stream).poll_write(cx, bytes) {
                    Poll::Pending => break Ok(()),
                    Poll::Ready(Ok(0)) => break Err(io::ErrorKind::WriteZero.into()),
                    Poll::Ready(Ok(count)) => {
                        self.link.sent(riding.id, count);
                        riding.unflushed = true;
                        moved = true;
                    }
                    Poll::Ready(Err(error)) => break Err(error),
                }
            };
            let outcome = outcome.and_then(|()| riding.flush(cx));
            match outcome {
                Ok(()) => index += 1,
                Err(error) => {
                    moved = true;
                    self.carrier_lost(index, &error.to_string());
                }
            }
        }
        moved
    }

    /// A carrier has ended by itself.
    fn carrier_lost(&mut self, index: usize, why: &str) {
        let riding = self.carriers.remove(index);
        let was_attached = self.link.attached() == Some(riding.id);
        let now = self.now();
        self.link.ended(riding.id, now);
        if was_attached {
            self.search(&format!("the connection was lost: {why}"));
        }
    }

    /// The link wants no more of a carrier: what it still has to say is said in the background.
    pub(super) fn end_carrier(&mut self, id: CarrierId) {
        let Some(index) = self.carriers.iter().position(|riding| riding.id == id) else {
            return;
        };
        let riding = self.carriers.remove(index);
        let rest = self.rest(id);
        self.farewells.spawn(farewell(riding.stream, rest));
        let now = self.now();
        self.link.ended(id, now);
    }

    /// All that the link still has for a carrier.
    fn rest(&mut self, id: CarrierId) -> Vec<u8> {
        let mut rest = Vec::new();
        loop {
            let bytes = self.link.output(id);
            let count = bytes.len();
            if count == 0 {
                return rest;
            }
            rest.extend_from_slice(bytes);
            self.link.sent(id, count);
        }
    }

    /// Another carrier is needed.
    pub(super) fn search(&self, why: &str) {
        self.shared.seldom().carrier = None;
        self.shared.state.send_replace(LinkState::Searching {
            since: Instant::now(),
            why: why.to_owned(),
        });
    }
}

impl Riding {
    fn flush(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.unflushed && Pin::new(&mut self.stream).poll_flush(cx)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }
}
