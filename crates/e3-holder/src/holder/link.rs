//! One agent, as the holder speaks with it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use e3_host::Started;
use e3_identity::Documents;
use e3_session::{
    controller::{ControllerMachine, Heard},
    frame::{self, Decoder},
    message::{Refusal, Reply, Request, ToController},
    types::PartyIndex,
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

/// How many pieces of a streaming answer may wait to be read before the agent's pipe is left to fill.
const QUEUE: usize = 64;

/// Between two looks whether an answer has come that nobody waits for any more.
const PAUSE: Duration = Duration::from_millis(20);

/// A conversation with one agent. Questions may be asked at the same time from several tasks.
#[derive(Clone)]
pub(crate) struct Link {
    host: String,
    shared: Arc<Mutex<Shared>>,
    frames: mpsc::UnboundedSender<Vec<u8>>,
    gone: watch::Receiver<Option<String>>,
}

struct Shared {
    machine: ControllerMachine,
    routes: HashMap<u32, mpsc::Sender<Reply>>,
}

/// What an agent says unasked.
#[derive(Debug)]
pub(crate) enum Unasked {
    /// A sealed message, to be delivered to another agent.
    Carry {
        host: String,
        to: PartyIndex,
        sealed: ByteBuf,
    },
    /// Something worth telling a person.
    Notice { host: String, text: String },
}

/// An agent did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// It said no, and why.
    #[error("host {host}: {refusal}")]
    Refused { host: String, refusal: Refusal },
    /// It has ended.
    #[error("the agent on host {host} has ended: {why}")]
    Gone { host: String, why: String },
    /// It did not answer in time.
    #[error("the agent on host {host} did not answer `{what}` within {} s", after.as_secs_f64())]
    Late {
        host: String,
        what: &'static str,
        after: Duration,
    },
    /// The question does not belong here in the conversation: a fault of ours.
    #[error("host {host}: {why}")]
    Order { host: String, why: String },
}

impl Link {
    /// Takes over the streams of an agent that was just started.
    pub(crate) fn open(
        host: &str,
        started: Started,
        unasked: mpsc::UnboundedSender<Unasked>,
    ) -> Self {
        let shared = Arc::new(Mutex::new(Shared {
            machine: ControllerMachine::new(),
            routes: HashMap::new(),
        }));
        let (frames, mut to_write) = mpsc::unbounded_channel::<Vec<u8>>();
        let (died, gone) = watch::channel(None);
        let Started {
            mut input,
            mut output,
            mut child,
        } = started;

        tokio::spawn(async move {
            while let Some(frame) = to_write.recv().await {
                if input.write_all(&frame).await.is_err() || input.flush().await.is_err() {
                    break;
                }
            }
        });

        let (name, theirs) = (host.to_owned(), Arc::clone(&shared));
        tokio::spawn(async move {
            let why = listen(&name, &mut output, &theirs, &unasked).await;
            let ended = timeout(Duration::from_secs(2), child.wait()).await;
            let why = match (why, ended) {
                (Some(why), _) => why,
                (None, Ok(Ok(status))) => status.to_string(),
                (None, _) => "it closed its output".to_owned(),
            };
            died.send_replace(Some(why));
            // Whoever still waits for an answer learns that there will be none.
            lock(&theirs).routes.clear();
        });
        Self {
            host: host.to_owned(),
            shared,
            frames,
            gone,
        }
    }

    /// The host that the agent stands on.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Takes the documents of DIDs that do not tell their keys themselves.
    pub(crate) fn trust(&self, documents: Documents) {
        lock(&self.shared).machine.trust(documents);
    }

    /// Why the agent has ended, if it has.
    pub(crate) fn gone(&self) -> Option<String> {
        self.gone.borrow().clone()
    }

    /// Waits until the agent has ended, without keeping the conversation open.
    pub(crate) fn end(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut gone = self.gone.clone();
        async move {
            // An error means that nobody listens to it any more, which is the end, too.
            let _ = gone.wait_for(Option::is_some).await;
        }
    }

    /// Asks, and waits for the one answer.
    pub(crate) async fn ask(
        &self,
        what: &'static str,
        request: Request,
        patience: Duration,
    ) -> Result<Reply, LinkError> {
        let (_, mut answers) = self.stream(request)?;
        match timeout(patience, answers.recv()).await {
            Ok(Some(Reply::Refused(refusal))) => Err(LinkError::Refused {
                host: self.host.clone(),
                refusal,
            }),
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.ended()),
            Err(_) => Err(LinkError::Late {
                host: self.host.clone(),
                what,
                after: patience,
            }),
        }
    }

    /// Asks something whose answer comes in pieces; the last one is final. The number is the request's.
    pub(crate) fn stream(
        &self,
        request: Request,
    ) -> Result<(u32, mpsc::Receiver<Reply>), LinkError> {
        if self.gone.borrow().is_some() {
            return Err(self.ended());
        }
        let order = |why: String| LinkError::Order {
            host: self.host.clone(),
            why,
        };
        let (route, answers) = mpsc::channel(QUEUE);
        // Numbers grow on the wire, too: number, note and send under one lock.
        let mut shared = lock(&self.shared);
        let message = shared
            .machine
            .ask(request)
            .map_err(|error| order(error.to_string()))?;
        let frame = frame::encode(&message).map_err(|error| order(error.to_string()))?;
        shared.routes.insert(message.id, route);
        if self.frames.send(frame).is_err() {
            drop(shared);
            return Err(self.ended());
        }
        Ok((message.id, answers))
    }

    /// Waits until nothing is open that moves the conversation on; false where that takes longer than `patience`.
    pub(crate) async fn at_rest(&self, patience: Duration) -> bool {
        let moving = || {
            lock(&self.shared)
                .machine
                .open()
                .any(|(_, kind)| kind.moves())
        };
        let rest = async {
            while self.gone().is_none() && moving() {
                sleep(PAUSE).await;
            }
        };
        timeout(patience, rest).await.is_ok()
    }

    /// The error of an agent that has ended.
    pub(crate) fn ended(&self) -> LinkError {
        let why = self
            .gone()
            .unwrap_or_else(|| "its streams are closed".to_owned());
        LinkError::Gone {
            host: self.host.clone(),
            why,
        }
    }
}

/// Reads until the agent closes its output (`None`) or says something that it must not (why).
async fn listen(
    host: &str,
    output: &mut (impl AsyncReadExt + Unpin),
    shared: &Mutex<Shared>,
    unasked: &mpsc::UnboundedSender<Unasked>,
) -> Option<String> {
    let mut decoder = Decoder::<ToController>::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match output.read(&mut buffer).await {
            Ok(0) => return None,
            Ok(length) => length,
            Err(error) => return Some(error.to_string()),
        };
        decoder.push(buffer.get(..length)?);
        for decoded in decoder.by_ref() {
            let message = match decoded {
                Ok(message) => message,
                Err(error) => return Some(format!("it said something unreadable: {error}")),
            };
            let heard = lock(shared).machine.receive(message);
            let heard = match heard {
                Ok(heard) => heard,
                Err(violation) => return Some(format!("it broke the protocol: {violation}")),
            };
            match heard {
                Heard::Part { re, reply, .. } => {
                    let route = lock(shared).routes.get(&re).cloned();
                    answer(route, reply).await;
                }
                Heard::Final { re, reply, .. } => {
                    let route = lock(shared).routes.remove(&re);
                    answer(route, reply).await;
                }
                Heard::Carry { to, sealed } => {
                    let _ = unasked.send(Unasked::Carry {
                        host: host.to_owned(),
                        to,
                        sealed,
                    });
                }
                Heard::Notice { text } => {
                    let _ = unasked.send(Unasked::Notice {
                        host: host.to_owned(),
                        text,
                    });
                }
            }
        }
    }
}

/// Whoever asked may have stopped listening; that is no fault of the agent's.
async fn answer(route: Option<mpsc::Sender<Reply>>, reply: Reply) {
    if let Some(route) = route {
        let _ = route.send(reply).await;
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
