//! An Internet of regions, sites and NATs on one Linux machine, without root.
//!
//! ```no_run
//! use e3_lab::{EnterOptions, Lab, Nat, Role, Site, Topology};
//! use e3_world::World;
//!
//! // First of all, before any thread: into namespaces of our own.
//! match e3_lab::enter(EnterOptions::default())? {
//!     Role::Guardian(guardian) => std::process::exit(guardian.wait()?),
//!     Role::Inside => {}
//! }
//! let sites = vec![
//!     Site::new("cloud", "ams3").hosts(["anna"]),
//!     Site::new("home", "nyc3").hosts(["bert"]).nat(Nat::port_restricted()),
//! ];
//! let lab = Lab::build(&Topology { sites, world: World::builtin(), seed: 1 })?;
//! println!("{}", lab.check()?.verdict());
//!
//! let mut command = std::process::Command::new("ip");
//! command.arg("address");
//! if let Some(bert) = lab.host("bert") {
//!     bert.enter_command(&mut command);
//! }
//! command.status()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it is made of
//! - every host and every site's router has a network namespace; a host also has a hostname, /etc/hosts and
//!   /etc/resolv.conf of its own;
//! - the hosts of a site share a switch (a bridge) and reach each other at the kernel's speed;
//! - a site's router leads to the wide area, where its [`Nat`] translates and filters; the wide area is a thread of this process: it holds every packet for as long as
//!   the path takes, and loses, spaces and counts as each site's [`Access`] says;
//! - all of it is held by descriptors: when the process ends, however it ends, nothing is left.
//!
//! The lab knows nothing of what runs in it.
//!
//! # What it needs
//! Linux 5.11 or later with user namespaces (or root), veth and bridge; /dev/net/tun for more than one site.
//! [`probe()`] says what is missing and how to mend it.

#![cfg(target_os = "linux")]

mod addresses;
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

pub use border::Mappings;
pub use capture::{Capture, CaptureError, CaptureOptions, Captured, Point};
pub use check::{LossCheck, PairCheck, RateCheck, SelfCheck, Trust};
pub use conditions::{Change, ChangeError, Conditions, Outage, RateChange, Reorder};
pub use enter::{EnterError, EnterOptions, Guardian, Role, Step, enter};
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
pub use topology::{Access, Family, Site, Topology};
pub use tun::TunError;
pub use wan::{Counters, Drops, Lateness, PairCounters, Traffic};
pub use watch::{Machine, Watch, Watched};
