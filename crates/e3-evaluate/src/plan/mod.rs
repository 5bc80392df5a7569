//! What is to be measured, in which order, and for how long.
//!
//! - [`Work`]: what is done, the same over all ways; [`Way`]: how parties are connected, and how they are believed; both
//!   together are a [`Cell`](crate::finding::Cell);
//! - [`words`]: the networks, programs and sizes that there are;
//! - [`Grid`]: what somebody asks for, as combinations; [`suite`]: what is declared to be measured;
//! - [`Pattern`]: cells by name;
//! - [`Bench`]: one work over several ways, round after round, until it is enough: [`Bench::next`];
//! - [`Plan`]: all of them, as `plan.json` keeps them; [`Estimate`]: how long that takes.

mod bench;
mod document;
mod estimate;
mod grid;
mod pattern;
pub mod suite;
mod way;
pub mod words;
mod work;

pub use bench::{Bench, End, Goal, Next, Run};
pub use document::{LeftOut, Machine, Own, Plan};
pub use estimate::Estimate;
pub use grid::{Grid, Laid};
pub(crate) use pattern::joined;
pub use pattern::{Pattern, UnknownWord};
pub use way::{Offer, WAYS, Way};
pub use work::Work;
pub(crate) use work::main_figure;
