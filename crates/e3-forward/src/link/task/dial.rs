//! Connecting to the program on this host.

use std::{future::Future, io, pin::Pin, sync::Arc};

use tokio::net::TcpStream;

use crate::{Programs, place::Call};

/// A connection that is being made.
pub(super) type Dialling = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

/// Connects to the program.
pub(super) fn dial(programs: Arc<dyn Programs>, call: Call) -> Dialling {
    Box::pin(async move { programs.dial(call).await })
}
