//! What e3.toml may say of an overlay beyond its name, in a table of the overlay's own.

use std::time::Duration;

use e3_session::types::Options;

use crate::{Overlay, ServiceKind};

/// An option that an overlay has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionKind {
    /// Its name in e3.toml.
    pub name: &'static str,
    /// One line for a person: what it decides.
    pub summary: &'static str,
    /// What it may be.
    pub shape: OptionShape,
}

/// What an option may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionShape {
    /// A duration such as `10 min`.
    Duration {
        /// What it is unless something else is said.
        default: Duration,
        /// The shortest that is accepted.
        least: Duration,
        /// The longest.
        most: Duration,
    },
    /// One of these words; the first unless something else is said.
    OneOf(&'static [&'static str]),
    /// A list of some of these words, each once, best first; all of them, in this order, unless something else is said.
    SomeOf(&'static [&'static str]),
    /// Where a service comes from: `own`, which is the default and means one of the environment; one of these words; or a
    /// list of `https` URLs. With anything but `own` the environment needs no service of this kind.
    Source {
        /// The kind of service.
        service: ServiceKind,
        /// The words beside `own`.
        words: &'static [&'static str],
    },
    /// A port, from 1 to 65535.
    Port,
    /// A file of the controller's machine; the overlay gets what stands in it ([`Options::contents`]), and nothing shows
    /// that.
    File,
}

/// The services that an overlay needs when it is given these options.
pub fn needed_services(overlay: &dyn Overlay, options: &Options) -> Vec<ServiceKind> {
    let from_elsewhere = |kind: ServiceKind| {
        overlay.options().iter().any(|option| {
            matches!(option.shape, OptionShape::Source { service, .. } if service == kind)
                && options.0.contains_key(option.name)
                && options.word(option.name) != Some(OWN)
        })
    };
    let needed = overlay.services().iter().copied();
    needed.filter(|kind| !from_elsewhere(*kind)).collect()
}

/// The word for a service of the environment itself; see [`OptionShape::Source`].
pub const OWN: &str = "own";
