//! Who a party is: DIDs, keys, introductions.
//!
//! - [`Introduction`]: what a party publishes about itself for one session: its DID and public keys;
//! - [`canonical`]: the one encoding that is hashed, and later signed.
//!
//! This crate opens no socket and starts no process. Private keys are zeroized when dropped.

pub mod canonical;
mod did;
mod introduction;

pub use did::Did;
pub use introduction::Introduction;
