//! *prepare*: the overlay.

use std::path::Path;

use e3_overlay::Need;
use e3_session::message::{Refusal, Reply, Settings};

use crate::agent::{Agent, unusable};

impl Agent {
    pub(crate) fn prepare(&mut self, settings: &Settings) -> Result<Reply, Refusal> {
        let Settings { overlay, .. } = settings;
        let Some(made) = self.kit.registry.make(overlay) else {
            let known: Vec<_> = self.kit.registry.names().collect();
            return Err(unusable(format!(
                "this agent knows no overlay `{overlay}`; it knows: {}",
                known.join(", ")
            )));
        };
        for need in made.needs() {
            find(*need).map_err(|lack| unusable(format!("overlay {overlay} {lack}")))?;
        }
        self.overlay = Some(made);
        Ok(Reply::Prepared)
    }
}

/// Whether this host has what an overlay needs; in words if not.
pub(crate) fn find(need: Need) -> Result<(), String> {
    match need {
        Need::Program(program) => match e3_stock::find(program) {
            Ok(found) => {
                tracing::info!("{found} is what is used");
                Ok(())
            }
            Err(missing) => Err(missing.to_string()),
        },
        Need::Tun => Path::new("/dev/net/tun")
            .exists()
            .then_some(())
            .ok_or_else(|| "needs /dev/net/tun, which this host does not have".to_owned()),
        Need::Interfaces => may_make_interfaces().then_some(()).ok_or_else(|| {
            "needs the right to make network interfaces (CAP_NET_ADMIN), which the agent does not have: run it as root"
                .to_owned()
        }),
    }
}

/// Whether this process has `CAP_NET_ADMIN` where it is (capabilities(7)).
fn may_make_interfaces() -> bool {
    use rustix::thread::{CapabilitySet, capabilities};
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_ADMIN))
}
