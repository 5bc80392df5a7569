//! *introduce*: fresh keys for this session, and what is published of them.

use std::{collections::BTreeMap, sync::Arc};

use e3_identity::{Introduction, PartyKeys};
use e3_session::message::{Refusal, RefusalCode, Reply};

use crate::agent::{Agent, Event, Turn, fault};

impl Agent {
    pub(crate) fn introduce(&mut self, id: u32) -> Result<Turn, Refusal> {
        let overlay = Arc::clone(self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?);
        let keys = PartyKeys::generate()
            .map_err(|error| Refusal::new(RefusalCode::Fault, error.to_string()))?;
        // The overlay's own keys stay in it; so do the party's, as the introduction is made of public parts.
        let mut introduction = Introduction::new(&keys, BTreeMap::new());
        self.keys = Some(keys);
        self.tasks.spawn(async move {
            let reply = match overlay.introduce().await {
                Ok(public) => {
                    let name = overlay.name().to_owned();
                    introduction.overlays.insert(name, public);
                    Reply::Introduced { introduction }
                }
                Err(error) => Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string())),
            };
            Event::Answer(id, Box::new(reply))
        });
        Ok(None)
    }
}
