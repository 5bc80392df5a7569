//! Connecting to the program on this host.

use std::{future::Future, io, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

use crate::{Programs, place::Call};

/// How long to wait before a program that does not listen is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// A connection that is being made.
pub(super) type Dialling = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

/// Connects to the program, as soon as it listens: programs of one run do not begin at the same moment, and their
/// callers were told already that they are connected.
pub(super) fn dial(programs: Arc<dyn Programs>, call: Call, until: Instant) -> Dialling {
    Box::pin(async move {
        loop {
            match programs.dial(call).await {
                Err(error)
                    if error.kind() == io::ErrorKind::ConnectionRefused
                        && Instant::now() < until => {}
                outcome => return outcome,
            }
            sleep(AGAIN).await;
        }
    })
}
