//! What the tests share.

// Each test file uses its own part of these.
#![allow(dead_code, unreachable_pub)]

pub mod scene;
pub mod strategies;
