//! Why a topology cannot be built.

/// Why a topology cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A site stands in a region that the world does not have.
    #[error(
        "site `{site}` stands in region `{region}`, which the world does not have{}",
        did_you_mean(near)
    )]
    UnknownRegion {
        /// The site.
        site: String,
        /// The region that it names.
        region: String,
        /// Regions that may have been meant, best first.
        near: Vec<String>,
    },
    /// Nobody said how long packets take between two regions.
    #[error(
        "nobody has said how long a round trip between `{a}` and `{b}` takes; declare the pair"
    )]
    UnknownDelay {
        /// One region.
        a: String,
        /// The other.
        b: String,
    },
    /// Two hosts, or two sites, have the same name.
    #[error("the name `{name}` is there twice; every host and every site needs one of its own")]
    Twice {
        /// The name.
        name: String,
    },
    /// A host's name cannot be a hostname.
    #[error(
        "`{name}` cannot be a host's name: 1 to 63 letters, digits and hyphens, not starting or ending with a hyphen"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// A site has more hosts than addresses.
    #[error("site `{site}` has {hosts} hosts; its network has room for {room}")]
    TooManyHosts {
        /// The site.
        site: String,
        /// How many hosts it has.
        hosts: usize,
        /// How many it could have.
        room: usize,
    },
    /// The lab's range of public addresses is full.
    #[error(
        "the public addresses (198.18.0.0/15 and 2001:2::/48) do not reach for site `{site}`; use fewer or smaller sites"
    )]
    NoAddressesLeft {
        /// The first site that has found none.
        site: String,
    },
    /// Two sites say different things about a carrier that they share.
    #[error(
        "site `{site}` cannot share carrier `{carrier}` with site `{other}`: they differ in {what}; give it another \
         carrier"
    )]
    CarrierDiffers {
        /// The site.
        site: String,
        /// The carrier.
        carrier: String,
        /// A site that has named it before.
        other: String,
        /// What they differ in.
        what: &'static str,
    },
    /// A line's loss or rate makes no sense.
    #[error(
        "the line of site `{site}` makes no sense: the loss must be from 0 to 1 and the rate above 0"
    )]
    BadAccess {
        /// The site.
        site: String,
    },
}

fn did_you_mean(near: &[String]) -> String {
    near.first()
        .map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}
