//! Who a party is: DIDs, keys, introductions, what stands behind them, and messages that only one party can open.
//!
//! - [`Did`], [`DidDocument`]: a party's identity, and the keys that sign for it; [`Resolver`] leads from one to the
//!   other, [`Offline`] where no network is needed;
//! - [`Identity`]: a DID with its secret; [`PartyKeys`]: the same with the keys of one session;
//! - [`folder`]: where an identity is kept;
//! - [`Introduction`]: what a party publishes about itself for one session, signed;
//! - [`Endorsement`], [`Policy`]: why others should believe it, and whether they do; [`Credential`] and
//!   [`RevocationList`] are an authority's words, [`Succession`] leads from an old DID to its new one;
//! - [`authority`]: who issues them, and X.509 certificates for keys that networks see;
//! - [`Words`]: what people compare by voice;
//! - [`seal`]: messages from one agent to another that whoever carries them cannot read;
//! - [`canonical`]: the one encoding that is hashed and signed.
//!
//! This crate opens no socket and starts no process. Private keys are zeroized when dropped.

pub mod authority;
pub mod canonical;
pub mod credential;
mod did;
pub mod document;
mod endorsement;
pub mod folder;
mod identity;
pub mod introduction;
mod keys;
mod multikey;
mod pem;
pub mod policy;
pub mod readable;
pub mod resolve;
pub mod revocation;
pub mod seal;
mod secret;
mod serial;
mod signature;
pub mod succession;
pub mod words;

pub use credential::{Credential, CredentialError};
pub use did::{Did, DidError, METHODS, Purpose};
pub use document::{DidDocument, DocumentError, KeyId, VerificationMethod, VerifyError};
pub use endorsement::Endorsement;
pub use folder::FolderError;
pub use identity::{Identity, Kind};
pub use introduction::{Introduction, IntroductionError, Validity};
pub use keys::PartyKeys;
pub use multikey::{PublicKey, PublicKeyError};
pub use pem::PemError;
pub use policy::{EndorsementError, Pin, PinError, Policy, Verdict};
pub use resolve::{Documents, Offline, ResolveError, Resolver, Resolving};
pub use revocation::{RevocationError, RevocationList};
pub use seal::{SealError, SealedPair};
pub use secret::{IdentityKey, KeyError};
pub use serial::{Serial, SerialError};
pub use signature::Signature;
pub use succession::{Succession, SuccessionError};
pub use words::{Commitment, Words};
