//! One connection of the program on this host.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use e3_resume::{Call, Link, ResetWhy, StreamId};
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, ReadBuf},
    net::TcpStream,
    time::Instant,
};

use super::dial::Dialling;

/// Bytes that wait for the carrier before more is taken from programs: what stays in a program's socket is not copied
/// to and fro, and does not stand before what another has to say.
const AHEAD: usize = 256 * 1024;

/// One connection of the program on this host.
pub(super) struct Local {
    pub(super) stream: StreamId,
    pub(super) socket: Socket,
    /// The peer's port that the program has called; none if the peer's program has called.
    pub(super) called: Option<u16>,
    /// The program has said all.
    heard_all: bool,
    /// The program was told all.
    told_all: bool,
    /// The program hears nothing any more. What it had said before is still there.
    deaf: bool,
}

/// The program's end.
pub(super) enum Socket {
    /// A peer's connection that is not for the program yet.
    Held {
        call: Call,
        until: Instant,
        /// Whether the peer has said rightly who it is, if it has to.
        vouched: bool,
    },
    /// A peer's connection that is being made; what it was before.
    Dialling {
        dialling: Dialling,
        call: Call,
        until: Instant,
    },
    /// There it is.
    Open(TcpStream),
}

/// What has moved between programs and a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Bytes that programs have said.
    pub(super) taken: u64,
    /// Bytes that they were told.
    pub(super) given: u64,
    /// How often one has said all.
    pub(super) ends: u64,
}

/// What has become of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on; whether anything has moved.
    Lives { moved: bool },
    /// Both ends have said all.
    Done,
    /// It is to be reset.
    Broken(ResetWhy),
}

impl Local {
    pub(super) fn new(stream: StreamId, socket: Socket, called: Option<u16>) -> Self {
        Self {
            stream,
            socket,
            called,
            heard_all: false,
            told_all: false,
            deaf: false,
        }
    }

    /// Moves what can be moved, both ways.
    pub(super) fn pump(
        &mut self,
        link: &mut Link,
        counts: &mut Counts,
        cx: &mut Context<'_>,
    ) -> Fate {
        let before = *counts;
        self.deaf |= self.tell(link, counts, cx).is_err();
        match self.hear(link, counts, cx) {
            Err(_) => Fate::Broken(ResetWhy::Program),
            Ok(()) if self.heard_all && self.deaf => Fate::Broken(ResetWhy::Program),
            Ok(()) if self.heard_all && self.told_all => Fate::Done,
            Ok(()) => Fate::Lives {
                moved: *counts != before,
            },
        }
    }

    /// Offers bytes to the program; says how many it took. What goes wrong shows when it is tried again.
    pub(super) fn offer(&mut self, bytes: &[u8], cx: &mut Context<'_>) -> usize {
        let Socket::Open(socket) = &mut self.socket else {
            return 0;
        };
        match Pin::new(socket).poll_write(cx, bytes) {
            Poll::Ready(Ok(count)) => count,
            Poll::Ready(Err(_)) | Poll::Pending => 0,
        }
    }

    /// Gives the program what has arrived.
    fn tell(
        &mut self,
        link: &mut Link,
        counts: &mut Counts,
        cx: &mut Context<'_>,
    ) -> io::Result<()> {
        let Socket::Open(socket) = &mut self.socket else {
            return Ok(());
        };
        loop {
            let bytes = link.received(self.stream);
            if bytes.is_empty() || self.deaf {
                break;
            }
            let Poll::Ready(count) = Pin::new(&mut *socket).poll_write(cx, bytes)? else {
                return Ok(());
            };
            link.take(self.stream, count);
            counts.given += count as u64;
        }
        if !self.told_all
            && !self.deaf
            && link.heard_all(self.stream)
            && let Poll::Ready(outcome) = Pin::new(socket).poll_shutdown(cx)
        {
            // A program that is gone already needs to be told nothing.
            if let Err(error) = outcome
                && error.kind() != io::ErrorKind::NotConnected
            {
                return Err(error);
            }
            self.told_all = true;
        }
        Ok(())
    }

    /// Takes what the program says.
    fn hear(
        &mut self,
        link: &mut Link,
        counts: &mut Counts,
        cx: &mut Context<'_>,
    ) -> io::Result<()> {
        let Socket::Open(socket) = &mut self.socket else {
            return Ok(());
        };
        if self.heard_all || link.unsent() >= AHEAD {
            return Ok(());
        }
        let space = link.space(self.stream);
        if space.is_empty() {
            return Ok(());
        }
        let mut buffer = ReadBuf::new(space);
        if Pin::new(socket).poll_read(cx, &mut buffer)?.is_pending() {
            return Ok(());
        }
        let count = buffer.filled().len();
        counts.taken += count as u64;
        if count == 0 {
            self.heard_all = true;
            counts.ends += 1;
            link.finish(self.stream);
        } else {
            link.filled(self.stream, count);
        }
        Ok(())
    }

    /// The run whose program it is for, as long as that has not heard of it.
    pub(super) fn held_for(&self) -> Option<u32> {
        match &self.socket {
            Socket::Held { call, .. } | Socket::Dialling { call, .. } => Some(call.run),
            Socket::Open(_) => None,
        }
    }

    /// Whether the program is being called.
    pub(super) fn is_dialling(&self) -> bool {
        matches!(self.socket, Socket::Dialling { .. })
    }

    /// The program's port, and whether it has taken a call, as soon as that is known.
    pub(super) fn dialled(&mut self, cx: &mut Context<'_>) -> Option<(u16, io::Result<()>)> {
        let Socket::Dialling { dialling, call, .. } = &mut self.socket else {
            return None;
        };
        let Poll::Ready(outcome) = dialling.as_mut().poll(cx) else {
            return None;
        };
        let port = call.port;
        let outcome = outcome.map(|socket| {
            // Small messages are sent at once, or each waits for the acknowledgement of the one before.
            _ = socket.set_nodelay(true);
            self.socket = Socket::Open(socket);
        });
        Some((port, outcome))
    }

    /// Holds it again, if the program has not heard of it: until it may go, or until that is looked at anew.
    pub(super) fn hold_again(&mut self, is_vouched: bool) {
        if let Socket::Held { call, until, .. } | Socket::Dialling { call, until, .. } = self.socket
        {
            self.socket = Socket::Held {
                call,
                until,
                vouched: is_vouched,
            };
        }
    }

    /// Until when it may wait for its program, as long as that has not heard of it.
    pub(super) fn held_until(&self) -> Option<Instant> {
        match &self.socket {
            Socket::Held { until, .. } => Some(*until),
            Socket::Dialling { .. } | Socket::Open(_) => None,
        }
    }

    /// Resets the program's end: it hears that this was no orderly end.
    pub(super) fn reset(self) {
        if let Socket::Open(socket) = self.socket {
            // Where this fails, the socket is reset or gone already.
            _ = socket.set_zero_linger();
        }
    }
}
