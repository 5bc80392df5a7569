//! Questions and their answers on one socket.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::Pace;
use crate::clock::{Times, Timestamp};
use crate::message::{Attribute, Change, Class, MOST, Message, Transaction};

/// One question.
pub(super) struct Question<'a> {
    /// The socket that asks it; the answer comes to the one that [`ask`] listens on.
    pub(super) by: &'a UdpSocket,
    /// Whom.
    pub(super) to: SocketAddr,
    /// Where the answer comes from: one from elsewhere is none.
    pub(super) from: SocketAddr,
    /// From where else the reflector is to answer.
    pub(super) change: Change,
    /// To which port of this host's outside address.
    pub(super) to_port: Option<u16>,
    /// When it is asked first, from the beginning.
    pub(super) after: Duration,
}

/// What came of a question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    /// Where the reflector has seen it come from.
    pub(super) seen: SocketAddr,
    /// The reflector's times.
    pub(super) times: Option<Times>,
    /// From the last time that it was asked.
    pub(super) took: Duration,
}

impl<'a> Question<'a> {
    /// A plain one.
    pub(super) fn plain(by: &'a UdpSocket, to: SocketAddr) -> Self {
        Self {
            by,
            to,
            from: to,
            change: Change::default(),
            to_port: None,
            after: Duration::ZERO,
        }
    }

    fn message(&self, transaction: Transaction) -> Message {
        let times = Times {
            asked: Timestamp::here(),
            ..Times::default()
        };
        let mut message = Message::new(Class::Request, transaction).with(Attribute::Times(times));
        if self.change != Change::default() {
            let change = Attribute::ChangeRequest(self.change);
            message.attributes.push(change);
        }
        if let Some(port) = self.to_port {
            message.attributes.push(Attribute::ResponsePort(port));
        }
        message
    }
}

/// A question that is being asked.
struct Asking<'a> {
    question: &'a Question<'a>,
    transaction: Transaction,
    /// When it is asked next; none when it was asked often enough.
    next: Option<Instant>,
    attempts: u16,
    sent: Instant,
    answered: Option<Answered>,
}

/// Asks all questions, each as often as `pace` says, and listens on `here`: what came of each, in their order. Ends as
/// soon as all are answered.
pub(super) async fn ask(
    here: &UdpSocket,
    questions: &[Question<'_>],
    pace: Pace,
) -> Vec<Option<Answered>> {
    let begun = Instant::now();
    let mut asking: Vec<Asking<'_>> = questions
        .iter()
        .filter_map(|question| {
            Some(Asking {
                question,
                transaction: Transaction::random()?,
                next: Some(begun + question.after),
                attempts: 0,
                sent: begun,
                answered: None,
            })
        })
        .collect();
    let numbers: HashMap<Transaction, usize> = asking
        .iter()
        .enumerate()
        .map(|(number, one)| (one.transaction, number))
        .collect();
    let mut datagram = [0; MOST + 1];
    while let Some(wake) = next_moment(&asking, pace) {
        tokio::select! {
            received = here.recv_from(&mut datagram) => {
                // An error here is an unreachable port of one peer: whom it concerns does not answer.
                let Ok((length, from)) = received else { continue };
                let Ok(message) = Message::decode(&datagram[..length]) else { continue };
                let number = numbers.get(&message.transaction);
                if let Some(one) = number.and_then(|number| asking.get_mut(*number)) {
                    one.take(&message, from);
                }
            }
            () = sleep_until(wake) => {
                for one in &mut asking {
                    one.send(pace).await;
                }
            }
        }
        if asking.iter().all(|one| one.answered.is_some()) {
            break;
        }
    }
    let mut outcomes: Vec<Option<Answered>> = asking.iter().map(|one| one.answered).collect();
    outcomes.resize(questions.len(), None);
    outcomes
}

/// When to wake next: to ask again, or to stop waiting; none when nothing is awaited any more.
fn next_moment(asking: &[Asking<'_>], pace: Pace) -> Option<Instant> {
    let awaited = asking.iter().filter(|one| one.answered.is_none());
    let now = Instant::now();
    awaited
        .filter_map(|one| {
            let end = one.sent + pace.patience;
            one.next.or((end > now).then_some(end))
        })
        .min()
}

impl Asking<'_> {
    async fn send(&mut self, pace: Pace) {
        let now = Instant::now();
        if self.answered.is_some() || self.next.is_none_or(|next| next > now) {
            return;
        }
        self.attempts += 1;
        self.next = (self.attempts < pace.attempts).then(|| now + pace.between);
        self.sent = now;
        let message = self.question.message(self.transaction).encode();
        // A full queue is a lost datagram. It is not waited for: others have their moments, too.
        let send = self.question.by.send_to(&message, self.question.to);
        let _ = timeout_at(now + pace.between, send).await;
    }

    fn take(&mut self, message: &Message, from: SocketAddr) {
        let seen = message.find(|attribute| match attribute {
            Attribute::XorMappedAddress(address) => Some(*address),
            _ => None,
        });
        let Some(seen) = seen else { return };
        if message.class != Class::Success || from != self.question.from || self.answered.is_some()
        {
            return;
        }
        let times = message.times();
        self.answered = Some(Answered {
            seen,
            times,
            took: self.sent.elapsed(),
        });
    }
}
