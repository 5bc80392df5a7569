//! Network address translation.

mod behaviour;

pub use behaviour::{Behaviour, Carrier, Filtering, Mapping, Nat, Ports, Timeouts};
