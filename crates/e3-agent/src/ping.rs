//! *ping* and *links*: how the overlay is doing, while a program may be running.

use std::sync::Arc;

use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::PartyIndex,
};

use crate::agent::{Agent, Event, fault};

impl Agent {
    pub(crate) fn ping(&mut self, id: u32, peer: PartyIndex) {
        let shared = Arc::clone(&self.joined);
        self.until_the_end(async move {
            let reply = match shared.read().await.as_ref() {
                Some(joined) => match joined.ping(peer).await {
                    Ok(link) => Reply::Pinged(link),
                    Err(error) => {
                        Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string()))
                    }
                },
                None => Reply::Refused(fault("the overlay")),
            };
            Event::Answer(id, Box::new(reply))
        });
    }

    pub(crate) fn links(&mut self, id: u32) {
        let shared = Arc::clone(&self.joined);
        self.until_the_end(async move {
            let reply = match shared.read().await.as_ref() {
                Some(joined) => Reply::Links(joined.links().await),
                None => Reply::Refused(fault("the overlay")),
            };
            Event::Answer(id, Box::new(reply))
        });
    }
}
