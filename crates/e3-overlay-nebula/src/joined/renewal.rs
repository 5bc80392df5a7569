//! Certificates are renewed before they expire, and whoever should know is told where that fails.

use std::{sync::Weak, time::Duration};

use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::host::Host;
use crate::identity::now_s;

/// The longest time between two looks at the clock: hosts sleep, and clocks are set.
const LOOK: Duration = Duration::from_secs(30);

/// Looks this often in a certificate's lifetime.
const LOOKS: u32 = 20;

/// Certifies the host anew after each half of its certificate's lifetime. Where that fails, it is told and tried again;
/// where the certificate has expired meanwhile, it ends with the reason.
pub(super) async fn renewal(
    host: Weak<Host>,
    lifetime: Duration,
    notices: mpsc::Sender<String>,
) -> String {
    let mut looks = interval(LOOK.min(lifetime / LOOKS));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut certified = now_s();
    let mut told = false;
    loop {
        looks.tick().await;
        // Whoever leaves ends this.
        let Some(host) = host.upgrade() else {
            return std::future::pending().await;
        };
        // A clock that was set back says nothing of the age.
        let age = now_s()
            .checked_sub(certified)
            .map_or(lifetime, Duration::from_secs);
        if age < lifetime / 2 {
            continue;
        }
        match host.renew() {
            Ok(()) => {
                tracing::info!("this host's certificate was renewed");
                (certified, told) = (now_s(), false);
            }
            Err(error) if age >= lifetime => {
                return format!(
                    "this host's certificate has expired, since it could not be renewed: {error}"
                );
            }
            Err(error) if !told => {
                let left = lifetime.saturating_sub(age).as_secs();
                tracing::error!("this host's certificate cannot be renewed: {error}");
                told = true;
                let notice = format!(
                    "this host's certificate cannot be renewed: {error}; if it still cannot when it expires, in {left} s, programs are stopped"
                );
                // Where nobody listens, the log has it.
                let _ = notices.try_send(notice);
            }
            Err(_) => {}
        }
    }
}
