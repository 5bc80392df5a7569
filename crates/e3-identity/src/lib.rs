//! Who a party is: DIDs, keys, introductions, and messages that only one party can open.
//!
//! - [`Did`]: a party's identity, always well formed;
//! - [`PartyKeys`]: the private keys behind it, which never leave the agent that made them;
//! - [`Introduction`]: what a party publishes about itself for one session: its DID and public keys;
//! - [`seal`]: messages from one agent to another that whoever carries them cannot read;
//! - [`canonical`]: the one encoding that is hashed, and later signed.
//!
//! This crate opens no socket and starts no process. Private keys are zeroized when dropped.

pub mod canonical;
mod did;
mod introduction;
mod keys;
pub mod readable;
pub mod seal;

pub use did::{Did, DidError, METHODS};
pub use introduction::Introduction;
pub use keys::{KeyError, PartyKeys};
pub use seal::{SealError, SealedPair};
