//! From an e3.toml to a valid environment, with diagnostics that point at the line.
//!
//! ```
//! use std::path::Path;
//!
//! use e3_spec::{
//!     File, Known, KnownOverlay, KnownProvider, KnownRegion, Overrides, Surroundings, TrustFiles,
//! };
//!
//! let known = Known {
//!     providers: &[KnownProvider { name: "lab", lab: true }],
//!     overlays: &[KnownOverlay { name: "direct", services: &[], identities: &[], options: &[] }],
//!     default_overlay: "direct",
//!     most_hosts: 256,
//!     regions: &[KnownRegion { name: "ams3", city: "Amsterdam" }],
//! };
//! let around = Surroundings { known, files: &TrustFiles, here: Path::new("/home/me") };
//! let text = "[hosts.lan]\ncount = 3\nregion = \"ansterdam\"";
//! let file = File { name: "e3.toml", folder: Path::new("/home/me/lan"), text };
//!
//! let wrong = e3_spec::parse(&file, &Overrides::default(), &around).unwrap_err();
//! assert!(wrong.to_string().contains("did you mean `ams3`?"));
//! ```
//!
//! The way of a file: `raw` reads its text into a tree whose values know their places, `overrides` changes the
//! tree, `raw::tables` reads the tree into tables, `resolve` makes an [`Environment`] of them. Each step reports what
//! is wrong and goes on, so that one look shows everything.
//!
//! A [`Scenario`], what happens to the network while programs run, is read in the same spirit.

mod choice;
mod comparison;
mod diagnostic;
mod diff;
mod environment;
mod identity;
mod known;
mod nat;
mod near;
mod number;
mod option;
mod overrides;
mod parse;
mod program;
mod quantity;
mod raw;
mod report;
mod resolve;
mod scenario;
mod service;
mod source;
mod subnet;
mod template;
mod text;

pub use choice::{
    Dependence, Dialling, Family, IdentityScheme, Lifetime, NatPorts, NatPreset, Output, Ports,
    ProbeName, ServiceKind, Suite, Transport,
};
pub use comparison::Comparison;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use diff::{Change, Effect, diff};
pub use environment::{Access, Environment, Host, Input, Network, Pair, Site};
pub use identity::{DidText, Identity, Pin};
pub use known::{Files, Known, KnownOverlay, KnownProvider, KnownRegion, Surroundings, TrustFiles};
pub use nat::Nat;
pub use number::{PartyCount, Port, Rounds, Threshold};
pub use option::{KnownOption, OptionShape, OptionValue};
pub use overrides::Overrides;
pub use parse::{Compared, Declared, File, adhoc, comparison, json_schema, parse};
pub use program::{Command, Mpyc, Probe, Program, ProgramKind};
pub use quantity::{Moment, Probability, Rate, Time, Timeout};
pub use scenario::{
    Deed, Event, LineChange, Outage, PathChange, Places, RateChange, Reorder, Scenario,
};
pub use service::{Service, ServiceHost, ServicePort};
pub use subnet::VirtualNetwork;
pub use template::{TEMPLATES, template};
pub use text::{
    AuthorityName, CarrierName, EnvironmentName, FilePath, FingerprintText, GroupName, HostName,
    Invalid, OverlayName, ProviderName, RegionName, ServiceName, SiteName, TravelPath,
    VariableName, Version,
};
