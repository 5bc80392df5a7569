//! Infrastructure that an overlay needs and no party is, as something that an agent can start.

use std::{collections::BTreeMap, io, net::IpAddr, path::PathBuf};

use async_trait::async_trait;
use e3_session::types::{Health, Options, ServicePort, SessionId};
use serde_bytes::ByteBuf;

use crate::Need;

/// A service before it is started. Overlays give theirs by [`Overlay::service`].
///
/// [`Overlay::service`]: crate::Overlay::service
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// The ports that it listens on where none are declared, for plans that are made before anything is.
    fn usual_ports(&self) -> Vec<ServicePort>;

    /// What it needs on its host.
    fn needs(&self) -> &'static [Need] {
        &[]
    }

    /// Starts it in this process. What it needs to be the same when it is started again (keys, a certificate, the ports
    /// that it has chosen) it keeps in `start.folder`, so that parties who know it find it again.
    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError>;
}

/// What a service is given when it starts.
#[derive(Debug, Clone)]
pub struct ServiceStart {
    /// The session that it is for.
    pub session: SessionId,
    /// Its name.
    pub name: String,
    /// A folder of its own (mode 0700), which is there; what an earlier start has left in it is its own. The agent removes
    /// it when the session ends.
    pub folder: PathBuf,
    /// The host's addresses, best first, by which others reach it.
    pub addresses: Vec<IpAddr>,
    /// The ports that were declared; none where it chooses.
    pub ports: Vec<ServicePort>,
    /// What it told when it ran before in this session; empty at the first start.
    pub told: BTreeMap<String, ByteBuf>,
    /// What the environment says of the overlay.
    pub options: Options,
}

/// A service that runs.
#[async_trait]
pub trait RunningService: Send + Sync {
    /// The ports that it listens on.
    fn ports(&self) -> Vec<ServicePort>;

    /// What parties have to know of it, by name: a certificate, an access token. Made before anybody introduces itself,
    /// and the same after a restart.
    fn told(&self) -> BTreeMap<String, ByteBuf>;

    /// Tells it who the parties are: what the roster's introductions tell of their places in the overlay, such as public
    /// keys. One that can tell parties apart serves nobody before, and from then on nobody else; whom it served and is not
    /// among them any more has been turned away when this returns. Told anew whenever the roster changes.
    async fn admit(&self, _keys: &[ByteBuf]) {}

    /// Whether it serves now. Answers at once.
    async fn health(&self) -> Health;

    /// Ends it; its sockets are closed when this returns.
    async fn stop(self: Box<Self>);
}

/// A service cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A port is taken, or may not be listened on.
    #[error(
        "service {name} cannot listen on {port} of {transport}: {source}; choose another port by `services.{name}.ports`"
    )]
    Listen {
        /// The service.
        name: String,
        /// The port.
        port: u16,
        /// What carries it.
        transport: e3_session::types::Transport,
        /// What the system said.
        source: io::Error,
    },
    /// A file in its folder cannot be read or written.
    #[error("service {name} cannot use {}: {source}", path.display())]
    File {
        /// The service.
        name: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no address by which others could reach it.
    #[error("the host of service {name} has no address")]
    NoAddress {
        /// The service.
        name: String,
    },
    /// What it is made of would not start.
    #[error("service {name} cannot be started: {why}")]
    Start {
        /// The service.
        name: String,
        /// Why, in words.
        why: String,
    },
}
