//! Whole commands: exit code, standard output, standard error.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod ca;
mod check;
mod command_line;
mod findings;
mod generated;
#[path = "../support/desk.rs"]
mod helper;
mod id;
mod init;
mod machine;
mod report;
