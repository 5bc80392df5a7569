//! The end of a carrier.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use crate::link::ByteStream;

/// How long the end of a carrier may take.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

/// Says what is left to be said on a carrier, and waits for its other end: what is closed while it still has something
/// to hear is torn down, and with it what was said last.
pub(super) async fn farewell(mut stream: Box<dyn ByteStream>, rest: Vec<u8>) {
    let said = async {
        stream.write_all(&rest).await?;
        stream.flush().await?;
        stream.shutdown().await?;
        let mut ignored = vec![0; 16 * 1024];
        while stream.read(&mut ignored).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    // Whoever is gone hears nothing anyway.
    let _ = timeout(LONGEST, said).await;
}
