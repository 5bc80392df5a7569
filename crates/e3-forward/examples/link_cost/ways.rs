//! Ways from one program to another.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, mpsc},
    thread,
};

use async_trait::async_trait;
use e3_forward::{
    Carrier, CarrierFacts, ForwardSettings, Forwarder, LinkState, PeerKey, Programs,
    place::{Accepted, Call, Family},
};
use e3_session::types::{PartyIndex, Path};
use tokio::sync::oneshot;

use crate::{
    measure::ECHO,
    secured::{self, Ends},
};

/// A way from one program to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Plain TCP.
    Direct,
    /// Two forwarders that do nothing else, over plain TCP or TLS.
    Bare(Ends),
    /// A link over it.
    Link(Ends),
}

/// All of them, the one that the others are compared with first.
pub(crate) const WAYS: [(&str, Way); 6] = [
    ("direct", Way::Direct),
    ("again", Way::Direct),
    ("bare tcp", Way::Bare(Ends::Plain)),
    ("bare tls", Way::Bare(Ends::Tls)),
    ("link tcp", Way::Link(Ends::Plain)),
    ("link tls", Way::Link(Ends::Tls)),
];

/// A way that is open: where to connect to. It ends when it is dropped.
pub(crate) struct Open {
    pub(crate) at: SocketAddr,
    _agents: Vec<oneshot::Sender<()>>,
}

impl Way {
    pub(crate) fn open(self) -> io::Result<Open> {
        let program = serve()?;
        let middle = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let carrier = middle.local_addr()?;
        let entry = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let at = entry.local_addr()?;
        Ok(match self {
            Self::Direct => Open {
                at: program,
                _agents: Vec::new(),
            },
            Self::Bare(ends) => {
                let far = agent(move |_| async move {
                    let middle = listen(middle)?;
                    loop {
                        let (socket, _) = middle.accept().await?;
                        socket.set_nodelay(true)?;
                        let out = tokio::net::TcpStream::connect(program).await?;
                        out.set_nodelay(true)?;
                        tokio::spawn(secured::copy_accepted(ends, socket, out));
                    }
                });
                let near = agent(move |_| async move {
                    let entry = listen(entry)?;
                    loop {
                        let (socket, _) = entry.accept().await?;
                        socket.set_nodelay(true)?;
                        let out = tokio::net::TcpStream::connect(carrier).await?;
                        out.set_nodelay(true)?;
                        tokio::spawn(secured::copy_dialled(ends, socket, out));
                    }
                });
                Open {
                    at,
                    _agents: vec![far, near],
                }
            }
            Self::Link(ends) => {
                let (ready, attached) = mpsc::channel();
                let far = agent(move |end| async move {
                    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                    let forwarder = forward(nobody, program.port(), 1)?;
                    let (socket, _) = listen(middle)?.accept().await?;
                    forwarder.attach(carry(0, secured::accept(ends, socket).await?));
                    // An error, too, says that it is over.
                    _ = end.await;
                    Ok(())
                });
                let near = agent(move |end| async move {
                    let forwarder = forward(entry, program.port(), 0)?;
                    let socket = tokio::net::TcpStream::connect(carrier).await?;
                    forwarder.attach(carry(1, secured::dial(ends, socket).await?));
                    let mut state = forwarder
                        .watch(PeerKey([1; 32]))
                        .ok_or(io::ErrorKind::NotFound)?;
                    // It says how it went when it is asked for a connection.
                    _ = state
                        .wait_for(|state| matches!(state, LinkState::Attached { .. }))
                        .await;
                    _ = ready.send(());
                    _ = end.await;
                    Ok(())
                });
                attached.recv().map_err(io::Error::other)?;
                Open {
                    at,
                    _agents: vec![far, near],
                }
            }
        })
    }
}

/// A thread with a runtime, as an agent has; it ends with what is returned.
fn agent<F>(work: impl FnOnce(oneshot::Receiver<()>) -> F + Send + 'static) -> oneshot::Sender<()>
where
    F: Future<Output = io::Result<()>>,
{
    let (sender, end) = oneshot::channel();
    let (inner, told) = oneshot::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            tokio::select! {
                outcome = work(told) => {
                    if let Err(error) = &outcome {
                        eprintln!("an agent failed: {error}");
                    }
                    outcome
                }
                _ = end => Ok(()),
            }
        })?;
        drop(inner);
        Ok::<(), io::Error>(())
    });
    sender
}

fn listen(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

fn forward(entry: TcpListener, port: u16, me: u8) -> io::Result<Forwarder> {
    let program = Arc::new(Program {
        entry: listen(entry)?,
        peer: PartyIndex((1 - me).into()),
        port,
    });
    let forwarder = Forwarder::start(
        program,
        PartyIndex(me.into()),
        ForwardSettings::new([0; 32]),
    );
    let peer = 1 - me;
    forwarder.add_peer(PeerKey([peer; 32]), PartyIndex(peer.into()), me == 0);
    Ok(forwarder)
}

fn carry(peer: u8, stream: Box<dyn e3_forward::link::ByteStream>) -> Carrier {
    let path = Path::Direct {
        address: "127.0.0.1".to_owned(),
    };
    Carrier::new(
        PeerKey([peer; 32]),
        stream,
        CarrierFacts {
            transport: "tcp".to_owned(),
            path,
            rank: 1,
        },
    )
}

/// What stands for a place: connections to one port of one peer.
struct Program {
    entry: tokio::net::TcpListener,
    peer: PartyIndex,
    port: u16,
}

#[async_trait]
impl Programs for Program {
    async fn accept(&self) -> io::Result<Accepted> {
        let (stream, from) = self.entry.accept().await?;
        Ok(Accepted {
            to: self.peer,
            port: self.port,
            from_port: from.port(),
            family: Family::V4,
            stream,
        })
    }

    async fn dial(&self, call: Call) -> io::Result<tokio::net::TcpStream> {
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, call.port)).await
    }
}

/// The program that is connected with: it sends back what it gets, or says at the end how much that was.
fn serve() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = listener.local_addr()?;
    thread::spawn(move || {
        for socket in listener.incoming().take(2) {
            serve_one(socket?)?;
        }
        Ok::<(), io::Error>(())
    });
    Ok(at)
}

fn serve_one(mut socket: TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut bytes = vec![0; 256 * 1024];
    let mut kind = [0];
    socket.read_exact(&mut kind)?;
    let mut total = 0;
    loop {
        let count = socket.read(&mut bytes)?;
        let Some(got) = bytes.get(..count).filter(|got| !got.is_empty()) else {
            return socket.write_all(&u64::to_be_bytes(total));
        };
        total += count as u64;
        if kind == [ECHO] {
            socket.write_all(got)?;
        }
    }
}
