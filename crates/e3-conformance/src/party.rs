//! One agent on a host, and the conversation with it.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use e3_identity::{Endorsement, Policy, introduction::LIFETIME};
use e3_lab::{Host, testing::helper};
use e3_session::{
    controller::{ControllerMachine, Heard},
    frame::{Decoder, encode},
    message::{PROTOCOL, Reply, Request, Settings, ToController},
    types::{DialTable, LinkReport, PartyIndex, RosterEntry, SessionId},
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::unix::pipe,
    time::timeout,
};

use crate::subject::{AGENT, subject};

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A party: a host with its agent.
pub(crate) struct Party {
    pub(crate) host: Host,
    /// How it reaches the others; from *connect* on.
    pub(crate) dial: Option<DialTable>,
    /// What it saw of its links when it connected.
    pub(crate) links: Vec<LinkReport>,
    process: Child,
    to: pipe::Sender,
    from: pipe::Receiver,
    machine: ControllerMachine,
    decoder: Decoder<ToController>,
}

impl Party {
    /// Starts an agent on a host.
    pub(crate) fn start(host: &Host) -> anyhow::Result<Self> {
        let mut command = helper(AGENT);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        host.enter_command(&mut command);
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot start an agent on {}", host.name()))?;
        let stdin = process.stdin.take().context("an agent has no input")?;
        let stdout = process.stdout.take().context("an agent has no output")?;
        Ok(Self {
            host: host.clone(),
            dial: None,
            links: Vec::new(),
            process,
            to: pipe::Sender::from_owned_fd(stdin.into())?,
            from: pipe::Receiver::from_owned_fd(stdout.into())?,
            machine: ControllerMachine::new(),
            decoder: Decoder::new(),
        })
    }

    /// From *hello* to *endorse*; gives what belongs into the roster.
    pub(crate) async fn introduce(
        &mut self,
        session: SessionId,
        folder: PathBuf,
    ) -> anyhow::Result<RosterEntry> {
        let name = self.host.name().to_owned();
        let hello = Request::Hello {
            protocol: PROTOCOL,
            session,
            name: name.clone(),
            folder: folder.display().to_string(),
        };
        self.request(hello).await?;
        let settings = Settings {
            overlay: subject()?.overlay.to_owned(),
            policy: Policy::Pinned {
                pins: BTreeMap::new(),
                first_use: true,
            },
            services: Vec::new(),
        };
        self.request(Request::Prepare(settings)).await?;
        let introduce = Request::Introduce {
            lifetime_s: LIFETIME,
            identity: None,
        };
        let Reply::Introduced { introduction } = self.request(introduce).await? else {
            bail!("{name} has not introduced itself");
        };
        let endorsement = Endorsement::Pinned;
        let endorse = Request::Endorse {
            endorsement: endorsement.clone(),
        };
        self.request(endorse).await?;
        Ok(RosterEntry {
            name,
            introduction,
            endorsement,
        })
    }

    /// Asks, and awaits the final reply; a refusal is an error.
    pub(crate) async fn request(&mut self, request: Request) -> anyhow::Result<Reply> {
        let id = self.ask(request).await?;
        self.finish(id).await
    }

    /// Asks; gives the request's number.
    pub(crate) async fn ask(&mut self, request: Request) -> anyhow::Result<u32> {
        let message = self.machine.ask(request)?;
        self.to.write_all(&encode(&message)?).await?;
        Ok(message.id)
    }

    /// What the agent says next; a refusal is an error. Nothing is lost when the wait is broken off.
    pub(crate) async fn hear(&mut self) -> anyhow::Result<Said> {
        loop {
            let name = self.host.name();
            let message = timeout(PATIENCE, next(&mut self.from, &mut self.decoder))
                .await
                .with_context(|| format!("the agent of {name} is silent"))??;
            match self.machine.receive(message)? {
                Heard::Final {
                    reply: Reply::Refused(refusal),
                    ..
                } => bail!("{name}: {refusal}"),
                Heard::Final { re, reply, .. } => return Ok(Said::Reply(re, Box::new(reply))),
                Heard::Carry { to, sealed } => return Ok(Said::Carry(to, sealed)),
                Heard::Notice { text } => eprintln!("{name}: {text}"),
                Heard::Part { .. } => {}
            }
        }
    }

    async fn finish(&mut self, id: u32) -> anyhow::Result<Reply> {
        loop {
            match self.hear().await? {
                Said::Reply(re, reply) if re == id => return Ok(*reply),
                Said::Reply(..) => {}
                Said::Carry(to, _) => {
                    bail!(
                        "{} writes to party {to} while nobody connects",
                        self.host.name()
                    )
                }
            }
        }
    }

    /// Asks the agent to leave, and waits for its end.
    pub(crate) async fn leave(&mut self) -> anyhow::Result<()> {
        let reply = self.request(Request::Leave).await?;
        ensure!(
            reply == Reply::Left,
            "expected the last word, found {reply:?}"
        );
        let status = self.process.wait()?;
        ensure!(
            status.success(),
            "the agent of {} ended with {status}",
            self.host.name()
        );
        Ok(())
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        // An agent that has left already has been waited for.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What an agent says.
pub(crate) enum Said {
    /// The final reply to a request.
    Reply(u32, Box<Reply>),
    /// A sealed message for a peer.
    Carry(PartyIndex, ByteBuf),
}

async fn next(
    from: &mut pipe::Receiver,
    decoder: &mut Decoder<ToController>,
) -> anyhow::Result<ToController> {
    let mut bytes = [0; 4096];
    loop {
        if let Some(message) = decoder.next() {
            return Ok(message?);
        }
        let read = from.read(&mut bytes).await?;
        ensure!(read > 0, "the agent has ended");
        decoder.push(bytes.get(..read).unwrap_or_default());
    }
}
