//! What whole-command tests share.
//!
//! - [`desk`]: a folder to run `e3` in, as a user would;
//! - [`workshop`]: a desk on which environments come up, and the proof that nothing of them is left;
//! - [`going`]: a command that goes on, with an end to all patience;
//! - [`seen`]: processes of ours, as they can be seen from outside;
//! - [`turns`]: tests that measure time run alone;
//! - [`skipped`](mod@skipped): what is left out, so that it is seen;
//! - [`random`]: choices that can be repeated.

#[allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) mod desk;
pub(crate) mod going;
pub(crate) mod random;
pub(crate) mod seen;
#[allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) mod skipped;
pub(crate) mod turns;
pub(crate) mod workshop;
