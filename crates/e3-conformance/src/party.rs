//! One agent on a host, and the conversation with it.

use std::{
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use e3_identity::{Endorsement, Introduction, introduction::LIFETIME};
use e3_lab::Host;
use e3_session::{
    controller::{ControllerMachine, Heard},
    frame::{Decoder, encode},
    message::{PROTOCOL, Reply, Request, Settings, ToController},
    types::{
        Admission, DialTable, LinkReport, Options, PartyIndex, PlaceKind, Roster, ServiceFacts,
        SessionId,
    },
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::unix::pipe,
    time::timeout,
};

use crate::{
    field::{addresses, network},
    liar::LIE,
    subject::subject,
    traffic::{Credentials, Door, Place, Stream},
    trust::Trust,
};

/// No answer takes longer, not even where somebody is late.
const PATIENCE: Duration = Duration::from_secs(40);

/// A party: a host with its agent.
pub struct Party {
    /// Where it is.
    pub host: Host,
    /// Its name in the roster.
    pub name: String,
    /// Whether its overlay is told lies.
    pub lies: bool,
    /// How it reaches the others; from *connect* on.
    pub dial: Option<DialTable>,
    /// What it saw of its links when it connected.
    pub links: Vec<LinkReport>,
    /// What the overlay gives its program.
    pub credentials: Option<Credentials>,
    /// What it was given last, and for which index.
    endorsed: Option<(usize, Endorsement)>,
    process: Child,
    to: pipe::Sender,
    from: pipe::Receiver,
    machine: ControllerMachine,
    decoder: Decoder<ToController>,
}

impl Party {
    /// Starts an agent on a host, for a party of this name. With a lie, its overlay is told what stands in that file.
    pub fn start(host: &Host, name: &str, lie: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = subject()?.agent();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(lie) = lie {
            command.env(LIE, lie);
        }
        host.enter_command(&mut command);
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot start an agent on {}", host.name()))?;
        let stdin = process.stdin.take().context("an agent has no input")?;
        let stdout = process.stdout.take().context("an agent has no output")?;
        Ok(Self {
            host: host.clone(),
            name: name.to_owned(),
            lies: lie.is_some(),
            dial: None,
            links: Vec::new(),
            credentials: None,
            endorsed: None,
            process,
            to: pipe::Sender::from_owned_fd(stdin.into())?,
            from: pipe::Receiver::from_owned_fd(stdout.into())?,
            machine: ControllerMachine::new(),
            decoder: Decoder::new(),
        })
    }

    /// *hello*.
    pub async fn greet(&mut self, session: SessionId, folder: &Path) -> anyhow::Result<()> {
        let hello = Request::Hello {
            protocol: PROTOCOL,
            session,
            name: self.name.clone(),
            folder: folder.display().to_string(),
        };
        self.request(hello).await?;
        Ok(())
    }

    /// From *hello* to *introduce*.
    pub async fn introduce(
        &mut self,
        session: SessionId,
        folder: &Path,
        trust: &Trust,
        given: (&[ServiceFacts], &Options),
    ) -> anyhow::Result<Introduction> {
        let identity = trust.folder(&self.name).display().to_string();
        self.greet(session, folder).await?;
        let settings = Settings {
            overlay: subject()?.overlay.to_owned(),
            options: given.1.clone(),
            policy: trust.policy(),
            services: given.0.to_vec(),
        };
        self.request(Request::Prepare(settings)).await?;
        let introduce = Request::Introduce {
            lifetime_s: LIFETIME,
            identity: Some(identity),
            addresses: addresses(&self.name)?,
            network: network()?,
        };
        match self.request(introduce).await? {
            Reply::Introduced { introduction } => Ok(introduction),
            other => bail!("{} has not introduced itself: {other:?}", self.name),
        }
    }

    /// *endorse*, where the index is another than before; gives the endorsement.
    pub async fn endorse(
        &mut self,
        introduction: &Introduction,
        index: usize,
        trust: &Trust,
    ) -> anyhow::Result<Endorsement> {
        if let Some((before, endorsement)) = &self.endorsed
            && *before == index
        {
            return Ok(endorsement.clone());
        }
        let endorsement = trust.endorse(introduction, index)?;
        self.request(Request::Endorse {
            endorsement: endorsement.clone(),
        })
        .await?;
        self.endorsed = Some((index, endorsement.clone()));
        Ok(endorsement)
    }

    /// *admit*: what the party signs of the roster.
    pub async fn admit(&mut self, roster: &Roster) -> anyhow::Result<Admission> {
        let roster = roster.clone();
        match self.request(Request::Admit { roster }).await? {
            Reply::Admitted { admission, .. } => Ok(admission),
            other => bail!("{} has not admitted the roster: {other:?}", self.name),
        }
    }

    /// Asks, and awaits the final reply; a refusal is an error.
    pub async fn request(&mut self, request: Request) -> anyhow::Result<Reply> {
        let id = self.ask(request).await?;
        loop {
            match self.hear().await? {
                Said::Reply(re, reply) if re == id => match *reply {
                    Reply::Refused(refusal) => bail!("{}: {refusal}", self.host.name()),
                    reply => return Ok(reply),
                },
                // A courier with other things to do loses what it is given; an overlay has to live with that.
                Said::Reply(..) | Said::Carry(..) => {}
            }
        }
    }

    /// Asks; gives the request's number.
    pub async fn ask(&mut self, request: Request) -> anyhow::Result<u32> {
        let message = self.machine.ask(request)?;
        self.to.write_all(&encode(&message)?).await?;
        Ok(message.id)
    }

    /// What the agent says next. Nothing is lost when the wait is broken off.
    pub async fn hear(&mut self) -> anyhow::Result<Said> {
        loop {
            let name = self.host.name();
            let message = timeout(PATIENCE, next(&mut self.from, &mut self.decoder))
                .await
                .with_context(|| format!("the agent of {name} is silent"))??;
            match self.machine.receive(message)? {
                Heard::Final { re, reply, .. } => return Ok(Said::Reply(re, Box::new(reply))),
                Heard::Carry { to, sealed } => return Ok(Said::Carry(to, sealed)),
                Heard::Notice { text } => eprintln!("{name}: {text}"),
                Heard::Part { .. } => {}
            }
        }
    }

    /// Takes note of the answer to *connect*. That an impostor is refused for what it is, in the overlay's own words, is not
    /// an error.
    pub fn connected(&mut self, reply: Reply) -> anyhow::Result<()> {
        match reply {
            Reply::Connected { dial, links, place } => {
                let subject = subject()?;
                ensure!(
                    place == PlaceKind::Namespace || !subject.in_namespaces,
                    "{} promises some things only of a program in a namespace, and that of {} runs in {place}",
                    subject.overlay,
                    self.host.name()
                );
                (self.dial, self.links) = (Some(dial), links);
                Ok(())
            }
            Reply::Refused(refusal) if self.lies => {
                ensure!(
                    subject()?.refuses(&refusal.message),
                    "{}: this is no reason to refuse a stranger: {refusal}",
                    self.host.name()
                );
                eprintln!("{}, which lies: {refusal}", self.host.name());
                Ok(())
            }
            Reply::Refused(refusal) => bail!("{}: {refusal}", self.host.name()),
            other => bail!("{} has not connected: {other:?}", self.host.name()),
        }
    }

    /// How this party reaches the others.
    pub fn table(&self) -> anyhow::Result<&DialTable> {
        let missing = || format!("{} is not connected", self.host.name());
        self.dial.as_ref().with_context(missing)
    }

    /// Where a party's program listens, as its own dial table tells it.
    pub fn listen(&self) -> anyhow::Result<Door> {
        let table = self.table()?;
        let own = table.parties.get(usize::from(table.me.0));
        let port = own.context("the dial table lacks its owner")?.port;
        self.place().listen(port)
    }

    /// Where its program would be.
    pub fn place(&self) -> Place {
        Place::of(&self.host, self.process.id(), self.credentials.as_ref())
    }

    /// Dials a peer where the dial table tells.
    pub async fn dial(&self, peer: usize) -> anyhow::Result<Stream> {
        let reach = self.table()?.parties.get(peer);
        let reach = reach.context("the dial table lacks a party")?;
        self.place().dial(peer, reach.socket()).await
    }

    /// The number of its agent's process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Ends the agent as a crash would: without a word.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Asks the agent to leave, and waits for its end.
    pub async fn leave(&mut self) -> anyhow::Result<()> {
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
pub enum Said {
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
