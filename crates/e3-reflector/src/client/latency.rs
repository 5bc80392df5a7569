//! Latency and clocks, from many exchanges with one reflector.

use std::net::SocketAddr;
use std::time::Duration;

use e3_session::types::{ClockOffset, ServiceReach, Transport};
use tokio::net::UdpSocket;

use super::exchange::{Answered, Question, ask};
use super::{Pace, Target};
use crate::clock::{Times, best};

/// Between two measurements.
const SPACING: Duration = Duration::from_millis(40);

/// Measures one reflector: how it was reached, and where it has seen the socket.
pub(super) async fn measure(
    socket: &UdpSocket,
    target: Target<'_>,
    pace: Pace,
) -> (ServiceReach, Option<SocketAddr>) {
    let to = target.station.first();
    let questions: Vec<Question<'_>> = (0..pace.measurements)
        .map(|number| Question {
            after: SPACING * u32::from(number),
            ..Question::plain(socket, to)
        })
        .collect();
    // Each is asked once: of one that is asked again nobody knows which attempt was answered.
    let once = Pace {
        attempts: 1,
        ..pace
    };
    let outcomes = ask(socket, &questions, once).await;
    let answers: Vec<Answered> = outcomes.into_iter().flatten().collect();
    let seen = answers.first().map(|answer| answer.seen);
    let exchanges = answers.iter().map(|answer| (answer.took, answer.times));
    let reach = reach(target, Transport::Udp, pace.measurements, exchanges);
    (reach, seen)
}

/// What these exchanges tell about a service.
pub(super) fn reach(
    target: Target<'_>,
    transport: Transport,
    sent: u16,
    exchanges: impl Iterator<Item = (Duration, Option<Times>)> + Clone,
) -> ServiceReach {
    let least = exchanges.clone().map(|(took, _)| took).min();
    let offsets = exchanges.clone().filter_map(|(took, times)| {
        let times = times?;
        // By the monotonic clock: one that is set meanwhile does no harm.
        times.offset(times.asked.after(took))
    });
    ServiceReach {
        service: target.known.service.clone(),
        address: target.station.first(),
        transport,
        sent,
        answered: u16::try_from(exchanges.count()).unwrap_or(u16::MAX),
        rtt_ms: least.map(ms),
        clock: best(offsets).map(|offset| ClockOffset {
            offset_ms: offset.seconds * 1e3,
            uncertainty_ms: offset.uncertainty * 1e3,
        }),
    }
}

/// Milliseconds.
pub(super) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
