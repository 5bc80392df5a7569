//! What is to be measured, in which order, and for how long.
//!
//! - [`Work`]: what is done, the same over all ways; [`Way`]: how parties are connected, and how they are believed; both
//!   together are a [`Cell`](crate::finding::Cell);
//! - [`words`]: the networks, programs and sizes that there are;
//! - [`Grid`]: what somebody asks for, as combinations; [`suite`]: what is declared to be measured;
//! - [`Pattern`]: cells by name;
//! - [`Bench`]: one work over several ways, round after round, until it is enough: [`Bench::next`];
//! - [`Part`]: a comparison is more than measurements; [`Trial`]: an attack by a way;
//! - [`Plan`]: all of it, as `plan.json` keeps it; [`Done`]: what was found of it; [`Estimate`]: how long the rest takes.

mod bench;
mod document;
mod done;
mod estimate;
mod grid;
mod part;
mod pattern;
pub mod suite;
mod trial;
mod way;
pub mod words;
mod work;

pub use bench::{Bench, End, Goal, Next, Run};
pub use document::{LeftOut, Own, Plan};
pub use done::{Done, PartDone, Progress};
pub use estimate::{Estimate, observing_s, usual_s};
pub use grid::{Grid, Laid};
pub use part::Part;
pub(crate) use pattern::joined;
pub use pattern::{Pattern, UnknownWord};
pub use trial::Trial;
pub use way::{Offer, WAYS, Way};
pub use work::Work;
pub(crate) use work::main_figure;
