//! Overlays beside one another; here those that carry packets: stock Nebula in two versions, WireGuard, Tailscale's client with a Headscale of our own.

#[cfg(feature = "tailscale")]
mod account;
#[cfg(feature = "tailscale")]
mod hostile;
#[cfg(feature = "tailscale")]
mod inside;
mod killed;
mod many;
#[cfg(feature = "wireguard")]
mod relayed;
mod santa;
mod secrets;
#[cfg(feature = "tailscale")]
mod trouble;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    skipped::skipped,
    workshop::{Workshop, cache},
};

/// One way to connect parties.
pub(crate) struct Way {
    pub(crate) overlay: &'static str,
    /// The folder whose programs are used, where that makes a difference.
    stock: Option<PathBuf>,
    /// The programs of others that it takes.
    programs: &'static [&'static str],
}

/// Our own, over streams.
#[cfg(feature = "quic")]
pub(crate) fn quic() -> Way {
    Way {
        overlay: "quic",
        stock: None,
        programs: &[],
    }
}

/// The distribution's Nebula.
#[cfg(feature = "nebula")]
pub(crate) fn old_nebula() -> Way {
    Way {
        overlay: "nebula",
        stock: Some("/usr/bin".into()),
        programs: &["nebula"],
    }
}

/// The pinned one.
#[cfg(feature = "nebula")]
pub(crate) fn new_nebula() -> Way {
    Way {
        overlay: "nebula",
        stock: Some(peers()),
        programs: &["nebula"],
    }
}

#[cfg(feature = "wireguard")]
pub(crate) fn wireguard() -> Way {
    Way {
        overlay: "wireguard",
        stock: None,
        programs: &[],
    }
}

#[cfg(feature = "tailscale")]
pub(crate) fn headscale() -> Way {
    Way {
        overlay: "headscale",
        stock: Some(peers()),
        programs: &["headscale", "tailscaled", "tailscale"],
    }
}

/// Where `scripts/peers` has put what it builds; somebody who has it elsewhere says so by `E3_STOCK`.
fn peers() -> PathBuf {
    let named = env::var_os("E3_STOCK").map(PathBuf::from);
    named.unwrap_or_else(|| cache().join("e3/peers/bin"))
}

impl Way {
    /// Whether this machine has what it takes; one that says that it must (`E3_STOCK_REQUIRED`) fails where it has not.
    pub(crate) fn is_here(&self) -> bool {
        let folder = self.stock.as_deref().unwrap_or(Path::new("/usr/bin"));
        let mut missing = self
            .programs
            .iter()
            .filter(|name| !folder.join(name).exists());
        let Some(first) = missing.next() else {
            return true;
        };
        let told = format!(
            "{} has no {first}, which overlay {} needs",
            folder.display(),
            self.overlay
        );
        assert!(env::var_os("E3_STOCK_REQUIRED").is_none(), "{told}");
        skipped(&told);
        false
    }

    /// Those of its programs that run on and on.
    pub(crate) fn daemons(&self) -> impl Iterator<Item = &'static str> {
        let tools = ["tailscale"];
        let all = self.programs.iter().copied();
        all.filter(move |name| !tools.contains(name))
    }

    /// A command that connects parties that way.
    pub(crate) fn command(&self, workshop: &Workshop, args: &[&str]) -> Command {
        let mut command = workshop.command(args);
        command.args(["--overlay", self.overlay]);
        if let Some(stock) = &self.stock {
            command.env("E3_STOCK", stock);
        }
        command
    }
}
