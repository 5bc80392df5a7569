//! *introduce*: who this party is, with fresh keys for this session, and what is published of them.

use std::{collections::BTreeMap, net::IpAddr, path::Path, sync::Arc};

use e3_identity::{Introduction, PartyKeys, Validity};
use e3_overlay::Introducing;
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::Subnet,
};

use crate::{
    admit::now_s,
    agent::{Agent, Event, Turn, fault, unusable},
    identity,
};

/// The folder in the agent's own in which its identity is made, unless another is named.
pub(crate) const OWN: &str = "identity";

impl Agent {
    pub(crate) fn introduce(
        &mut self,
        id: u32,
        lifetime_s: u64,
        named: Option<&str>,
        (addresses, network): (Vec<IpAddr>, Vec<Subnet>),
    ) -> Result<Turn, Refusal> {
        let overlay = Arc::clone(self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?);
        let known = self.machine.knowledge();
        let (Some(session), Some(name), Some(settings)) =
            (known.session(), known.name(), known.settings())
        else {
            return Err(fault("its name"));
        };
        let identity = if let Some(folder) = named {
            identity::load(Path::new(folder))
        } else {
            let folder = self.folder.as_ref().ok_or_else(|| fault("its folder"))?;
            identity::load_or_make(&folder.join(OWN))
        };
        let keys = PartyKeys::of(identity.map_err(unusable)?)
            .map_err(|error| Refusal::new(RefusalCode::Fault, error.to_string()))?;
        let keys = Arc::new(keys);
        self.keys = Some(Arc::clone(&keys));
        let name = name.to_owned();
        let validity = Validity::starting(now_s(), lifetime_s);
        let who = Introducing {
            session,
            did: keys.did().clone(),
            options: settings.options.clone(),
            services: settings.services.clone(),
            name: name.clone(),
            addresses,
            network,
            until_s: validity.not_after,
            folder: self.overlays_folder().map_err(unusable)?,
        };
        self.tasks.spawn(async move {
            let reply = match overlay.introduce(&who).await {
                Ok(public) => {
                    // The overlay's own keys stay in it; so do the party's: an introduction is made of public parts.
                    let overlays = BTreeMap::from([(overlay.name().to_owned(), public)]);
                    let introduction =
                        Introduction::new(&keys, session.0, &name, validity, overlays);
                    Reply::Introduced { introduction }
                }
                Err(error) => Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string())),
            };
            Event::Answer(id, Box::new(reply))
        });
        Ok(None)
    }
}
