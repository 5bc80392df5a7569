//! Messages on a stream: each follows the one before it.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::message::{self, HEADER};

/// The octets of the next message.
///
/// # Errors
/// The stream ends or fails, or no message of bearable length begins here.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await?;
    let length = message::length(&header).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    bytes[..HEADER].copy_from_slice(&header);
    stream.read_exact(&mut bytes[HEADER..]).await?;
    Ok(bytes)
}
