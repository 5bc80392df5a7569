//! Programs that parties run: what travels with them, where it is put, and how they are started.
//!
//! From the top down, in the order in which a program meets them:
//! - [`order`]: which party must come first, so that every connection a program opens can be opened;
//! - [`files`]: what travels with a program, found and named before it travels;
//! - [`stage`]: on a party's host, the folder that a program runs in, and the party's private input;
//! - [`python`]: the private Python environments, made once and kept;
//! - [`host`]: what would run the program on its host, which the parties compare;
//! - [`given`]: what an overlay gives it, and whether it is secured by that;
//! - [`line`]: the command line that comes of it all, by [`mpyc`] for a program that uses `MPyC`, which also knows
//!   what its lines tell, and by [`command`] for any other;
//! - [`outcome`]: what of all that it prints is what it computed.
//!
//! Everything here blocks and knows no network but what `pip` or `uv` need to make an environment.

pub mod command;
pub mod files;
pub mod given;
pub mod host;
pub mod line;
pub mod mpyc;
pub mod order;
pub mod outcome;
pub mod probe;
pub mod python;
pub mod stage;
