//! What fuzz targets reach of the probe: both ends, with any bytes from the other one.

use e3_session::types::{Digest, PartyIndex, SessionId};
use tokio::io::{join, sink};

use crate::tcp::{Heard, Hello, Verdict, dial_probe, listen_probe};

/// Who is expected: party 1 of a session, by party 3.
const EXPECTED: Hello = Hello {
    session: SessionId([7; 16]),
    roster: Digest([9; 32]),
    from: PartyIndex(1),
    to: PartyIndex(3),
};

/// What the expected caller says first.
pub fn hello() -> Vec<u8> {
    EXPECTED.encode().to_vec()
}

/// Lets a listener hear these bytes, and nothing after them; whether it took them for the expected caller's.
pub async fn listen(bytes: &[u8]) -> bool {
    let judge = |hello: &Hello| {
        if *hello == EXPECTED {
            Verdict::Welcome
        } else {
            Verdict::Stranger
        }
    };
    let heard = listen_probe(&mut join(bytes, sink()), judge).await;
    matches!(heard, Ok(Heard::Welcome(party, _)) if party == EXPECTED.from)
}

/// Lets a dialler hear these bytes; whether it took them for the peer's.
pub async fn dial(bytes: &[u8]) -> bool {
    dial_probe(&mut join(bytes, sink()), EXPECTED).await.is_ok()
}
