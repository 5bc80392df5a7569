//! Regions and the round-trip times between them: pure data.
//!
//! [`World::builtin`] knows DigitalOcean's regions and a *measured* matrix of round-trip times, whose source and date
//! stand in [`SOURCE`]. Regions can be added and pairs overridden, per direction where wanted:
//!
//! ```
//! use std::time::Duration;
//! use e3_world::{Region, Rtt, World};
//!
//! let mut world = World::builtin();
//! let home = Region::named("lisbon").in_city("Lisbon", "Portugal");
//! world.add_region(home, [("ams3", Rtt::symmetric(Duration::from_millis(36)))])?;
//! world.override_rtt("ams3", "nyc3", Rtt::one_way(Duration::from_millis(40), Duration::from_millis(45)))?;
//!
//! assert_eq!(world.rtt("lisbon", "ams3"), Some(Duration::from_millis(36)));
//! assert_eq!(world.one_way("nyc3", "ams3"), Some(Duration::from_millis(45)));
//! assert_eq!(world.nearest_names("ansterdam"), ["ams3"]);
//! # Ok::<(), e3_world::WorldError>(())
//! ```

mod data;
mod region;
mod rtt;
mod world;

pub use data::{SAME_REGION, SOURCE};
pub use region::{Coordinates, Region};
pub use rtt::Rtt;
pub use world::{World, WorldError};
