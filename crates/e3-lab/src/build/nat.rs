//! The firewall of a site's router, in nftables.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::site::LINE;
use crate::error::{During, LabError};
use crate::plan::SitePlan;
use crate::programs;

/// A home router. `masquerade` keeps an inside port, or else its stand-in, for every endpoint: endpoint-independent
/// mapping (RFC 4787, section 4.1). Only answers to what went out come in: address and port-dependent filtering
/// (section 5). The router itself answers pings, as most do.
const HOME: &str = "
table ip home {
  chain translate {
    type nat hook postrouting priority srcnat
    oifname LINE masquerade
  }
  chain forward {
    type filter hook forward priority filter
    ct state established,related accept
    iifname LINE drop
  }
  chain input {
    type filter hook input priority filter
    ct state established,related accept
    iifname LINE icmp type echo-request accept
    iifname LINE drop
  }
}
";

/// How long `nft` may take for these few rules; it needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// `nft` at work in a router's namespace.
pub(super) struct Firewall {
    site: String,
    nft: Child,
}

impl Firewall {
    /// Starts `nft` in the calling thread's network namespace.
    pub(super) fn start(site: &SitePlan) -> Result<Self, LabError> {
        let nft = programs::find("nft").ok_or(LabError::NftMissing)?;
        let child = Command::new(nft)
            .args(["-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut firewall = Self {
            site: site.name.clone(),
            nft: child.during("start nft", &site.name)?,
        };
        if let Some(mut rules) = firewall.nft.stdin.take() {
            match rules.write_all(HOME.replace("LINE", LINE).as_bytes()) {
                // It has given up before it has read all, and says why on its standard error.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written.during("write the firewall's rules", &site.name)?,
            }
        }
        Ok(firewall)
    }

    /// Waits until the rules hold.
    pub(super) fn finish(self) -> Result<(), LabError> {
        let output = programs::finish(self.nft, PATIENCE).during("finish nft", &self.site)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(LabError::NftRefused {
            site: self.site,
            said,
        })
    }
}
