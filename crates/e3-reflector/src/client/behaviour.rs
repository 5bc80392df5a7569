//! What a NAT does, found by questions from sockets that nobody else has asked anything from (RFC 5780, section 4).

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::UdpSocket;

use super::classify::{self, Behaviour, Filtered, Mapped};
use super::exchange::{Answered, Question, ask};
use super::view::open;
use super::{Pace, Target};
use crate::message::Change;

/// Whom to ask: one address with its two ports, and another address, if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    main: Target<'a>,
    other: Option<Target<'a>>,
}

impl<'a> Asked<'a> {
    /// Of those that can be reached. One that has two addresses itself is asked before others: it can answer from the
    /// other one by itself.
    pub(super) fn choose(reached: &[Target<'a>]) -> Option<Self> {
        let two = |target: &&Target<'_>| target.known.stations.beside(target.station).is_some();
        let main = *reached.iter().find(two).or_else(|| reached.first())?;
        let elsewhere = |target: &&Target<'a>| target.station.address != main.station.address;
        let mut others = reached.iter().filter(elsewhere);
        let same = |target: &&Target<'_>| target.known == main.known;
        let other = others.clone().find(same).or_else(|| others.next());
        Some(Self {
            main,
            other: other.copied(),
        })
    }
}

/// Finds out; of whom nobody can be asked, nothing is known.
pub(super) async fn find(asked: Option<Asked<'_>>, local: IpAddr, pace: Pace) -> Behaviour {
    let Some(asked) = asked else {
        return Behaviour::default();
    };
    let (mapped, filtered) =
        tokio::join!(mapping(asked, local, pace), filtering(asked, local, pace));
    Behaviour {
        mapping: mapped.map(classify::mapping).unwrap_or_default(),
        filtering: filtered.map(classify::filtering).unwrap_or_default(),
    }
}

fn seen(answer: Option<&Option<Answered>>) -> Option<SocketAddr> {
    answer.copied().flatten().map(|answered| answered.seen)
}

/// One socket asks the main address on both ports, and the other address.
async fn mapping(asked: Asked<'_>, local: IpAddr, pace: Pace) -> io::Result<Mapped> {
    let socket = open(local).await?;
    let [first, second] = asked.main.station.endpoints();
    let elsewhere = asked.other.map(|other| other.station.first());
    let to = [Some(first), Some(second), elsewhere];
    let questions: Vec<_> = to
        .into_iter()
        .flatten()
        .map(|to| Question::plain(&socket, to))
        .collect();
    let answers = ask(&socket, &questions, pace).await;
    Ok(Mapped {
        local: socket.local_addr().ok(),
        first: seen(answers.first()),
        other_port: seen(answers.get(1)),
        other_address: seen(answers.get(2)),
    })
}

/// A socket that has asked one endpoint alone is sent answers by others: from the other port, and from the other
/// address.
async fn filtering(asked: Asked<'_>, local: IpAddr, pace: Pace) -> io::Result<Filtered> {
    let socket = open(local).await?;
    let [first, second] = asked.main.station.endpoints();
    let plain = ask(&socket, &[Question::plain(&socket, first)], pace).await;
    let Some(here) = seen(plain.first()) else {
        return Ok(Filtered::default());
    };
    // Whoever stands elsewhere is asked by another socket, and answers to this one's outside port.
    let helper = open(local).await?;
    let mut questions = vec![Question {
        from: second,
        change: Change {
            port: true,
            address: false,
        },
        ..Question::plain(&socket, first)
    }];
    questions.extend(from_elsewhere(asked, &socket, &helper, here, pace).await);
    let answers = ask(&socket, &questions, pace).await;
    let came = |number: usize| answers.get(number).map(Option::is_some);
    Ok(Filtered {
        asked: true,
        from_other_port: came(0).unwrap_or_default(),
        from_other_address: came(1),
    })
}

/// The question by which something comes to `socket`, seen as `here`, from an address to which it has sent nothing; none
/// if that cannot be had.
async fn from_elsewhere<'a>(
    asked: Asked<'_>,
    socket: &'a UdpSocket,
    helper: &'a UdpSocket,
    here: SocketAddr,
    pace: Pace,
) -> Option<Question<'a>> {
    let other = asked.other?;
    if other.known == asked.main.known {
        return Some(Question {
            from: other.station.first(),
            change: Change {
                address: true,
                port: false,
            },
            ..Question::plain(socket, asked.main.station.first())
        });
    }
    let to = other.station.first();
    let question = [Question::plain(helper, to)];
    let answers = ask(helper, &question, pace).await;
    // It answers to the address that it is asked from; behind a NAT with several, that may be another one.
    (seen(answers.first())?.ip() == here.ip()).then_some(Question {
        to_port: Some(here.port()),
        ..Question::plain(helper, to)
    })
}
