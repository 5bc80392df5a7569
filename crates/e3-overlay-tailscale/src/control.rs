//! Who coordinates: a service of the environment, or somebody else's that parties have accounts with.

use std::{sync::Arc, time::Duration};

use e3_overlay::ServiceKind;
use e3_session::types::ServiceFacts;
use tokio::time::Instant;

use crate::{
    TailscaleError,
    account::Account,
    desk::{
        AuthKey,
        client::{self, Patience, Visitor},
    },
    told::Told,
};

/// How long the coordinator's host may take to hear of a roster after its parties.
const KNOWN: Duration = Duration::from_secs(5);

/// Whose DERP servers carry what goes no other way, where there is an account.
const THEIRS: &str = "the service's DERP servers";

/// A coordinator as parties use it.
#[derive(Debug)]
pub(crate) enum Control {
    /// A service of the environment.
    Own {
        /// Its name.
        name: String,
        told: Box<Told>,
    },
    /// Somebody else's.
    Theirs(Arc<Account>),
}

impl Control {
    /// The one among these services.
    pub(crate) fn among(services: &[ServiceFacts]) -> Result<Self, TailscaleError> {
        let kind = ServiceKind::Coordinator.as_str();
        let facts = services.iter().find(|service| service.kind == kind);
        let facts = facts.ok_or(TailscaleError::NoCoordinator)?;
        let told = Told::read(facts).map_err(|source| TailscaleError::Coordinator {
            name: facts.name.clone(),
            source,
        })?;
        let name = facts.name.clone();
        Ok(Self::Own {
            name,
            told: Box::new(told),
        })
    }

    /// Its URL, as clients name it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Own { told, .. } => told.url(),
            Self::Theirs(account) => account.url.clone(),
        }
    }

    /// What carries packets that find no direct way.
    pub(crate) fn relay(&self) -> String {
        match self {
            Self::Own { name, .. } => name.clone(),
            Self::Theirs(_) => THEIRS.to_owned(),
        }
    }

    /// Whether what it lets in is E³'s affair, and not an account's.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self, Self::Own { .. })
    }

    /// A key to register with.
    pub(crate) async fn key(
        &self,
        visitor: Visitor<'_>,
        timeout: Duration,
        deadline: Instant,
    ) -> Result<AuthKey, TailscaleError> {
        let now = Instant::now();
        match self {
            Self::Own { told, .. } => {
                let patience = Patience {
                    known: now + timeout.max(KNOWN),
                    answered: deadline,
                };
                client::ask(visitor, (told.desk(), told.desk_key), patience).await
            }
            Self::Theirs(account) => account.key(deadline.saturating_duration_since(now)).await,
        }
    }
}
