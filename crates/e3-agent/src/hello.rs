//! *hello*: who this host is, and where the agent may keep files.

use std::{collections::BTreeMap, env::consts, net::IpAddr, path::Path, thread};

use e3_overlay::reachability::is_link_local;
use e3_program::stage::Staging;
use e3_session::{
    message::{PROTOCOL, Refusal, Reply},
    types::HostFacts,
};

use crate::agent::{Agent, unusable};

impl Agent {
    pub(crate) fn hello(&mut self, folder: &str) -> Result<Reply, Refusal> {
        let folder = Path::new(folder);
        if !folder.is_absolute() {
            let shown = folder.display();
            return Err(unusable(format!(
                "the agent's folder must be an absolute path, found `{shown}`"
            )));
        }
        self.staging = Some(Staging::open(folder).map_err(unusable)?);
        self.folder = Some(folder.to_owned());
        Ok(Reply::Greeting {
            protocol: PROTOCOL,
            facts: facts(),
        })
    }
}

fn facts() -> HostFacts {
    let hostname = rustix::system::uname();
    HostFacts {
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        hostname: hostname.nodename().to_string_lossy().into_owned(),
        platform: format!("{} {}", consts::OS, consts::ARCH),
        processors: thread::available_parallelism()
            .ok()
            .and_then(|count| u32::try_from(count.get()).ok())
            .unwrap_or(1),
        addresses: addresses(),
        routes: Vec::new(),
        abilities: BTreeMap::new(),
    }
}

/// The addresses at which others may reach this host.
fn addresses() -> Vec<IpAddr> {
    let mut addresses = e3_sys::interfaces::addresses().unwrap_or_else(|error| {
        tracing::warn!(%error, "the host's addresses cannot be read");
        Vec::new()
    });
    addresses.retain(|address| !address.is_loopback() && !is_link_local(*address));
    addresses
}
