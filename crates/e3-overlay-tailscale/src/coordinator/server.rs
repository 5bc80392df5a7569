//! The server as it runs, and what it is asked: over its own socket, by its own command, which needs no key.

use std::{ffi::OsStr, path::Path, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_stock::{Daemon, Found, HEADSCALE, Spec, find, find_suited};
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};
use zeroize::Zeroizing;

use super::config::{
    USER, config,
    files::{CONFIG, POLICY, SOCKET},
    policy, tag,
};
use crate::{
    TailscaleError,
    command::run,
    coordinator::kept::write,
    desk::{
        AuthKey,
        server::{Desk, Guest, Issuer},
    },
    introduced::NodeKey,
    near::Near,
    told::Ports,
};

/// How long the server may take to begin.
const BEGINNING: Duration = Duration::from_secs(20);

/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// How long a party may take from getting its key to registering with it.
const LIFETIME: &str = "5m";

/// Asks the server, one question after the other: each begins a process and, where a key is made, takes a tenth of a second
/// of a processor, since the server keeps but a slow hash of it.
#[derive(Clone)]
pub(super) struct Clerk {
    found: Found,
    config: PathBuf,
    folder: PathBuf,
    known: Arc<Mutex<Known>>,
    /// What its socket's path leads through.
    _near: Near,
}

/// What is known of the server. Whoever asks it has this locked.
#[derive(Default)]
struct Known {
    /// The number of the one user.
    user: Option<u64>,
    /// Its policy, as far as it was told here.
    policy: Option<Value>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct Made {
    key: String,
}

#[derive(Deserialize)]
struct Listed {
    id: u64,
    node_key: String,
}

/// Starts the server, and waits until it answers.
pub(super) async fn start(
    folder: &Path,
    address: std::net::IpAddr,
    ports: Ports,
) -> Result<(Daemon, Clerk), TailscaleError> {
    let found = find(&HEADSCALE)?;
    let near = Near::of(folder).map_err(TailscaleError::file(folder))?;
    let socket = near.join(SOCKET);
    write(
        &folder.join(CONFIG),
        config(folder, &socket, (address, ports))
            .to_string()
            .as_bytes(),
    )?;
    // One of an earlier start would be taken for this one's.
    let _ = std::fs::remove_file(&socket);
    let clerk = Clerk {
        found: found.clone(),
        config: folder.join(CONFIG),
        folder: folder.to_owned(),
        known: Arc::default(),
        _near: near,
    };
    let daemon = Daemon::start(Spec {
        found: &found,
        source: "headscale",
        arguments: vec!["serve".into(), "-c".into(), folder.join(CONFIG).into()],
        environment: Vec::new(),
        folder,
    })?;
    let beginning = async {
        while tokio::net::UnixStream::connect(&socket).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
        clerk.begin().await
    };
    let begun = async {
        tokio::select! {
            begun = timeout(BEGINNING, beginning) => begun.unwrap_or_else(|_| {
                Err(TailscaleError::Late {
                    program: HEADSCALE.name,
                    doing: "starting".to_owned(),
                    seconds: BEGINNING.as_secs(),
                })
            }),
            why = daemon.end() => Err(TailscaleError::Program {
                program: HEADSCALE.name,
                doing: "starting".to_owned(),
                why,
            }),
        }
    };
    // One that is too old does not understand its configuration; that it is says more than what it makes of it.
    let (suited, begun) = tokio::join!(find_suited(&HEADSCALE), begun);
    suited?;
    begun?;
    Ok((daemon, clerk))
}

impl Clerk {
    /// Makes the one user where there is none, and lets nobody speak with anybody yet.
    async fn begin(&self) -> Result<(), TailscaleError> {
        let mut known = self.known.lock().await;
        let users: Option<Vec<User>> = self.ask(&["users", "list"], "listing its users").await?;
        let mut users = users.unwrap_or_default().into_iter();
        known.user = if let Some(user) = users.find(|one| one.name == USER) {
            Some(user.id)
        } else {
            // Without a policy all would be open.
            self.open(&mut known, &[]).await?;
            let create = ["users", "create", USER];
            let made: User = self.ask(&create, "making a user").await?;
            Some(made.id)
        };
        Ok(())
    }

    /// Lets parties speak with one another at the ports that they have told, and at no others.
    async fn open(&self, known: &mut Known, guests: &[Guest]) -> Result<(), TailscaleError> {
        let policy = policy(guests);
        if known.policy.as_ref() == Some(&policy) {
            return Ok(());
        }
        let path = self.folder.join(POLICY);
        write(&path, policy.to_string().as_bytes())?;
        let words = ["policy", "set", "-f"].map(OsStr::new);
        let more = [path.as_os_str(), OsStr::new("-c"), self.config.as_os_str()];
        let arguments = [words, more].concat();
        // What it has where this fails, nobody knows.
        known.policy = None;
        run(&self.found, &arguments, "setting its policy", ANSWER).await?;
        known.policy = Some(policy);
        Ok(())
    }

    /// Lets the server forget all nodes but those of the desk's parties, and close the ports of whoever is none any more. What
    /// fails keeps it from nothing else; the error is the first.
    pub(super) async fn forget_others(&self, desk: &Desk) -> Result<(), TailscaleError> {
        let mut known = self.known.lock().await;
        let mut done = self.open(&mut known, &desk.guests()).await;
        let nodes: Option<Vec<Listed>> = self.ask(&["nodes", "list"], "listing its nodes").await?;
        for node in nodes.unwrap_or_default() {
            let is_known = NodeKey::read(&node.node_key).is_some_and(|key| desk.is_known(&key));
            if !is_known {
                let id = node.id.to_string();
                let forget = ["nodes", "delete", "--force", "-i", &id];
                let forgotten = self.ask(&forget, "forgetting a node").await;
                done = done.and(forgotten.map(|_said: Value| ()));
            }
        }
        done
    }

    async fn ask<Answer: for<'a> Deserialize<'a>>(
        &self,
        words: &[&str],
        doing: &str,
    ) -> Result<Answer, TailscaleError> {
        let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
        arguments.extend(["-o", "json", "-c"].map(OsStr::new));
        arguments.push(self.config.as_os_str());
        let begun = Instant::now();
        let said = Zeroizing::new(run(&self.found, &arguments, doing, ANSWER).await?);
        tracing::debug!(elapsed = ?begun.elapsed(), "headscale: {doing}");
        serde_json::from_slice(&said).map_err(|error| TailscaleError::Program {
            program: HEADSCALE.name,
            doing: doing.to_owned(),
            why: format!(
                "it said something that E³ does not understand ({error}): is it older than 0.29?"
            ),
        })
    }

    async fn make_key(&self, desk: &Desk, to: &NodeKey) -> Result<AuthKey, TailscaleError> {
        let mut known = self.known.lock().await;
        // Whom it is for is looked at only now that nobody else asks the server: what is set last knows all who came before.
        let guests = desk.guests();
        let user = known.user.unwrap_or_default().to_string();
        let tag = tag(to);
        let words = [
            "preauthkeys",
            "create",
            "-u",
            &user,
            "--ephemeral",
            "-e",
            LIFETIME,
            "--tags",
            &tag,
        ];
        let (made, ()) = tokio::try_join!(
            self.ask::<Made>(&words, "making a key"),
            self.open(&mut known, &guests),
        )?;
        drop(known);
        Ok(Zeroizing::new(made.key))
    }
}

#[async_trait]
impl Issuer for Clerk {
    async fn issue(&self, desk: &Desk, to: NodeKey) -> Result<AuthKey, String> {
        let made = self.make_key(desk, &to).await;
        made.map_err(|error| error.to_string())
    }
}

impl std::fmt::Debug for Clerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clerk")
            .field("in", &self.folder)
            .finish_non_exhaustive()
    }
}
