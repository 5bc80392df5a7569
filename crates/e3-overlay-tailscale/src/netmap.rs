//! What a party's `tailscaled` was told by the coordinator, compared with the roster.
//!
//! The coordinator is not believed: it could hand out a key of its own in a party's place, and would then be between the
//! two. What it hands out is what `tailscaled` encrypts to, and it tells that to whoever may ask it (`status` of its
//! `LocalAPI`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::IpAddr,
};

use serde::Deserialize;

use crate::introduced::NodeKey;

/// Characters of anything that others have written which are repeated to a person.
const REPEATED: usize = 64;

/// Addresses that keys had when they were first seen: what programs were told.
pub type Seen = BTreeMap<NodeKey, Vec<IpAddr>>;

/// What `tailscaled` says of itself and of all nodes that it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Netmap {
    /// Whether it is logged in and its packets are carried.
    pub is_running: bool,
    /// What it is doing, in its own word, such as `NeedsLogin`.
    pub state: String,
    /// This party itself; none before it is logged in.
    pub own: Option<Node>,
    /// All others.
    pub peers: BTreeMap<NodeKey, Node>,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it calls itself, cut after 64 characters; it need not be true.
    pub name: String,
    /// By which key its packets are known.
    pub key: NodeKey,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it has other addresses' packets, too.
    pub routes: bool,
    /// Where its packets go now, directly; none where they go by a DERP server, or where none were sent yet.
    pub direct: Option<String>,
    /// The DERP server that is its home.
    pub derp: String,
    /// Bytes that were sent to it, with what `WireGuard` adds.
    pub sent: u64,
    /// Bytes that came from it.
    pub received: u64,
}

/// `tailscaled` has said something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("tailscaled tells its status in words that E³ does not know ({0}): is it older than 1.96?")]
pub struct Unreadable(String);

impl Unreadable {
    fn of(what: &dyn fmt::Display) -> Self {
        Self(what.to_string().chars().take(2 * REPEATED).collect())
    }
}

/// The parties as the roster names them: names by keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// This party's own key.
    pub own: Option<NodeKey>,
    /// All others.
    pub peers: BTreeMap<NodeKey, String>,
    /// Who was one of them until a roster changed.
    pub former: BTreeMap<NodeKey, String>,
}

/// How what a coordinator hands out differs from the roster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// A node that is none of the parties.
    Stranger {
        /// What it calls itself.
        name: String,
        /// Its key.
        key: NodeKey,
    },
    /// A node of somebody who was a party until the roster changed. (Programs' networks lead to it no more.)
    Former {
        /// The party.
        name: String,
    },
    /// A party's node is not there any more.
    Missing {
        /// The party.
        name: String,
    },
    /// A party's node is given more than its own addresses.
    Routes {
        /// The party.
        name: String,
    },
    /// A node has other addresses than it had when programs were told of them.
    Moved {
        /// The party; none for this one.
        name: Option<String>,
    },
    /// Two nodes have the same address.
    Shared {
        /// A party.
        name: String,
        /// The address, which is another party's, too.
        address: IpAddr,
    },
    /// This party's own node has another key.
    Own {
        /// That key.
        key: NodeKey,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    backend_state: String,
    #[serde(default, rename = "Self")]
    own: Option<Peer>,
    #[serde(default)]
    peer: Option<BTreeMap<String, Peer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Peer {
    public_key: String,
    #[serde(default)]
    host_name: String,
    #[serde(default, rename = "TailscaleIPs")]
    addresses: Option<Vec<IpAddr>>,
    #[serde(default, rename = "AllowedIPs")]
    allowed: Option<Vec<String>>,
    #[serde(default)]
    cur_addr: String,
    #[serde(default)]
    relay: String,
    #[serde(default)]
    tx_bytes: i64,
    #[serde(default)]
    rx_bytes: i64,
}

impl Netmap {
    /// Reads the JSON that `tailscaled` gives.
    ///
    /// # Errors
    /// [`Unreadable`]: it is none, or lacks what is needed.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        let status: Status =
            serde_json::from_slice(json).map_err(|error| Unreadable::of(&error))?;
        let mut peers = BTreeMap::new();
        for peer in status.peer.unwrap_or_default().into_values() {
            let node = peer.node()?;
            peers.insert(node.key, node);
        }
        // Before it is logged in, its own key is all zeros or missing.
        let own = status.own.and_then(|own| own.node().ok());
        Ok(Self {
            is_running: status.backend_state == "Running",
            state: status.backend_state,
            own: own.filter(|own| own.key != NodeKey([0; 32]) && !own.addresses.is_empty()),
            peers,
        })
    }

    /// Remembers the addresses of parties that are seen for the first time.
    pub fn remember(&self, expected: &Expected, seen: &mut Seen) {
        for (key, node) in self.nodes() {
            let is_party = expected.own == Some(*key) || expected.peers.contains_key(key);
            if is_party && !node.addresses.is_empty() {
                seen.entry(*key).or_insert_with(|| node.addresses.clone());
            }
        }
    }

    /// How it differs from the roster, the worst first. Missing are those of `seen` alone, which were there before, and
    /// moved whoever has other addresses than those.
    pub fn differences(&self, expected: &Expected, seen: &Seen) -> Vec<Difference> {
        let mut found = Vec::new();
        for (key, node) in &self.peers {
            match expected.peers.get(key) {
                None if let Some(name) = expected.former.get(key) => {
                    found.push(Difference::Former { name: name.clone() });
                }
                None => found.push(Difference::Stranger {
                    name: node.name.clone(),
                    key: *key,
                }),
                Some(name) if node.routes => found.push(Difference::Routes { name: name.clone() }),
                Some(_) => {}
            }
        }
        let own = self.own.as_ref().map(|own| own.key);
        if let Some(key) = own.filter(|own| expected.own != Some(*own)) {
            found.push(Difference::Own { key });
        }
        let mut taken = BTreeSet::new();
        for (key, node) in self.nodes() {
            let name = expected.peers.get(key);
            if seen.get(key).is_some_and(|then| *then != node.addresses) {
                found.push(Difference::Moved {
                    name: name.cloned(),
                });
            }
            let shared = node.addresses.iter().filter(|one| !taken.insert(**one));
            if let (Some(name), Some(address)) = (name, shared.min()) {
                found.push(Difference::Shared {
                    name: name.clone(),
                    address: *address,
                });
            }
        }
        let gone = seen.keys().filter(|key| !self.peers.contains_key(key));
        let names = gone.filter_map(|key| expected.peers.get(key));
        found.extend(names.map(|name| Difference::Missing { name: name.clone() }));
        found.sort();
        found
    }

    /// This party's own, if there is one, and all others.
    fn nodes(&self) -> impl Iterator<Item = (&NodeKey, &Node)> {
        let own = self.own.iter().map(|own| (&own.key, own));
        own.chain(&self.peers)
    }
}

impl Peer {
    fn node(self) -> Result<Node, Unreadable> {
        let key = NodeKey::read(&self.public_key);
        let key = key.ok_or_else(|| Unreadable::of(&format!("the key {:?}", self.public_key)))?;
        let addresses = self.addresses.unwrap_or_default();
        let own: Vec<String> = addresses
            .iter()
            .map(|address| match address {
                IpAddr::V4(address) => format!("{address}/32"),
                IpAddr::V6(address) => format!("{address}/128"),
            })
            .collect();
        let allowed = self.allowed.unwrap_or_default();
        Ok(Node {
            name: self.host_name.chars().take(REPEATED).collect(),
            key,
            routes: allowed.iter().any(|route| !own.contains(route)),
            addresses,
            direct: (!self.cur_addr.is_empty()).then_some(self.cur_addr),
            derp: self.relay,
            sent: u64::try_from(self.tx_bytes).unwrap_or(0),
            received: u64::try_from(self.rx_bytes).unwrap_or(0),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stranger { name, key } => write!(
                f,
                "the coordinator handed out a node that the roster does not name: it calls itself {name:?}, and its key is {key}"
            ),
            Self::Former { name } => write!(
                f,
                "the coordinator still hands out the node of {name}, who is no party any more"
            ),
            Self::Missing { name } => write!(
                f,
                "the coordinator does not hand out the key of party {name} any more, or another in its place"
            ),
            Self::Routes { name } => write!(
                f,
                "the coordinator gave the node of party {name} addresses that are not its own"
            ),
            Self::Moved { name } => {
                let whose = name.as_ref().map(|name| format!("of party {name}"));
                let whose = whose.as_deref().unwrap_or("of this party");
                write!(
                    f,
                    "the coordinator gave the node {whose} another address than programs were told"
                )
            }
            Self::Shared { name, address } => write!(
                f,
                "the coordinator gave the node of party {name} an address that another has, too: {address}"
            ),
            Self::Own { key } => write!(
                f,
                "the coordinator knows this party by another key than its introduction names: {key}"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
