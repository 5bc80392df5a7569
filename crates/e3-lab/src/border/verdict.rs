//! What the borders say.

use crate::nat::MappingShown;

/// What becomes of a packet that a site has sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// It goes to this site.
    To(usize),
    /// It comes back to the site that sent it, at once: the site's own router has turned it around or answered it.
    Back,
    /// It goes nowhere.
    Drop(Why),
}

/// What becomes of a packet that has come to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It enters.
    Enter,
    /// The site's router has turned it into its own answer, which goes to the site that the packet came from.
    Answer,
    /// It ends here.
    Drop(Why),
}

/// Why a packet goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No site has the address. Its sender should be told, by a packet to the source that it has now, which
    /// [`Borders::arrive`](super::Borders::arrive) lets into the site.
    Unroutable,
    /// A NAT or firewall does not let it pass.
    Filtered,
    /// It is meant for the link alone, and no link leads out of a site.
    LinkLocal,
}

/// The mappings that stand between a site and the Internet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mappings {
    /// Those of the site's own router; of IPv6, where nothing is translated, who has sent to whom.
    pub router: Vec<MappingShown>,
    /// Those that its carrier's NAT has for it.
    pub carrier: Vec<MappingShown>,
}
