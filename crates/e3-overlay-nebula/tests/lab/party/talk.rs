//! What a party's program says: in its network, to the others' programs.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use e3_sys::{
    namespace::{self, Kind},
    program_namespace::Entrance,
};

use super::wire::Call;

/// What programs say. Nobody else may read it.
pub(crate) const WORDS: &[u8; 64] =
    b"these words are for the peer alone, and nobody else may hear it.";

/// Between two of them.
const PAUSE: Duration = Duration::from_millis(100);

/// No connection takes longer to come about.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection's end, as it is seen from outside.
#[derive(Clone)]
struct Watched(Arc<Mutex<(Call, Instant)>>);

/// A program's connections.
pub(crate) struct Talk {
    entrance: Entrance,
    calls: Mutex<Vec<Watched>>,
    callers: Arc<Mutex<Vec<(SocketAddr, Watched)>>>,
}

impl Talk {
    pub(crate) fn new(entrance: Entrance) -> Self {
        Self {
            entrance,
            calls: Mutex::default(),
            callers: Arc::default(),
        }
    }

    /// A socket belongs for good to the network that it is made in.
    fn inside<T: Send>(&self, work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        let entered = || {
            let network = self.entrance.network().try_clone_to_owned()?;
            namespace::enter(Kind::Net, &network)?;
            work()
        };
        thread::scope(|scope| scope.spawn(entered).join().unwrap())
    }

    pub(crate) fn answer(&self, port: u16) -> Result<(), String> {
        let listener = self.inside(|| {
            let any: IpAddr = Ipv6Addr::UNSPECIFIED.into();
            TcpListener::bind((any, port)).or_else(|_| {
                let any: IpAddr = Ipv4Addr::UNSPECIFIED.into();
                TcpListener::bind((any, port))
            })
        });
        let listener = listener.map_err(|error| error.to_string())?;
        let callers = Arc::clone(&self.callers);
        thread::spawn(move || {
            while let Ok((mut stream, from)) = listener.accept() {
                let watched = Watched::new();
                let from = SocketAddr::new(from.ip().to_canonical(), from.port());
                callers.lock().unwrap().push((from, watched.clone()));
                thread::spawn(move || {
                    let mut bytes = [0; 16 * 1024];
                    loop {
                        match stream.read(&mut bytes) {
                            Ok(0) => return watched.end("it was closed"),
                            Ok(read) => {
                                watched.hear(read);
                                if let Err(error) = stream.write_all(&bytes[..read]) {
                                    return watched.end(&error.to_string());
                                }
                            }
                            Err(error) => return watched.end(&error.to_string()),
                        }
                    }
                });
            }
        });
        Ok(())
    }

    pub(crate) fn call(&self, at: SocketAddr) {
        let watched = Watched::new();
        self.calls.lock().unwrap().push(watched.clone());
        let stream = self.inside(|| TcpStream::connect_timeout(&at, PATIENCE));
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(error) => return watched.end(&error.to_string()),
        };
        thread::spawn(move || {
            let mut heard = [0; WORDS.len()];
            loop {
                let said = stream.write_all(WORDS);
                let said = said.and_then(|()| stream.read_exact(&mut heard));
                match said {
                    Ok(()) => watched.hear(WORDS.len()),
                    Err(error) => return watched.end(&error.to_string()),
                }
                thread::sleep(PAUSE);
            }
        });
    }

    pub(crate) fn exchange(&self, at: SocketAddr, bytes: usize) -> Result<(), String> {
        let exchanged = || -> io::Result<()> {
            let mut stream = self.inside(|| TcpStream::connect_timeout(&at, PATIENCE))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let said: Vec<u8> = WORDS.iter().copied().cycle().take(bytes).collect();
            let writing = {
                let (mut stream, said) = (stream.try_clone()?, said.clone());
                thread::spawn(move || stream.write_all(&said))
            };
            let mut heard = vec![0; bytes];
            stream.read_exact(&mut heard)?;
            writing.join().unwrap()?;
            assert!(heard == said, "{at} answers something else");
            Ok(())
        };
        exchanged().map_err(|error| format!("{at}: {error}"))
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        let calls = self.calls.lock().unwrap();
        calls.iter().map(Watched::now).collect()
    }

    pub(crate) fn callers(&self) -> Vec<(SocketAddr, Call)> {
        let callers = self.callers.lock().unwrap();
        let now = callers.iter().map(|(from, watched)| (*from, watched.now()));
        now.collect()
    }
}

impl Watched {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((Call::default(), Instant::now()))))
    }

    fn hear(&self, bytes: usize) {
        let (call, last) = &mut *self.0.lock().unwrap();
        call.heard += bytes;
        *last = Instant::now();
    }

    fn end(&self, how: &str) {
        self.0.lock().unwrap().0.ended = Some(how.to_owned());
    }

    fn now(&self) -> Call {
        let (call, last) = &*self.0.lock().unwrap();
        let silent_ms = last.elapsed().as_millis().try_into().unwrap();
        Call {
            silent_ms,
            ..call.clone()
        }
    }
}
