//! What programs would say to one another.
//!
//! - [`place`]: where a program would be, and the sockets that it would make there;
//! - [`stream`]: one end of a connection; [`tls`]: what protects it, where the overlay leaves that to the program;
//! - [`pattern`]: bytes that tell where in a stream they belong.

mod pattern;
mod place;
mod stream;
mod tls;

pub use place::{Door, Place};
pub use stream::{Duplex, End, Stream};
pub use tls::Credentials;

use crate::field::Field;

/// The first so many bytes that each end of a connection says.
pub fn said(bytes: usize) -> [Vec<u8>; 2] {
    [End::Dialler, End::Listener].map(|end| {
        let mut said = vec![0; bytes];
        end.pattern().fill(&mut said);
        said
    })
}

/// A connection between two parties' programs.
pub struct Connection {
    /// The end that has dialled.
    pub dialler: Stream,
    /// The end that has listened.
    pub listener: Stream,
}

/// Connects two parties' programs.
pub async fn connect(field: &Field, from: usize, to: usize) -> anyhow::Result<Connection> {
    let door = field.party(to)?.listen()?;
    let dialling = field.party(from)?.dial(to);
    let (dialler, listener) = tokio::try_join!(dialling, door.accept())?;
    Ok(Connection { dialler, listener })
}

impl Connection {
    /// Both ends send this many bytes at once, in pieces of one size, and both get them whole and in order.
    pub async fn exchange(&mut self, bytes: usize, piece: usize) -> anyhow::Result<()> {
        let dialler = self.dialler.exchange(bytes, piece);
        let listener = self.listener.exchange(bytes, piece);
        tokio::try_join!(dialler, listener)?;
        Ok(())
    }
}
