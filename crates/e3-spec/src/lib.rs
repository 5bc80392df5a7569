//! From an e3.toml to a valid environment, with diagnostics that point at the line.

mod choice;
mod environment;
mod near;
mod number;
mod quantity;
mod text;

pub use choice::{Kind, Nat, Output};
pub use environment::{
    Access, Environment, Host, Input, Mpyc, Network, Pair, Program, ProgramKind, Site,
};
pub use number::{PartyCount, Port, Threshold};
pub use quantity::{Probability, Rate, Time, Timeout};
pub use text::{
    EnvironmentName, FilePath, GroupName, HostName, IdentityName, Invalid, OverlayName,
    ProviderName, RegionName, SiteName, TravelPath, Version,
};
