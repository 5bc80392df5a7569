//! Whether relays that somebody else runs can be used, and why they cannot: nobody else would tell.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use iroh::{Watcher as _, endpoint::RelayStatus};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use crate::{hub::Hub, knock::knock};

/// How long a relay may take until it is asked what is wrong.
const GRACE: Duration = Duration::from_millis(1500);

/// Between one look and the next.
const AGAIN: Duration = Duration::from_secs(5);

/// Why no relay can be used, as far as is known.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Mutex<Option<String>>);

impl Trouble {
    /// What is wrong with a link, and with the relays that could carry it.
    pub(crate) fn beside(&self, reason: String) -> String {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*trouble {
            Some(trouble) => format!("{reason}; {trouble}"),
            None => reason,
        }
    }

    /// Whether it is another one than before.
    fn set(&self, now: Option<&str>) -> bool {
        let mut trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = trouble.as_deref() != now;
        *trouble = now.map(str::to_owned);
        is_new
    }
}

/// Looks now and then whether a relay can be used; what is in the way is told once, and stands in reports of links.
pub(crate) async fn lookout(hub: Arc<Hub>, tell: mpsc::Sender<String>) {
    loop {
        let online = async { hub.endpoint.get().await.online().await };
        let online = timeout(GRACE, online).await.is_ok();
        let trouble = if online { None } else { trouble(&hub).await };
        if hub.trouble.set(trouble.as_deref())
            && let Some(trouble) = trouble
        {
            let notice =
                format!("{trouble}. Whoever cannot be reached directly has to wait for a relay");
            // Whoever heard of notices has ended: then this is about to.
            let _ended = tell.send(notice).await;
        }
        sleep(AGAIN).await;
    }
}

/// What is wrong with all of them; `None` where one is all right.
async fn trouble(hub: &Hub) -> Option<String> {
    let urls = hub.relays.urls();
    let all = join_all(urls.iter().map(|url| knock(url, &hub.relays))).await;
    let told = urls.iter().zip(all).filter_map(|(url, why)| {
        let name = hub.relays.name_of(url);
        Some(format!("relay {name} cannot be used: {}", why?))
    });
    let told: Vec<String> = told.collect();
    if !told.is_empty() {
        return (told.len() == urls.len()).then(|| told.join("; "));
    }
    let denied = timeout(GRACE, denied(hub)).await.ok()??;
    Some(format!(
        "the relay refuses this party: {denied}; is the token in the file of `quic.relay_token` the right one?"
    ))
}

/// Why a relay refuses this party. While it is called once more, nothing is known of the time before.
async fn denied(hub: &Hub) -> Option<String> {
    let mut status = hub.endpoint.get().await.home_relay_status();
    loop {
        let now = status.get();
        if let Some(denied) = now.iter().find_map(RelayStatus::auth_denied_reason) {
            return Some(denied.to_owned());
        }
        status.updated().await.ok()?;
    }
}
