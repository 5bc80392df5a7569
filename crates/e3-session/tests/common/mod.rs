//! What the tests share.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part of these"
)]

pub mod identities;
pub mod network;
pub mod scene;
pub mod strategies;
