//! What an observer can tell of a run, from what it has seen: packets, files, logs.
//!
//! - [`identifier`]: what could be recognised: names, DIDs, certificates, keys, addresses, the program;
//! - [`form`]: how each of them may be written;
//! - [`search`]: where they stand in bytes of any kind;
//! - [`capture`]: what is to be searched of packets: themselves, the streams and datagrams that they carry, and what
//!   anybody can open of those;
//! - [`traffic`]: who talks with whom, when and how much, by headers, sizes and times alone;
//! - [`answer`]: what follows for each question.
//!
//! This crate opens no socket, starts no process and reads no file: whoever observes hands in what was seen.

pub mod answer;
pub mod capture;
pub mod form;
pub mod identifier;
pub mod search;
pub mod traffic;
