//! *introduce*: fresh keys for this session, and what is published of them.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use e3_identity::{Introduction, PartyKeys, Validity, introduction::LIFETIME};
use e3_session::message::{Refusal, RefusalCode, Reply};

use crate::agent::{Agent, Event, Turn, fault};

impl Agent {
    pub(crate) fn introduce(&mut self, id: u32) -> Result<Turn, Refusal> {
        let overlay = Arc::clone(self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?);
        let keys = PartyKeys::generate()
            .map_err(|error| Refusal::new(RefusalCode::Fault, error.to_string()))?;
        let keys = Arc::new(keys);
        self.keys = Some(Arc::clone(&keys));
        let session = self.machine.knowledge().session();
        let session = session.ok_or_else(|| fault("the session"))?.0;
        let name = self.machine.knowledge().name().unwrap_or_default();
        let name = name.to_owned();
        self.tasks.spawn(async move {
            let reply = match overlay.introduce().await {
                // The overlay's own keys stay in it; so do the party's, as the introduction is made of public parts.
                Ok(public) => {
                    let overlays = BTreeMap::from([(overlay.name().to_owned(), public)]);
                    let validity = Validity::starting(now(), LIFETIME);
                    let introduction = Introduction::new(&keys, session, &name, validity, overlays);
                    Reply::Introduced { introduction }
                }
                Err(error) => Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string())),
            };
            Event::Answer(id, Box::new(reply))
        });
        Ok(None)
    }
}

/// Whole Unix seconds by this host's clock.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
