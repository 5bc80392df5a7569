//! Why a lab cannot be built or used.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use crate::conditions::ChangeError;
use crate::plan::PlanError;
use crate::tun::TunError;

/// Why a lab cannot be built or used.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The topology contradicts itself.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The wide area needs TUN interfaces, and this machine does not give them.
    #[error(transparent)]
    Tun(#[from] TunError),
    /// No host or site of this name.
    #[error("the lab has no {kind} `{name}`; it has {}", there.join(", "))]
    Unknown {
        /// What was looked for: a host or a site.
        kind: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        there: Vec<String>,
    },
    /// Two hosts that can never reach each other.
    #[error(
        "`{a}` and `{b}` share no version of IP: one speaks IPv4 alone, the other IPv6 alone, and nothing translates \
         between them"
    )]
    NoSharedFamily {
        /// One host.
        a: String,
        /// The other.
        b: String,
    },
    /// A host or site has used up the addresses of its network.
    #[error("`{place}` has no other address to move to: its network of {room} is full")]
    NoOtherAddress {
        /// The host or site.
        place: String,
        /// How many addresses its network has.
        room: usize,
    },
    /// Only what is behind a NAT can do this.
    #[error("site `{site}` stands behind no {what}, so {consequence}")]
    NoNat {
        /// The site.
        site: String,
        /// What it would need.
        what: &'static str,
        /// What follows.
        consequence: &'static str,
    },
    /// A path or line cannot be changed, or there is none of that name.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// A time that this machine's clock will not reach.
    #[error("{} s from the beginning is later than this machine counts time; take an earlier one", at.as_secs())]
    Never {
        /// The time, from the beginning of the scenario.
        at: Duration,
    },
    /// Namespaces and interfaces are held by open files.
    #[error(
        "it needs more open files than this process may have ({limit}); raise the limit, as by `ulimit -n 4096`, or take \
         fewer hosts"
    )]
    OpenFiles {
        /// How many it may have.
        limit: u64,
    },
    /// A step of the kernel's failed.
    #[error("could not {step} for `{place}`: {source}")]
    Step {
        /// What was attempted.
        step: &'static str,
        /// The host or site that it was for.
        place: String,
        /// What the kernel said.
        source: io::Error,
    },
}

/// Says for which step and place an operating system's error happened.
pub(crate) trait During<T> {
    fn during(self, step: &'static str, place: &str) -> Result<T, LabError>;
}

impl<T, E: Into<io::Error>> During<T> for Result<T, E> {
    fn during(self, step: &'static str, place: &str) -> Result<T, LabError> {
        self.map_err(|error| {
            let source = error.into();
            match Errno::from_io_error(&source) {
                Some(Errno::MFILE) => LabError::OpenFiles {
                    limit: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
                },
                _ => LabError::Step {
                    step,
                    place: place.to_owned(),
                    source,
                },
            }
        })
    }
}
