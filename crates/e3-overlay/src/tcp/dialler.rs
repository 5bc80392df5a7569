//! Dialling a peer until it answers or there is no hope.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    probe::{self, Hello, ProbeError},
    reason::Failure,
    secure::Secure,
};

/// Pause before a refused connection is tried again: the peer may begin to listen at any moment.
const RETRY: Duration = Duration::from_millis(20);

/// Head start of each address before the next (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// A peer that answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// The address that worked.
    pub(super) address: IpAddr,
    /// The least round-trip time.
    pub(super) rtt: Duration,
}

/// What is dialled, and how long.
#[derive(Debug, Clone)]
pub(super) struct Target<S> {
    /// What is put around a connection.
    pub(super) secure: S,
    /// What to say.
    pub(super) hello: Hello,
    /// Addresses to try, best first.
    pub(super) addresses: Vec<IpAddr>,
    /// The program's port.
    pub(super) port: u16,
    /// From now on.
    pub(super) timeout: Duration,
}

/// Dials until one address answers as the peer would. The error says why none did; `own` are this party's own
/// addresses.
pub(super) async fn dial(target: Target<impl Secure>, own: &[IpAddr]) -> Result<Reached, String> {
    let deadline = Instant::now() + target.timeout;
    let mut attempts = JoinSet::new();
    let mut start = Instant::now();
    for address in &target.addresses {
        let at = SocketAddr::new(*address, target.port);
        let (secure, hello, timeout) = (target.secure.clone(), target.hello, target.timeout);
        attempts.spawn(async move {
            sleep_until(start.min(deadline)).await;
            let tried = persist(at, &secure, hello, (timeout, deadline)).await;
            (at, tried)
        });
        start += HEAD_START;
    }
    let mut reasons = Vec::new();
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok((at, Ok(rtt))) => {
                return Ok(Reached {
                    address: at.ip(),
                    rtt,
                });
            }
            Ok((at, Err(failure))) => reasons.push(failure.explain(at, own)),
            Err(error) => reasons.push(format!("the attempt was broken off: {error}")),
        }
    }
    if reasons.is_empty() {
        reasons.push("no address of it is known".to_owned());
    }
    Err(reasons.join("; "))
}

/// Tries one address again and again, as long as another attempt may go better.
async fn persist(
    at: SocketAddr,
    secure: &impl Secure,
    hello: Hello,
    (timeout, deadline): (Duration, Instant),
) -> Result<Duration, Failure> {
    let mut last = Failure::Silent(timeout);
    while Instant::now() < deadline {
        match timeout_at(deadline, try_once(at, secure, hello)).await {
            Ok(Ok(rtt)) => return Ok(rtt),
            Ok(Err(failure)) if failure.may_pass() => last = failure,
            Ok(Err(failure)) => return Err(failure),
            Err(_) => return Err(last),
        }
        sleep(RETRY).await;
    }
    Err(last)
}

async fn try_once(at: SocketAddr, secure: &impl Secure, hello: Hello) -> Result<Duration, Failure> {
    let stream = TcpStream::connect(at).await.map_err(Failure::connecting)?;
    let talked = async {
        stream.set_nodelay(true)?;
        let mut stream = secure.dial(stream, hello.to).await?;
        probe::dial(&mut stream, hello).await
    };
    talked.await.map_err(|error| {
        Failure::Probe(match error {
            ProbeError::Broken(broken) => secure.explain(broken),
            told => told,
        })
    })
}
