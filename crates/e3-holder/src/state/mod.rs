//! Where an environment's state lives between commands, and who owns it.
//!
//! ```text
//! $XDG_STATE_HOME/e3/environments/<id>/
//!     lock               held by the holder as long as it lives; names its owner
//!     journal.jsonl      what was created, written before it was
//!     environment.json   what is up
//!     holder.sock        where later commands reach the holder
//!     holder.log         what the holder had to say
//! $XDG_DATA_HOME/e3/hosts/<id>/<host>/
//!     identity/          who its party is, unless e3.toml names another folder
//!     …                  what a lab host's agent makes; only `kept/` outlives the environment
//! $XDG_STATE_HOME/e3/pins/<id>.json
//!                        who the parties are whose identities outlive the environment
//! $XDG_STATE_HOME/e3/removed/<id>.json
//!                        who was put out of the environment and is to stay out
//! ```

mod folder;
mod journal;
mod lock;
mod owner;
mod socket;
pub(crate) mod sweep;

pub use folder::{EnvironmentId, StateError, StateFolder, StateRoot};
pub(crate) use folder::{LOG, make_private, write_document};
pub use journal::{Created, Journal};
pub use lock::{Holding, Lock, LockError};
pub use owner::Owner;
pub use socket::{bind, connect};
pub use sweep::{Swept, down, tidy};
