//! The desk itself.

use std::{
    collections::BTreeMap,
    fmt, io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use ed25519_dalek::{SigningKey, VerifyingKey};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    AuthKey,
    book::{Book, Entries, Entry},
    door::Door,
    ends, saying,
};
use crate::{TailscaleError, introduced::NodeKey};

/// How long whoever knocks may take to say who it is.
const KNOCK: Duration = Duration::from_secs(3);

/// How long a party's visit may take.
const VISIT: Duration = Duration::from_secs(30);

/// Visits of one party at the same time: one that it has given up may go on for a while.
const AT_ONCE: usize = 2;

/// Keys that a party may have in a session: it needs one, and another whenever it begins anew.
const KEYS: u32 = 8;

/// Between attempts to accept where the system is short of something.
const PAUSE: Duration = Duration::from_millis(50);

/// Who makes keys.
#[async_trait]
pub(crate) trait Issuer: Send + Sync + 'static {
    /// A key with which this node of the desk's can register once, soon; from then on the ports are open that the desk's parties
    /// have told until it is made. The error is told to the party.
    async fn issue(&self, desk: &Desk, to: NodeKey) -> Result<AuthKey, String>;
}

/// A desk, and whom it serves. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Desk(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    parties: BTreeMap<[u8; 32], Party>,
    /// What whoever comes back had used and told before this desk was begun.
    before: Entries,
    book: Book,
}

/// A party as the coordinator knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) node: NodeKey,
    /// The port that its program listens on, if it has told, 0 for any: others may be let in there, and nowhere else.
    pub(crate) port: Option<u16>,
}

struct Party {
    node: NodeKey,
    entry: Entry,
}

/// A party that has proven to be itself.
struct Visitor {
    key: VerifyingKey,
    port: u16,
    stream: TlsStream<TcpStream>,
}

impl Desk {
    /// One that finds in this file what it knew before it was begun anew.
    pub(crate) fn open(path: PathBuf) -> Result<Self, TailscaleError> {
        let (book, before) = Book::open(path)?;
        let known = Known {
            parties: BTreeMap::new(),
            before,
            book,
        };
        Ok(Self(Arc::new(Mutex::new(known))))
    }

    /// From now on it is for these, and for nobody else. Who was known before has used what it has used.
    pub(crate) fn admit(&self, parties: impl Iterator<Item = (VerifyingKey, NodeKey)>) {
        let mut known = self.lock();
        let parties = parties.map(|(desk, node)| {
            let here = known.parties.get(desk.as_bytes());
            let before = || known.before.get(&hex::encode(desk)).copied();
            let entry = here.map(|party| party.entry).or_else(before);
            let entry = entry.unwrap_or_default();
            (desk.to_bytes(), Party { node, entry })
        });
        known.parties = parties.collect();
        known.before.clear();
    }

    /// Whether a node is one of the parties'.
    pub(crate) fn is_known(&self, node: &NodeKey) -> bool {
        let known = self.lock();
        known.parties.values().any(|party| party.node == *node)
    }

    /// Its parties.
    pub(crate) fn guests(&self) -> Vec<Guest> {
        let known = self.lock();
        let guests = known.parties.values().map(|party| Guest {
            node: party.node,
            port: party.entry.port,
        });
        guests.collect()
    }

    /// Counts a key that is about to be given to a party with a program at that port, and says to which node. The error says why
    /// none is given.
    fn count(&self, key: &VerifyingKey, port: u16) -> Result<NodeKey, String> {
        let mut known = self.lock();
        let party = known.parties.get_mut(key.as_bytes());
        let party = party.filter(|party| party.entry.given < KEYS);
        let party = party.ok_or_else(|| {
            format!("this party was given {KEYS} keys already: leave the environment and come anew")
        })?;
        party.entry.given += 1;
        party.entry.port = Some(port);
        let node = party.node;
        known.keep()?;
        Ok(node)
    }

    /// A key that was counted was not given after all.
    fn give_back(&self, key: &VerifyingKey) {
        let mut known = self.lock();
        if let Some(party) = known.parties.get_mut(key.as_bytes()) {
            party.entry.given = party.entry.given.saturating_sub(1);
        }
        if let Err(why) = known.keep() {
            tracing::warn!("{why}");
        }
    }

    fn knows(&self, key: &VerifyingKey) -> bool {
        self.lock().parties.contains_key(key.as_bytes())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves whoever comes, for ever. Strangers take no party's place: who has not proven to be one is kept apart, and not for
    /// long.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        acceptor: TlsAcceptor,
        issuer: Arc<dyn Issuer>,
    ) {
        let mut door = Door::default();
        let mut knocking = JoinSet::new();
        let mut visits = JoinSet::new();
        let mut inside: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, from)) => {
                        let knock = knock(stream, from, acceptor.clone());
                        door.enter(from.ip(), knocking.spawn(knock));
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a visitor was not let in");
                        sleep(PAUSE).await;
                    }
                },
                Some(knocked) = knocking.join_next() => {
                    let Ok(Some(visitor)) = knocked else {
                        continue;
                    };
                    let key = visitor.key.to_bytes();
                    let here = inside.entry(key).or_default();
                    if *here == AT_ONCE {
                        continue;
                    }
                    *here += 1;
                    let (desk, issuer) = (self.clone(), Arc::clone(&issuer));
                    visits.spawn(async move {
                        let visit = timeout(VISIT, desk.visit(visitor, &*issuer));
                        if let Ok(Err(error)) = visit.await {
                            tracing::debug!(%error, "a visitor got no key");
                        }
                        key
                    });
                }
                Some(left) = visits.join_next() => {
                    let here = left.ok().and_then(|key| inside.get_mut(&key));
                    if let Some(here) = here {
                        *here -= 1;
                    }
                }
            }
        }
    }

    async fn visit(&self, visitor: Visitor, issuer: &dyn Issuer) -> io::Result<()> {
        let Visitor {
            key,
            port,
            mut stream,
        } = visitor;
        let answer = match self.count(&key, port) {
            Ok(node) => {
                let made = issuer.issue(self, node).await;
                made.inspect_err(|_| self.give_back(&key))
            }
            Err(why) => Err(why),
        };
        stream.write_all(&saying(&answer)).await?;
        stream.shutdown().await
    }
}

impl Known {
    /// Writes down what the parties have used and told.
    fn keep(&self) -> Result<(), String> {
        let parties = self.parties.iter();
        let entries = parties.map(|(key, party)| (hex::encode(key), party.entry));
        let kept = self.book.keep(&entries.collect());
        kept.map_err(|error| format!("the desk cannot write down what it gives: {error}"))
    }
}

/// Who knocks, once it has proven to be a party and said what it wants; none where it does not in time.
async fn knock(stream: TcpStream, from: SocketAddr, acceptor: TlsAcceptor) -> Option<Visitor> {
    let proving = async {
        let mut stream = acceptor.accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates();
        let key = shown.and_then(|all| e3_contact::key_in(all.first()?));
        let key = key.ok_or_else(|| io::Error::other("the visitor has shown no key"))?;
        let port = stream.read_u16().await?;
        io::Result::Ok(Visitor { key, port, stream })
    };
    let late = || Err(io::ErrorKind::TimedOut.into());
    let proven = timeout(KNOCK, proving).await.unwrap_or_else(|_| late());
    proven
        .inspect_err(|error| tracing::debug!(%error, %from, "a visitor was not let in"))
        .ok()
}

/// What answers handshakes with the parties of a desk.
pub(crate) fn acceptor(key: &SigningKey, desk: &Desk) -> Result<TlsAcceptor, TailscaleError> {
    let guests = desk.clone();
    let named = move |shown: &[u8]| e3_contact::key_in(shown).is_some_and(|key| guests.knows(&key));
    Ok(ends(key)?.acceptor(named)?)
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}
