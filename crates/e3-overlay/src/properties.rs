//! What an overlay promises and needs.

use e3_session::types::PlaceKind;
use e3_stock::Program;
use serde::Serialize;

/// What an overlay promises. Every field has to be thought about: there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Properties {
    /// Nobody but the two parties can read what they say to one another.
    pub confidential: Promise,
    /// Nobody can change it unnoticed.
    pub integrity: Promise,
    /// A party reaches the peer that the roster names at that index, or nobody, whatever a courier says of addresses.
    pub authenticated: Promise,
    /// Whoever calls is taken for the member that it is, and for no other.
    pub names_callers: Promise,
    /// Whom the session's identity policy does not believe gets no connection with a program, neither by calling nor by
    /// answering.
    pub excludes_strangers: Promise,
    /// Recorded traffic stays closed when long-term keys leak later.
    pub forward_secret: Promise,
    /// Parties behind NATs reach one another.
    pub traverses_nat: Promise,
    /// One direction of a connection may end before the other.
    pub half_closes: Promise,
    /// A connection goes on when its path comes back after ten seconds.
    pub outlives_outage: Promise,
    /// A connection goes on when the host at one of its ends gets another address.
    pub outlives_address: Promise,
    /// Nobody reaches a program past the overlay.
    pub isolates_program: Promise,
    /// Members can be added, replaced and removed while the others go on.
    pub changes_roster: Promise,
    /// Whom the roster does not name gets no connection, even if the policy would believe it: a member that a later
    /// roster leaves out, whose connections end, or somebody of another session of the same authority.
    pub excludes_removed: Promise,
}

/// Whether something is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Promised, wherever a program runs.
    Yes,
    /// Promised, but for this, which is detected and told instead of prevented.
    But(&'static str),
    /// Promised of a program in a network namespace of its own; not elsewhere, for this reason.
    InNamespace(&'static str),
    /// Promised of a program in a network namespace of its own, but for something that is detected and told instead of
    /// prevented; not elsewhere.
    InNamespaceBut {
        /// What is not prevented.
        but: &'static str,
        /// Why it is not promised elsewhere.
        elsewhere: &'static str,
    },
    /// Not promised, for this reason.
    No(&'static str),
}

impl Promise {
    /// Whether it is promised, wherever a program runs.
    pub fn is_given(self) -> bool {
        matches!(self, Self::Yes | Self::But(_))
    }

    /// Why it is not promised of a program in such a place; none where it is.
    pub fn missing_in(self, place: PlaceKind) -> Option<&'static str> {
        match self {
            Self::Yes | Self::But(_) => None,
            Self::InNamespace(_) | Self::InNamespaceBut { .. } if place == PlaceKind::Namespace => {
                None
            }
            Self::InNamespace(why)
            | Self::InNamespaceBut { elsewhere: why, .. }
            | Self::No(why) => Some(why),
        }
    }

    /// What is detected and told instead of prevented, where it is promised.
    pub fn exception(self) -> Option<&'static str> {
        match self {
            Self::But(but) | Self::InNamespaceBut { but, .. } => Some(but),
            Self::Yes | Self::InNamespace(_) | Self::No(_) => None,
        }
    }
}

/// Something that an overlay needs on a party's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A program of others.
    Program(&'static Program),
    /// A TUN device.
    Tun,
    /// The right to make interfaces in the host's own network (`CAP_NET_ADMIN`, capabilities(7)).
    Interfaces,
}

/// Something that an overlay makes use of where a host has it, and can do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is.
    pub what: &'static str,
    /// What is better with it.
    pub needed_for: &'static str,
    /// What keeps this host, and this process, from having it; none where nothing does.
    pub lack: Option<Lack>,
}

/// What is missing, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What is missing.
    pub what: String,
    /// What to do: a command, if one does.
    pub mend: String,
}

/// At which addresses programs find one another over an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addressing {
    /// At their hosts' own.
    Host,
    /// At virtual ones, which the roster gives each party ([`RosterEntry::addresses`]).
    ///
    /// [`RosterEntry::addresses`]: e3_session::types::RosterEntry::addresses
    Virtual,
}

/// Infrastructure that an overlay needs and no party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// Forwards packets for pairs that cannot reach one another.
    Relay,
    /// Tells parties where others are.
    Lighthouse,
    /// Introduces addresses to one another.
    Rendezvous,
    /// Coordinates a mesh VPN.
    Coordinator,
    /// Holds messages for parties that are away.
    Mediator,
}

impl ServiceKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Relay,
        Self::Lighthouse,
        Self::Rendezvous,
        Self::Coordinator,
        Self::Mediator,
    ];

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Its word in e3.toml.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Lighthouse => "lighthouse",
            Self::Rendezvous => "rendezvous",
            Self::Coordinator => "coordinator",
            Self::Mediator => "mediator",
        }
    }
}
