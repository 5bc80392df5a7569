//! *connect*: joins the overlay, or takes it to a later roster.

use std::{sync::Arc, time::Duration};

use e3_overlay::{Joined, Joining, Overlay, OverlayError, ProgramNeeds};
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::{Contact, Dial, DialTable, LinkReport, Ports, Roster},
};

use tokio::sync::{mpsc, oneshot};

use crate::agent::{Agent, Event, Shared, Turn, fault, unusable};

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
        let settings = known.settings().ok_or_else(|| fault("the settings"))?;
        let (options, services) = (settings.options.clone(), settings.services.clone());
        let up = self.joined.try_read().is_ok_and(|place| place.is_some());
        let changes = overlay.properties().changes_roster.is_given();
        let change = up && changes && self.plan == Some((dial, ports));
        self.post.turn();
        self.plan = Some((dial, ports));
        let shared = Arc::clone(&self.joined);
        if change {
            self.until_the_end(async move {
                let taken = take_over(overlay.name(), &shared, &roster, &contacts).await;
                Event::Connected(id, taken)
            });
            return Ok(None);
        }
        let joining = Joining {
            roster,
            me,
            contacts,
            dial,
            ports,
            options,
            timeout: Duration::from_millis(timeout_ms),
            services,
            mailbox: self.post.mailbox(),
            folder: self
                .overlays_folder()
                .map_err(|error| unusable(error.to_string()))?,
        };
        self.severed = None;
        self.joins += 1;
        // The overlay of before hears nothing more, and the new one has the roster from its beginning.
        self.post.catch_up();
        self.until_the_end(
            async move { Event::Connected(id, join(&*overlay, &shared, joining).await) },
        );
        Ok(None)
    }

    pub(crate) fn connected(&mut self, result: Result<Box<Standing>, OverlayError>) -> Reply {
        match result {
            Ok(standing) => {
                let Standing {
                    dial,
                    links,
                    needs,
                    notices,
                    severed,
                } = *standing;
                if let Some(severed) = severed {
                    self.heed(severed);
                }
                if let Some(notices) = notices {
                    self.pass_on(notices);
                }
                self.dial = Some(dial.clone());
                let place = needs.place.kind();
                self.needs = needs;
                self.post.catch_up();
                Reply::Connected { dial, links, place }
            }
            Err(error) => {
                self.plan = None;
                // What carried it has left.
                if self.run.is_some() {
                    let _ = self.sever(self.joins, error.to_string());
                }
                Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string()))
            }
        }
    }

    /// Tells the controller what the overlay tells, as long as it is up.
    fn pass_on(&mut self, mut notices: mpsc::Receiver<String>) {
        let answers = self.answers.clone();
        self.until_the_end(async move {
            while let Some(text) = notices.recv().await {
                if answers.send((0, Reply::Notice { text })).await.is_err() {
                    break;
                }
            }
            Event::Nothing
        });
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
    /// What it will tell; none if that was taken before.
    notices: Option<mpsc::Receiver<String>>,
    /// What tells that it cannot be relied upon any more; none if that was taken before.
    severed: Option<oneshot::Receiver<String>>,
}

type Connected = Result<Box<Standing>, OverlayError>;

/// Joins anew, after leaving what was joined before.
async fn join(overlay: &dyn Overlay, shared: &Shared, joining: Joining) -> Connected {
    let mut place = shared.write().await;
    if let Some(before) = place.take() {
        before.leave().await?;
    }
    let mut joined = match overlay.join(joining).await {
        Ok(joined) => joined,
        Err(error) => {
            overlay.abandon().await;
            return Err(error);
        }
    };
    let found = look(&mut *joined).await;
    *place = Some(joined);
    Ok(found)
}

/// Takes the overlay that is up to a later roster; it leaves where it cannot, since it must not go on carrying for
/// somebody whom that roster names no more.
async fn take_over(
    overlay: &'static str,
    shared: &Shared,
    roster: &Roster,
    contacts: &[Contact],
) -> Connected {
    let mut place = shared.write().await;
    let joined = place
        .as_mut()
        .ok_or(OverlayError::Unchangeable { overlay })?;
    if let Err(error) = joined.change(roster, contacts).await {
        if let Some(joined) = place.take()
            && let Err(error) = joined.leave().await
        {
            tracing::warn!(%error, "overlay {overlay} has not left as it should");
        }
        return Err(error);
    }
    Ok(look(&mut **joined).await)
}

async fn look(joined: &mut dyn Joined) -> Box<Standing> {
    Box::new(Standing {
        dial: joined.dial_table(),
        links: joined.links().await,
        needs: joined.program_needs(),
        notices: joined.notices(),
        severed: joined.severed(),
    })
}
