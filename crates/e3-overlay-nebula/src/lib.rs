//! Overlay `nebula`: the stock program, set up for one session and taken away again.
//!
//! Every party is an authority of its own: it certifies nobody but itself, and tells the others its authority's
//! certificate in its introduction. So no key travels, nobody certifies for others, a certificate is renewed where it is
//! used, and a party is put out by forgetting its authority.
//!
//! - `identity`: a party's keys and certificates, `introduction`: what others are told of them;
//! - `program`: the stock program, what its version reads;
//! - `members`: whom the roster names, `lighthouse`: what tells them where they are;
//! - `config`: what the stock program is told, `files`: where that stands;
//! - `log`: what it says, `ear`: who hears it, `watch`: what follows from that;
//! - `overlay`: what it is before a party joins, `joined`: afterwards;
//! - `service`: the lighthouse and relay as a service, `options`, `flows`.

mod config;
mod ear;
mod error;
mod files;
mod flows;
pub mod fuzzing;
mod identity;
mod introduction;
mod joined;
mod lighthouse;
mod log;
mod members;
mod options;
mod overlay;
mod program;
mod service;
mod watch;

pub use error::NebulaError;
pub use overlay::NebulaOverlay;

/// The overlay's name.
const NAME: &str = "nebula";
