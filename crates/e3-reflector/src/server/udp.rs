//! A reflector's UDP sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::{Asked, Clock, answer};
use crate::message::MOST;
use crate::station::Stations;

/// Answers a second, at most, of one socket: what a forger could have sent to a third person stays small.
const RATE: u32 = 2_000;
/// After a socket has failed to receive, until it is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// A socket, and where it is reached.
pub(super) type Bound = (SocketAddr, Arc<UdpSocket>);

/// Answers what comes to one of the sockets, for ever.
pub(super) async fn serve(sockets: Arc<[Bound]>, index: usize, stations: Stations, clock: Clock) {
    let Some((at, socket)) = sockets.get(index) else {
        return;
    };
    // One more than is ever said, so that what is longer is seen to be.
    let mut datagram = [0; MOST + 1];
    let mut allowance = Allowance::full();
    loop {
        let (length, by) = match socket.recv_from(&mut datagram).await {
            Ok(received) => received,
            Err(error) => {
                // Errors of one peer, such as a closed port, are told on the next receive.
                debug!(%at, %error, "a datagram could not be received");
                sleep(AGAIN).await;
                continue;
            }
        };
        let asked = Asked {
            bytes: &datagram[..length],
            by,
            at: *at,
            received: clock(),
        };
        let Some(answer) = answer(&stations, asked, clock) else {
            continue;
        };
        if !allowance.take(Instant::now()) {
            warn!(%at, "more than {RATE} questions a second; some stay without an answer");
            continue;
        }
        let from = sockets
            .iter()
            .find(|(endpoint, _)| *endpoint == answer.from);
        let Some((_, from)) = from else { continue };
        if let Err(error) = from.send_to(&answer.message.encode(), answer.to).await {
            debug!(to = %answer.to, %error, "an answer could not be sent");
        }
    }
}

/// How many answers may still be given in this second.
struct Allowance {
    left: u32,
    since: Instant,
}

impl Allowance {
    fn full() -> Self {
        Self {
            left: RATE,
            since: Instant::now(),
        }
    }

    fn take(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            *self = Self {
                left: RATE,
                since: now,
            };
        }
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_answers() {
        let mut allowance = Allowance::full();
        let start = allowance.since;
        let given = (0..RATE + 10).filter(|_| allowance.take(start)).count();
        assert_eq!(given, usize::try_from(RATE).unwrap());
        assert!(allowance.take(start + Duration::from_secs(1)));
    }
}
