//! Authorities that are kept on this machine, and those that live as long as one environment.
//!
//! ```text
//! $XDG_DATA_HOME/e3/authorities/<name>/     0700
//!     key.pem             0600: the authority's private key; it stays here
//!     authority.pem       its certificate, for whoever is to trust it
//!     register.json       what it has issued and taken back
//!     revocations.json    what it has taken back, signed, for agents
//!     revocations.crl     the same as X.509 has it
//!     lock                held while one of them is changed
//! ```
//!
//! - [`kept`]: an authority with its folder; [`register`]: its register; [`claim`]: who asks it for what;
//! - [`desk`]: what the holder has to do with one, kept or not.

mod claim;
mod desk;
mod error;
mod kept;
mod register;

pub use self::{
    claim::{Claim, Subject},
    desk::{Deeds, Desk},
    error::AuthorityFault,
    kept::{Kept, Who},
    register::{Issued, Register, Revoked},
};
