//! What stands in for Tailscale's service, as a service that E³ starts, which tells the key that lets parties in.

use std::{collections::BTreeMap, fs, path::Path, process::Command, sync::Arc};

use async_trait::async_trait;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::{Health, ServicePort};
use e3_stock::{HEADSCALE, find};
use serde_bytes::ByteBuf;
use serde_json::Value;

use crate::account;

/// The name by which the key is told. The true service tells nobody: people carry it to their machines.
pub(crate) const KEY: &str = "key";

/// Where the key is kept, so that it is the same after a restart.
const KEPT: &str = "key";

/// The service.
pub(crate) struct Tailnet(pub(crate) Arc<dyn Service>);

struct Running {
    headscale: Box<dyn RunningService>,
    key: Vec<u8>,
}

#[async_trait]
impl Service for Tailnet {
    fn usual_ports(&self) -> Vec<ServicePort> {
        self.0.usual_ports()
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let folder = start.folder.clone();
        let headscale = self.0.start(start).await?;
        let kept = folder.join(KEPT);
        if !kept.exists() {
            let key = account::open(&folder, |words| asked(&folder, words));
            fs::write(&kept, key).unwrap();
        }
        let key = fs::read(kept).unwrap();
        Ok(Box::new(Running { headscale, key }))
    }
}

fn asked(folder: &Path, words: &[&str]) -> Value {
    let headscale = find(&HEADSCALE).unwrap();
    let mut command = Command::new(headscale.path);
    command.args(words).args(["-o", "json", "-c"]);
    let said = command.arg(folder.join("config.yaml")).output().unwrap();
    assert!(said.status.success(), "{words:?}: {said:?}");
    serde_json::from_slice(&said.stdout).unwrap_or(Value::Null)
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        self.headscale.ports()
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        let mut told = self.headscale.told();
        told.insert(KEY.to_owned(), ByteBuf::from(self.key.clone()));
        told
    }

    /// An account knows of no roster.
    async fn admit(&self, _keys: &[ByteBuf]) {}

    async fn health(&self) -> Health {
        self.headscale.health().await
    }

    async fn stop(self: Box<Self>) {
        self.headscale.stop().await;
    }
}
