//! A party, as the test sees it: a process on its host.

mod process;
mod talk;
pub(crate) mod wire;

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use e3_lab::{Host, testing::helper};

use wire::{Ask, Line, Told};

pub(crate) use process::{PORT, SESSION, serve};
pub(crate) use talk::WORDS;

/// The helper that is a party's process.
pub(crate) const PARTY: &str = "party";

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Party {
    pub(crate) host: Host,
    /// The overlay's own folder.
    pub(crate) folder: PathBuf,
    process: Child,
    to: ChildStdin,
    told: mpsc::Receiver<Told>,
    severed: Arc<Mutex<Option<(Instant, String)>>>,
    notices: Arc<Mutex<Vec<String>>>,
    log: PathBuf,
}

impl Party {
    /// Starts it; programs of others are looked for in that folder first.
    pub(crate) fn start(host: &Host, home: &Path, stock: &Path) -> Self {
        Self::start_with(host, home, stock, |_| {})
    }

    /// The same; its process is begun as `prepared` says.
    pub(crate) fn start_with(
        host: &Host,
        home: &Path,
        stock: &Path,
        prepared: impl FnOnce(&mut Command),
    ) -> Self {
        let folder = home.join(host.name());
        fs::create_dir(&folder).unwrap();
        let log = home.join(format!("{}.log", host.name()));
        let mut command = helper(PARTY);
        command
            .env("E3_STOCK", stock)
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap());
        prepared(&mut command);
        host.enter_command(&mut command);
        let mut process = command.spawn().unwrap();
        let to = process.stdin.take().unwrap();
        let out = process.stdout.take().unwrap();
        let (teller, told) = mpsc::channel();
        let severed = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&severed);
        let notices = Arc::<Mutex<Vec<String>>>::default();
        let said = Arc::clone(&notices);
        thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                match serde_json::from_str(&line.unwrap()).unwrap() {
                    Line::Told(told) => drop(teller.send(told)),
                    Line::Severed(why) => *noted.lock().unwrap() = Some((Instant::now(), why)),
                    Line::Notice(notice) => said.lock().unwrap().push(notice),
                }
            }
        });
        Self {
            host: host.clone(),
            folder,
            process,
            to,
            told,
            severed,
            notices,
            log,
        }
    }

    /// Says something that [`Party::hear`] hears the answer of.
    pub(crate) fn tell(&mut self, ask: &Ask) {
        let line = serde_json::to_string(ask).unwrap();
        writeln!(self.to, "{line}").unwrap();
    }

    pub(crate) fn hear(&mut self) -> Result<Told, String> {
        match self.told.recv_timeout(PATIENCE) {
            Ok(Told::Refused(why)) => Err(why),
            Ok(told) => Ok(told),
            Err(mpsc::RecvTimeoutError::Timeout | mpsc::RecvTimeoutError::Disconnected) => panic!(
                "{} is silent; its log:\n{}",
                self.host.name(),
                self.end_of_log()
            ),
        }
    }

    pub(crate) fn try_ask(&mut self, ask: &Ask) -> Result<Told, String> {
        self.tell(ask);
        self.hear()
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Told {
        let told = self.try_ask(ask);
        told.unwrap_or_else(|why| panic!("{}: {why}\n{}", self.host.name(), self.end_of_log()))
    }

    pub(crate) fn calls(&mut self) -> Vec<wire::Call> {
        let Told::Calls(calls) = self.ask(&Ask::Calls) else {
            panic!()
        };
        calls
    }

    pub(crate) fn callers(&mut self) -> Vec<(std::net::SocketAddr, wire::Call)> {
        let Told::Callers(callers) = self.ask(&Ask::Callers) else {
            panic!()
        };
        callers
    }

    /// The number of its nebula.
    pub(crate) fn nebula(&mut self) -> u32 {
        let Told::Helpers(helpers) = self.ask(&Ask::Helpers) else {
            panic!()
        };
        helpers[0]
    }

    /// What it has told its person.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap().clone()
    }

    /// Why programs must not go on, and since when.
    pub(crate) fn severed(&self) -> Option<(Instant, String)> {
        self.severed.lock().unwrap().clone()
    }

    /// The same, as soon as it is so.
    pub(crate) fn severed_within(&self, patience: Duration) -> (Instant, String) {
        let severed = until(patience, || self.severed());
        severed.unwrap_or_else(|| {
            panic!(
                "not severed after {patience:?}; its log:\n{}",
                self.end_of_log()
            )
        })
    }

    /// The last lines of its log, each cut short.
    fn end_of_log(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.iter().skip(lines.len().saturating_sub(40));
        let short = last.map(|line| line.get(..300).unwrap_or(line));
        short.collect::<Vec<_>>().join("\n")
    }

    /// What an agent would log: nebula's lines are in it.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn leave(&mut self) {
        self.ask(&Ask::Leave);
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Looks again and again.
pub(crate) fn until<T>(patience: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if start.elapsed() > patience {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
