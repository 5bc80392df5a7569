//! What a program's namespace is told: its addresses and routes (rtnetlink(7)), its packet filter (nfnetlink), and which
//! connections are to end (`sock_diag(7)`). With messages of our own, so that neither `ip`, `nft` nor `ss` has to be installed.
//!
//! - [`message`]: how a message is written;
//! - [`route`]: interfaces, addresses, routes; [`filter`]: tables, chains, rules; [`connections`]: sockets of TCP.

use std::{io, os::fd::OwnedFd, time::Duration};

use rustix::net::{
    RecvFlags, SendFlags, recv, send,
    sockopt::{Timeout, set_socket_timeout},
};

mod connections;
mod filter;
mod message;
mod route;

use message::Message;

/// How long the kernel may take to answer; it needs microseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The type of a message that ends an answer, with an error or without.
const ERROR: u16 = 2;

/// The type of a message that ends a list.
const DONE: u16 = 3;

/// A conversation with the kernel about one network namespace.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

impl Netlink {
    /// By a socket that was opened there.
    pub(super) fn new(socket: OwnedFd) -> io::Result<Self> {
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(Self {
            socket,
            sequence: 0,
        })
    }

    /// Sends messages as one, and waits until the kernel has taken the `asked` among them that want an answer.
    fn tell(
        &mut self,
        messages: impl IntoIterator<Item = Message>,
        asked: usize,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        let before = self.sequence;
        for message in messages {
            self.sequence = self.sequence.wrapping_add(1);
            bytes.extend(message.finish(self.sequence));
        }
        send(&self.socket, &bytes, SendFlags::empty())?;
        let mut answered = 0;
        while answered < asked {
            self.hear(|answer| {
                if answer.sequence > before && answer.kind == ERROR {
                    answer.result()?;
                    answered += 1;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Asks for a list, and gives what each of its messages holds.
    fn list<T>(
        &mut self,
        message: Message,
        mut read: impl FnMut(&[u8]) -> Option<T>,
    ) -> io::Result<Vec<T>> {
        self.sequence = self.sequence.wrapping_add(1);
        let asked = self.sequence;
        send(&self.socket, &message.finish(asked), SendFlags::empty())?;
        let (mut listed, mut done) = (Vec::new(), false);
        while !done {
            self.hear(|answer| {
                match answer.kind {
                    _ if answer.sequence != asked => {}
                    DONE => done = true,
                    ERROR => answer.result()?,
                    _ => listed.extend(read(answer.content)),
                }
                Ok(())
            })?;
        }
        Ok(listed)
    }

    /// Waits for answers, which may come several at a time.
    fn hear(&self, mut each: impl FnMut(Answer<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut room = vec![0; 16 * 1024];
        let heard = recv(&self.socket, &mut *room, RecvFlags::empty());
        let (_, length) = heard.map_err(name_silence)?;
        let mut answers = room.get(..length).unwrap_or_default();
        while let Some((answer, rest)) = split(answers) {
            each(answer)?;
            answers = rest;
        }
        Ok(())
    }
}

/// An answer of the kernel.
struct Answer<'a> {
    kind: u16,
    sequence: u32,
    content: &'a [u8],
}

impl Answer<'_> {
    /// An error's number is negative, and 0 where there is none.
    fn result(&self) -> io::Result<()> {
        let number = self.content.first_chunk().copied().map(i32::from_ne_bytes);
        match number.map(i32::saturating_neg) {
            Some(0) => Ok(()),
            Some(number) => Err(io::Error::from_raw_os_error(number)),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// The first of several answers, and the others.
fn split(answers: &[u8]) -> Option<(Answer<'_>, &[u8])> {
    let number = |at: usize| answers.get(at..at + 4)?.try_into().ok();
    let length = usize::try_from(u32::from_ne_bytes(number(0)?)).ok()?;
    let kind = answers.get(4..6)?.try_into().ok()?;
    let answer = Answer {
        kind: u16::from_ne_bytes(kind),
        sequence: u32::from_ne_bytes(number(8)?),
        content: answers.get(16..length)?,
    };
    let rest = answers.get(length.next_multiple_of(4)..);
    Some((answer, rest.unwrap_or_default()))
}

/// The kernel says of a time-out only that nothing is there.
fn name_silence(error: rustix::io::Errno) -> io::Error {
    if error == rustix::io::Errno::AGAIN {
        let said = format!("the kernel has not answered for {} s", PATIENCE.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, said)
    } else {
        error.into()
    }
}
