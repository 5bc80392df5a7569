//! Streams that outlive the connection that carries them: both ends as state machines without a network.
//!
//! A [`Link`] joins two agents. It carries any number of streams, each a connection of programs, over one *carrier* at a
//! time: an authenticated, ordered and reliable byte stream between the two that may end at any byte. Carriers come and
//! go; the link goes on over the next where it was, with no byte lost, doubled or out of order, until one end has
//! forgotten it or there was no carrier for too long.
//!
//! It opens no socket and reads no clock: bytes and times are given to it, and it says what is to be sent, what has
//! happened, and when it wants to be called again. What stands on a carrier is specified in docs/protocols/link.md.
//!
//! ```
//! use std::time::Duration;
//! use e3_resume::{Call, Event, Family, Incarnation, Link, Role, Settings};
//!
//! let now = Duration::ZERO;
//! let mut here = Link::new(Settings::new(Role::Leader, [0; 32], Incarnation::new([1; 16]).unwrap()), now);
//! let mut there = Link::new(Settings::new(Role::Follower, [0; 32], Incarnation::new([2; 16]).unwrap()), now);
//! let (near, far) = (here.begin(0, now), there.begin(0, now));
//!
//! let stream = here.open(Call { port: 80, from_port: 5000, family: Family::V4, run: 0 }, now).unwrap();
//! here.write(stream, b"hello");
//!
//! // What a network does.
//! for _ in 0..4 {
//!     let bytes = here.output(near).to_vec();
//!     here.sent(near, bytes.len());
//!     there.input(far, &bytes, now, &mut |_, _| 0);
//!     let bytes = there.output(far).to_vec();
//!     there.sent(far, bytes.len());
//!     here.input(near, &bytes, now, &mut |_, _| 0);
//! }
//! assert_eq!(there.received(stream), b"hello");
//! ```

mod error;
mod event;
mod link;
mod settings;
mod storage;
mod wire;

pub use error::{Closed, Over, RefuseWhy, ResetWhy, Violation};
pub use event::{CarrierId, Event};
pub use link::Link;
pub use settings::{Call, Family, Incarnation, Role, Settings, StreamId};
