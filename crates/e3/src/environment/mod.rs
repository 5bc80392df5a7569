//! Environments that are up, or are to be.
//!
//! - [`folder`]: where the state of an environment is kept;
//! - [`start`]: a holder for an environment that is not up; [`end`]: its end;
//! - [`answers`]: one question to a holder that is up;
//! - [`interrupt`]: what Ctrl-C does meanwhile.

mod held;
pub mod interrupt;
mod start;
mod state;

pub use held::{Held, NETWORK, answers, held, one_answer, settled};
pub use start::{end, start};
pub use state::{folder, from_fault};
