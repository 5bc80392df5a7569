//! An overlay that is `direct` but for what a test is about.

use std::sync::Arc;

use e3_overlay::{
    Registry, Service,
    testing::{Plain, Twisted},
};

pub(crate) use e3_overlay::testing::Twist;

/// What its overlay is called.
pub(crate) const TWISTED: &str = "twisted";

/// The overlays of every program, and one with a twist.
pub(crate) fn with_twist<T: Twist + Default>() -> Registry {
    with(|| Twisted::new(TWISTED, T::default))
}

/// The same, of which nothing is different but that it has a relay.
pub(crate) fn with_relay(relay: Arc<dyn Service>) -> Registry {
    with(move || Twisted::new(TWISTED, || Plain).with_relay(Arc::clone(&relay)))
}

fn with(make: impl Fn() -> Twisted + Send + Sync + 'static) -> Registry {
    let mut registry = Registry::builtin();
    registry.add(move || Arc::new(make()));
    registry
}
