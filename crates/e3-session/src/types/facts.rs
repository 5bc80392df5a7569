//! What an agent tells about the host that it stands on.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::Subnet;

/// A host as its own agent sees it, told in answer to *hello*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// Version of the agent's program, such as `0.1.0`.
    pub agent_version: String,
    /// The agent's process id, in the host's own numbering.
    pub pid: u32,
    /// The host's own name.
    pub hostname: String,
    /// Operating system and architecture, such as `linux x86_64`.
    pub platform: String,
    /// Processors that the agent may use.
    pub processors: u32,
    /// Addresses of the host's interfaces, without loopback and link-local ones.
    pub addresses: Vec<IpAddr>,
    /// Networks that the host has routes to, without default, loopback, link-local and multicast ones: no network of an
    /// environment may overlap them.
    pub routes: Vec<Subnet>,
    /// What this agent can do beyond the protocol's core, by name; for later versions.
    pub abilities: BTreeMap<String, String>,
}
