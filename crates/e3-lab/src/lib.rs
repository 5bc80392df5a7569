//! An Internet of regions, sites and NATs on one Linux machine, without root.
//!
//! A test of somebody else's program, here Python's web server, which an office serves to a home behind a strict NAT and
//! a bad line (`examples/their_program.rs`):
//!
//! ```no_run
#![doc = include_str!("../examples/their_program.rs")]
//! ```
//!
//! When the lab is dropped, its hosts' processes are ended and everything is removed; when the program ends, however it
//! ends, the kernel does the same. Nothing has to be cleaned up.
//!
//! # What can be done with it
//! - [`Host::command`] starts programs on a host, [`Host::run_in`] runs a function there, or a runtime;
//! - [`Lab::set_path`] makes a path slow, lossy, narrow, disorderly or dead while it is used, and [`Lab::path`] tells
//!   what holds; [`Scenario::play`] does so by a plan that can be repeated;
//! - [`Lab::counters`] tells what has passed and what has not, [`Lab::capture`] writes down the packets themselves;
//! - [`Lab::adversary`] puts somebody on a path who reads, changes, takes, keeps and sends packets;
//! - [`Lab::check`] measures whether the network is as declared; [`Lab::watch`] tells afterwards whether the machine
//!   was too busy for what was measured meanwhile; [`mod@bench`] what the machine can do.
//!
//! # What it is made of
//! - every host and every site's router has a network namespace; a host also has a hostname, /etc/hosts and
//!   /etc/resolv.conf of its own;
//! - the hosts of a site share a switch (a bridge) and reach each other at the kernel's speed;
//! - a site's router leads to the wide area, where its [`Nat`] translates and filters; the wide area is a thread of this
//!   process: it holds every packet for as long as the path takes, and loses, spaces and counts as each site's
//!   [`Access`] and each path's [`Conditions`] say;
//! - all of it is held by descriptors: when the process ends, however it ends, nothing is left.
//!
//! The lab knows nothing of what runs in it.
//!
//! # What it needs
//! Linux 5.15 or later with user namespaces (or root), veth and bridge; /dev/net/tun for more than one site.
//! [`probe()`] says what is missing and how to mend it.

#![cfg(target_os = "linux")]

mod addresses;
mod adversary;
pub mod bench;
mod border;
mod build;
mod capture;
mod check;
mod conditions;
mod enter;
mod error;
mod expect;
mod host;
mod lab;
mod link;
mod live;
mod nat;
mod pair;
mod ping;
mod plan;
mod probe;
mod processes;
mod reach;
mod scenario;
pub mod testing;
mod topology;
mod tun;
mod wan;
mod watch;

pub use adversary::{Adversary, Carries, Fate, Passing};
pub use border::Mappings;
pub use capture::{Capture, CaptureError, CaptureOptions, Captured, Point};
pub use check::{LossCheck, PairCheck, RateCheck, SelfCheck, Trust};
pub use conditions::{Change, ChangeError, Conditions, Outage, RateChange, Reorder};
pub use enter::{EnterError, EnterOptions, Guardian, Role, Step, enter, enter_or_exit};
pub use error::LabError;
pub use host::Host;
pub use lab::Lab;
pub use nat::{
    Behaviour, Carrier, Filtering, Mapping, MappingShown, Nat, Ports, Protocol, Timeouts,
};
pub use pair::Pinged;
pub use plan::PlanError;
pub use probe::{Finding, probe};
pub use scenario::{Deed, Done, Event, LineChange, PlayError, Playing, Scenario};
pub use topology::{Access, Family, OnPaper, Site, Topology};
pub use tun::TunError;
pub use wan::{Counters, Drops, Lateness, PairCounters, Traffic};
pub use watch::{Machine, Watch, Watched};
