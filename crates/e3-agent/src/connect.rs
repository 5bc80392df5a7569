//! *connect*: joins the overlay, or takes it to a later roster.

use std::{sync::Arc, time::Duration};

use e3_overlay::{Joined, Joining, Overlay, OverlayError, ProgramNeeds};
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::{Contact, Dial, DialTable, LinkReport, Ports},
};

use crate::agent::{Agent, Event, Shared, Turn, fault};

/// How long an overlay may take to leave.
pub(crate) const FAREWELL: Duration = Duration::from_secs(3);

impl Agent {
    /// A first *connect* joins; one that follows a later *admit* changes the roster of the overlay that is up,
    /// unless the ports or the connections that a program needs are others.
    pub(crate) fn connect(
        &mut self,
        id: u32,
        contacts: Vec<Contact>,
        dial: Dial,
        ports: Ports,
        timeout_ms: u64,
    ) -> Result<Turn, Refusal> {
        let known = self.machine.knowledge();
        let overlay = Arc::clone(self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?);
        let (Some(roster), Some(me)) = (known.roster().cloned(), known.me()) else {
            return Err(fault("the roster"));
        };
        let services = known.settings().map(|settings| settings.services.clone());
        let change = self.plan == Some((dial, ports));
        self.plan = Some((dial, ports));
        let joining = Joining {
            roster,
            me,
            contacts,
            dial,
            ports,
            timeout: Duration::from_millis(timeout_ms),
            services: services.unwrap_or_default(),
            mailbox: self.post.mailbox(),
        };
        let shared = Arc::clone(&self.joined);
        self.until_the_end(async move {
            let result = if change {
                take_over(&*overlay, &shared, joining).await
            } else {
                join(&*overlay, &shared, joining).await
            };
            Event::Connected(id, result)
        });
        Ok(None)
    }

    pub(crate) fn connected(&mut self, result: Result<Box<Standing>, OverlayError>) -> Reply {
        match result {
            Ok(standing) => {
                let Standing { dial, links, needs } = *standing;
                self.dial = Some(dial.clone());
                self.needs = needs;
                Reply::Connected { dial, links }
            }
            Err(error) => {
                self.plan = None;
                Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string()))
            }
        }
    }

    /// Runs a task that is broken off when the conversation ends.
    pub(crate) fn until_the_end(&mut self, task: impl Future<Output = Event> + Send + 'static) {
        let mut ending = self.ending.subscribe();
        self.tasks.spawn(async move {
            tokio::select! {
                event = task => event,
                _ = ending.wait_for(|ending| *ending) => Event::Nothing,
            }
        });
    }
}

/// What is known of an overlay that was just joined.
pub(crate) struct Standing {
    dial: DialTable,
    links: Vec<LinkReport>,
    needs: ProgramNeeds,
}

type Connected = Result<Box<Standing>, OverlayError>;

/// Joins anew, after leaving what was joined before.
async fn join(overlay: &dyn Overlay, shared: &Shared, joining: Joining) -> Connected {
    let mut place = shared.write().await;
    if let Some(before) = place.take() {
        before.leave().await?;
    }
    let joined = overlay.join(joining).await?;
    let found = look(&*joined).await;
    *place = Some(joined);
    Ok(found)
}

/// Takes the overlay that is up to a later roster.
async fn take_over(overlay: &dyn Overlay, shared: &Shared, joining: Joining) -> Connected {
    if !overlay.properties().changes_roster.is_given() {
        return join(overlay, shared, joining).await;
    }
    let mut place = shared.write().await;
    let Some(joined) = place.as_mut() else {
        drop(place);
        return join(overlay, shared, joining).await;
    };
    joined.change(&joining.roster, &joining.contacts).await?;
    Ok(look(&**joined).await)
}

async fn look(joined: &dyn Joined) -> Box<Standing> {
    Box::new(Standing {
        dial: joined.dial_table(),
        links: joined.links().await,
        needs: joined.program_needs(),
    })
}
