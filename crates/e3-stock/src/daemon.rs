//! A daemon of others: started, listened to, and ended.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use e3_process::{Child, Pipes};
use e3_sys::child::{Ended, How};
use rustix::process::{Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Found,
    chatter::{self, Chatter, Heard},
    surroundings,
};

/// Between the polite signal and the other.
const GRACE: Duration = Duration::from_secs(2);

/// How long what it said last may be on its way.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Lines that are repeated when it has ended.
const LAST: usize = 5;

/// Bytes of a line that are heard as one: more than a packet from anybody can make a daemon say at once. What is longer is
/// heard in pieces.
const LONGEST: u64 = 1 << 20;

/// Characters of a line that are logged and remembered; the rest is left out.
const LOGGED: usize = 4096;

/// Lines that may wait for whoever listens; what comes beyond is not told.
const WAITING: usize = 256;

/// Under this name daemons' lines are logged, however little else is: a run's folder keeps them.
pub const LOG: &str = "e3_daemons";

/// How a daemon is started.
#[derive(Debug)]
pub struct Spec<'a> {
    /// The program.
    pub found: &'a Found,
    /// What it is called in logs, such as `nebula`.
    pub source: &'a str,
    /// Its arguments: no secrets, since every user of the host can read them.
    pub arguments: Vec<OsString>,
    /// Its environment beside the few variables of this process that every program needs.
    pub environment: Vec<(OsString, OsString)>,
    /// Its working folder.
    pub folder: &'a Path,
}

/// A daemon cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {}: {source}", path.display())]
pub struct DaemonError {
    /// The program.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// A daemon that runs. It dies with this process, however that ends; dropped, it is killed.
#[derive(Debug)]
pub struct Daemon {
    pid: rustix::process::Pid,
    /// Set once, when it has ended.
    ended: watch::Receiver<Option<String>>,
    lines: Option<mpsc::Receiver<String>>,
    attending: JoinHandle<()>,
}

impl Daemon {
    /// Starts it. To be called on a runtime, on a thread that lives as long as this process. What it says is logged, but for what
    /// it says again and again.
    ///
    /// # Errors
    /// [`DaemonError`]: the program cannot be started.
    pub fn start(spec: Spec<'_>) -> Result<Self, DaemonError> {
        Self::start_heard(spec, |line| Some(chatter::kind(line)))
    }

    /// The same; every line that it says is given to `hears` at once, none is left out. That says of which kind it is, since of
    /// each kind so many are logged; of none is what nobody wants to read. It must not wait for anything. Lines are whole up
    /// to a mebibyte.
    ///
    /// # Errors
    /// [`DaemonError`]: the program cannot be started.
    pub fn start_heard(
        spec: Spec<'_>,
        hears: impl FnMut(&str) -> Option<String> + Send + 'static,
    ) -> Result<Self, DaemonError> {
        let mut command = Command::new(&spec.found.path);
        surroundings::clear(&mut command);
        command
            .args(&spec.arguments)
            .envs(spec.environment)
            .current_dir(spec.folder)
            .stdin(Stdio::null());
        let (child, pipes) = Child::start(command).map_err(|source| DaemonError {
            path: spec.found.path.clone(),
            source,
        })?;
        let pid = child.pid();
        let (end, ended) = watch::channel(None);
        let (teller, lines) = mpsc::channel(WAITING);
        let attending = tokio::spawn(attend(
            child,
            pipes,
            Ear {
                source: spec.source.to_owned(),
                memory: Memory::default(),
                teller,
                hearing: Arc::new(Mutex::new(Hearing {
                    chatter: Chatter::default(),
                    hears: Box::new(hears),
                })),
            },
            end,
        ));
        Ok(Self {
            pid,
            ended,
            lines: Some(lines),
            attending,
        })
    }

    /// What it says from its start, line by line. Given once; where nobody reads, lines are left out.
    pub fn lines(&mut self) -> Option<mpsc::Receiver<String>> {
        self.lines.take()
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Sends it a signal; nothing happens where it has ended.
    pub fn signal(&self, signal: Signal) {
        send(self.pid, &self.ended, signal);
    }

    /// What kills it at once, for whoever watches over it without having it.
    pub fn killer(&self) -> Killer {
        Killer {
            pid: self.pid,
            ended: self.ended.clone(),
        }
    }

    /// Its end, in a sentence: `nebula has ended with exit code 1; it said last: …`.
    pub fn end(&self) -> impl Future<Output = String> + Send + 'static {
        let mut ended = self.ended.clone();
        async move {
            let told = match ended.wait_for(Option::is_some).await {
                Ok(told) => told.clone(),
                // It was dropped by us.
                Err(_) => None,
            };
            told.unwrap_or_else(|| "a daemon was ended".to_owned())
        }
    }

    /// Ends it: politely, and after two seconds by force. It is gone when this returns.
    pub async fn stop(mut self) {
        self.signal(Signal::TERM);
        let mut ended = self.ended.clone();
        if timeout(GRACE, ended.wait_for(Option::is_some))
            .await
            .is_err()
        {
            self.signal(Signal::KILL);
            let _ = ended.wait_for(Option::is_some).await;
        }
        // What it had started dies with its group, which the task ends.
        let _ = (&mut self.attending).await;
    }
}

/// Kills a daemon; nothing happens where it has ended.
#[derive(Debug, Clone)]
pub struct Killer {
    pid: rustix::process::Pid,
    ended: watch::Receiver<Option<String>>,
}

impl Killer {
    /// Kills it, now.
    pub fn kill(&self) {
        send(self.pid, &self.ended, Signal::KILL);
    }
}

fn send(pid: rustix::process::Pid, ended: &watch::Receiver<Option<String>>, signal: Signal) {
    // Numbers are used anew much later than an end is told.
    if ended.borrow().is_none() {
        let _ = kill_process(pid, signal);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // The child in it is killed with its group.
        self.attending.abort();
    }
}

/// The last lines that it has said.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<VecDeque<String>>>);

impl Memory {
    fn keep(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    fn said(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        lines.join(" | ")
    }
}

type Hears = dyn FnMut(&str) -> Option<String> + Send;

/// What decides of each line what becomes of it.
struct Hearing {
    chatter: Chatter,
    hears: Box<Hears>,
}

impl Hearing {
    /// None where nobody wants to read it.
    fn hear(&mut self, line: &str) -> Option<Heard> {
        let kind = (self.hears)(line)?;
        Some(self.chatter.hear(&kind, Instant::now()))
    }
}

/// Where what it says goes.
#[derive(Clone)]
struct Ear {
    source: String,
    memory: Memory,
    teller: mpsc::Sender<String>,
    /// Is told every line of both streams.
    hearing: Arc<Mutex<Hearing>>,
}

async fn attend(mut child: Child, pipes: Pipes, ear: Ear, end: watch::Sender<Option<String>>) {
    let (source, memory) = (ear.source.clone(), ear.memory.clone());
    let output = pipes.stdout.map(|from| listen(from, ear.clone()));
    let errors = pipes.stderr.map(|from| listen(from, ear));
    let listening = tokio::spawn(async move {
        tokio::join!(maybe(output), maybe(errors));
    });
    let ended = child.ended().await;
    child.signal_group(Signal::KILL);
    // What it said last may still be on its way.
    let _ = timeout(LAST_WORDS, listening).await;
    end.send_replace(Some(told(&source, ended, &memory)));
}

async fn maybe(task: Option<impl Future<Output = ()>>) {
    if let Some(task) = task {
        task.await;
    }
}

/// Passes on what comes, line by line, until the end.
async fn listen(from: impl AsyncRead + Unpin, ear: Ear) {
    let Ear {
        source,
        memory,
        teller,
        hearing,
    } = ear;
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut from).take(LONGEST).read_until(b'\n', &mut line).await;
        if !matches!(read, Ok(1..)) {
            return;
        }
        let text: String = String::from_utf8_lossy(&line)
            .trim_end()
            .chars()
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .collect();
        if text.is_empty() {
            continue;
        }
        let heard = {
            let mut hearing = hearing.lock().unwrap_or_else(PoisonError::into_inner);
            hearing.hear(&text)
        };
        let text = shortened(text);
        if let Some(Heard::Logged { hidden }) = heard {
            if hidden > 0 {
                tracing::info!(target: LOG, "{source}: {hidden} lines like the next one were not logged");
            }
            tracing::info!(target: LOG, "{source}: {text}");
        }
        if heard.is_some() {
            memory.keep(&text);
        }
        // Where nobody listens, nothing waits.
        let _ = teller.try_send(text);
    }
}

/// As much of a line as is kept.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LOGGED) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn told(source: &str, ended: io::Result<Ended>, memory: &Memory) -> String {
    let how = match ended.map(|ended| ended.how) {
        Ok(How::Exited(code)) => format!("exit code {code}"),
        Ok(How::Signalled(signal)) => format!("signal {signal}"),
        Err(error) => format!("an end that nobody saw ({error})"),
    };
    let said = memory.said();
    if said.is_empty() {
        return format!("{source} has ended with {how}, and said nothing");
    }
    format!("{source} has ended with {how}; it said last: {said}")
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::time::sleep;

    use super::*;

    fn shell(script: &str) -> Daemon {
        with_shell(script, Daemon::start)
    }

    fn with_shell(
        script: &str,
        start: impl FnOnce(Spec<'_>) -> Result<Daemon, DaemonError>,
    ) -> Daemon {
        let found = Found {
            name: "sh",
            path: "/bin/sh".into(),
        };
        let spec = Spec {
            found: &found,
            source: "script",
            arguments: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            folder: Path::new("/"),
        };
        start(spec).unwrap()
    }

    #[tokio::test]
    async fn its_end_is_told_with_what_it_said_last() {
        let daemon = shell("for i in 1 2 3 4 5 6 7; do echo line $i; done; exit 3");
        let told = daemon.end().await;
        assert!(told.contains("exit code 3"), "{told}");
        assert!(
            told.contains("line 7") && !told.contains("line 2"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn it_finds_little_of_this_environment() {
        let daemon = shell("env | grep -c ^CARGO; exit 3");
        let told = daemon.end().await;
        assert!(told.ends_with("last: 0"), "{told}");
    }

    #[tokio::test]
    async fn what_it_says_is_heard() {
        let mut daemon = shell("echo one; echo two >&2; sleep 60");
        let mut lines = daemon.lines().unwrap();
        let mut heard = [lines.recv().await.unwrap(), lines.recv().await.unwrap()];
        heard.sort();
        assert_eq!(heard, ["one", "two"]);
        assert!(daemon.lines().is_none());
        daemon.stop().await;
    }

    #[tokio::test]
    async fn whoever_hears_it_misses_no_line() {
        let heard = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&heard);
        let daemon = with_shell("seq 5000; seq 5000 >&2", |spec| {
            Daemon::start_heard(spec, move |_| {
                *counted.lock().unwrap() += 1;
                None
            })
        });
        daemon.end().await;
        assert_eq!(*heard.lock().unwrap(), 10_000);
    }

    #[test]
    fn what_nobody_wants_is_not_logged_and_what_comes_again_and_again_not_for_ever() {
        let mut hearing = Hearing {
            chatter: Chatter::default(),
            hears: Box::new(|line| (!line.contains("own")).then(|| chatter::kind(line))),
        };
        assert_eq!(hearing.hear("our own question"), None);
        let heard: Vec<_> = (0..2000)
            .map(|number| hearing.hear(&format!("{number} somebody knocks")))
            .collect();
        assert_eq!(heard.first(), Some(&Some(Heard::Logged { hidden: 0 })));
        assert_eq!(heard.last(), Some(&Some(Heard::Hidden)));
    }

    #[tokio::test]
    async fn what_nobody_wants_is_not_what_it_said_last() {
        let daemon = with_shell("echo gone; echo own; exit 3", |spec| {
            Daemon::start_heard(spec, |line| {
                (!line.contains("own")).then(|| chatter::kind(line))
            })
        });
        let told = daemon.end().await;
        assert!(told.ends_with("it said last: gone"), "{told}");
    }

    #[tokio::test]
    async fn a_long_line_is_heard_whole_and_kept_short() {
        let (teller, mut heard) = mpsc::channel(4);
        let found = Found {
            name: "sh",
            path: "/bin/sh".into(),
        };
        let spec = Spec {
            found: &found,
            source: "script",
            arguments: vec!["-c".into(), "printf '%0200000d\n' 7".into()],
            environment: Vec::new(),
            folder: Path::new("/"),
        };
        let daemon = Daemon::start_heard(spec, move |line| {
            teller.try_send(line.len()).ok()?;
            Some(String::new())
        });
        let told = daemon.unwrap().end().await;
        assert_eq!(heard.recv().await, Some(200_000));
        assert_eq!(heard.recv().await, None);
        assert!(
            told.len() < 2 * LOGGED && told.ends_with("000…"),
            "{}",
            told.len()
        );
    }

    #[tokio::test]
    async fn one_that_ignores_the_polite_signal_is_killed() {
        let daemon = shell("trap '' TERM; sleep 60 & while :; do wait; done");
        // So that it has set its trap.
        sleep(Duration::from_millis(300)).await;
        let pid = daemon.pid();
        let start = Instant::now();
        daemon.stop().await;
        assert!(start.elapsed() >= GRACE, "{:?}", start.elapsed());
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }

    #[tokio::test]
    async fn who_watches_over_it_can_kill_it() {
        let daemon = shell("sleep 60");
        let killer = daemon.killer();
        killer.kill();
        let told = timeout(GRACE, daemon.end()).await.unwrap();
        assert!(told.contains("signal 9"), "{told}");
        killer.kill();
    }

    #[tokio::test]
    async fn dropped_it_is_gone() {
        let daemon = shell("sleep 60");
        let pid = daemon.pid();
        drop(daemon);
        for _ in 0..200 {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{pid} still runs");
    }
}
