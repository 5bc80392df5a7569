//! What a reflector answers, as a function of what it was asked.

use std::net::SocketAddr;

use crate::clock::{Times, Timestamp};
use crate::message::{Attribute, Change, Class, Message};
use crate::station::Stations;

/// What could not be understood (RFC 8489, section 14.8).
const UNKNOWN_ATTRIBUTE: u16 = 420;
/// The number of a CHANGE-REQUEST, in answer to whoever wants what cannot be had.
const CHANGE_REQUEST: u16 = 0x0003;

/// An answer and its way.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// From this endpoint of the reflector.
    pub from: SocketAddr,
    /// To there.
    pub to: SocketAddr,
    /// What.
    pub message: Message,
}

/// A datagram as it came.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its octets.
    pub bytes: &'a [u8],
    /// Who sent it.
    pub by: SocketAddr,
    /// The endpoint of the reflector that it came to.
    pub at: SocketAddr,
    /// When it came.
    pub received: Timestamp,
}

/// What to answer; none to what is no question. `now` is the reflector's clock.
///
/// An answer goes to the address that the question came from, at most to another port there, and is one datagram: whoever
/// forges a sender's address gains nothing.
pub fn answer(
    stations: &Stations,
    asked: Asked<'_>,
    now: impl Fn() -> Timestamp,
) -> Option<Answer> {
    let question = Message::decode(asked.bytes).ok()?;
    if question.class != Class::Request {
        return None;
    }
    let (station, port) = stations.find(asked.at)?;
    let mut answer = Answer {
        from: asked.at,
        to: asked.by,
        message: Message::new(Class::Success, question.transaction),
    };
    let unknown = question
        .attributes
        .iter()
        .filter_map(|attribute| match attribute {
            Attribute::Unknown(kind) => Some(*kind),
            _ => None,
        });
    let unknown: Vec<u16> = unknown.collect();
    if !unknown.is_empty() {
        return Some(refusing(answer, unknown));
    }
    let change = question.find(|attribute| match attribute {
        Attribute::ChangeRequest(change) => Some(*change),
        _ => None,
    });
    let Change {
        address,
        port: other,
    } = change.unwrap_or_default();
    let station = match (address, stations.beside(station)) {
        (false, _) => station,
        (true, Some(beside)) => beside,
        (true, None) => return Some(refusing(answer, vec![CHANGE_REQUEST])),
    };
    answer.from = station.endpoints()[if other { 1 - port } else { port }];
    if let Some(port) = question.find(|attribute| match attribute {
        Attribute::ResponsePort(port) => Some(*port),
        _ => None,
    }) {
        answer.to.set_port(port);
    }
    let elsewhere = stations.beside(station).unwrap_or(station).endpoints()[1 - port];
    let says = [
        Attribute::XorMappedAddress(asked.by),
        Attribute::ResponseOrigin(answer.from),
        Attribute::OtherAddress(elsewhere),
    ];
    answer.message.attributes.extend(says);
    if let Some(times) = question.times() {
        answer.message.attributes.push(Attribute::Times(Times {
            asked: times.asked,
            received: asked.received,
            answered: now(),
        }));
    }
    Some(answer)
}

fn refusing(mut answer: Answer, unknown: Vec<u16>) -> Answer {
    answer.message.class = Class::Error;
    let says = [
        Attribute::ErrorCode(UNKNOWN_ATTRIBUTE),
        Attribute::UnknownAttributes(unknown),
    ];
    answer.message.attributes.extend(says);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Transaction;

    const ONE: &str = "192.0.2.1:10,11";
    const TWO: &str = "192.0.2.1:10,11 192.0.2.2:20,21 [2001:db8::1]:30,31";

    fn ask(stations: &str, attributes: &[Attribute]) -> Option<Answer> {
        let mut question = Message::new(Class::Request, Transaction([1; 12]));
        question.attributes.extend_from_slice(attributes);
        at_moment(stations, &question)
    }

    fn at_moment(stations: &str, question: &Message) -> Option<Answer> {
        let asked = Asked {
            bytes: &question.encode(),
            by: "203.0.113.9:4000".parse().unwrap(),
            at: "192.0.2.1:10".parse().unwrap(),
            received: Timestamp(5),
        };
        answer(&stations.parse().unwrap(), asked, || Timestamp(6))
    }

    fn change(address: bool, port: bool) -> Attribute {
        Attribute::ChangeRequest(Change { address, port })
    }

    #[test]
    fn an_answer_comes_from_where_it_was_asked_for() {
        for (stations, asked, from) in [
            (ONE, change(false, false), "192.0.2.1:10"),
            (ONE, change(false, true), "192.0.2.1:11"),
            (TWO, change(true, false), "192.0.2.2:20"),
            (TWO, change(true, true), "192.0.2.2:21"),
        ] {
            let answer = ask(stations, &[asked]).unwrap();
            assert_eq!(answer.from, from.parse().unwrap());
            assert_eq!(answer.to, "203.0.113.9:4000".parse().unwrap());
            assert_eq!(answer.message.class, Class::Success);
        }
    }

    #[test]
    fn another_address_is_refused_where_there_is_none() {
        let answer = ask(ONE, &[change(true, false)]).unwrap();
        assert_eq!(answer.message.class, Class::Error);
        assert!(
            answer
                .message
                .attributes
                .contains(&Attribute::ErrorCode(420))
        );
    }

    #[test]
    fn another_port_is_that_of_who_asks() {
        let answer = ask(ONE, &[Attribute::ResponsePort(77)]).unwrap();
        assert_eq!(answer.to, "203.0.113.9:77".parse().unwrap());
        let seen = Attribute::XorMappedAddress("203.0.113.9:4000".parse().unwrap());
        assert!(answer.message.attributes.contains(&seen));
    }

    #[test]
    fn the_times_are_the_asker_s_and_the_reflector_s() {
        let asked = Timestamp(4);
        let times = Times {
            asked,
            ..Times::default()
        };
        let answer = ask(ONE, &[Attribute::Times(times)]).unwrap();
        let told = Attribute::Times(Times {
            asked,
            received: Timestamp(5),
            answered: Timestamp(6),
        });
        assert!(answer.message.attributes.contains(&told));
    }

    #[test]
    fn who_does_not_ask_is_not_answered() {
        for class in [Class::Indication, Class::Success, Class::Error] {
            let said = Message::new(class, Transaction([1; 12]));
            assert_eq!(at_moment(ONE, &said), None);
        }
        let strange = ask(ONE, &[Attribute::Unknown(0x24)]).unwrap().message;
        assert_eq!(strange.class, Class::Error);
    }
}
