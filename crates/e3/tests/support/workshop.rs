//! A desk on which environments come up, and the proof that nothing of them is left.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
    sync::{Arc, Once, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use signal_hook::consts::SIGINT;

use super::{
    desk::{Desk, Ran},
    going::{Going, PAUSE, kill},
    seen::{Process, Role, Seen, surroundings},
    turns::Turn,
};

/// The folder that commands run in: beside the home folder, since what lies above a home folder does not travel.
const WORK: &str = "work";

/// How long the kernel may take to end what has lost its keeper.
const SOON: Duration = Duration::from_secs(5);

/// A desk on which environments come up.
pub(crate) struct Workshop {
    desk: Desk,
    seen: Rc<RefCell<Seen>>,
    count: Cell<u32>,
    before: (BTreeSet<String>, Vec<String>),
    _turn: Turn,
}

static CTRL_C: Once = Once::new();

/// Whoever runs the tests in the background ignores Ctrl-C, and so would all that they start. What this process
/// handles is at its default again in those (`execve(2)`).
fn heed_ctrl_c() {
    let always = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register_conditional_shutdown(SIGINT, 130, always).unwrap();
}

impl Workshop {
    /// For a test that may run beside others.
    pub(crate) fn new() -> Self {
        Self::on(Turn::shared())
    }

    /// For a test that measures time.
    pub(crate) fn alone() -> Self {
        Self::on(Turn::alone())
    }

    fn on(turn: Turn) -> Self {
        CTRL_C.call_once(heed_ctrl_c);
        let desk = Desk::new();
        for folder in ["tmp", WORK] {
            fs::create_dir(desk.path(folder)).unwrap();
        }
        Self {
            before: surroundings(&desk.path("")),
            desk,
            seen: Rc::default(),
            count: Cell::new(0),
            _turn: turn,
        }
    }

    /// A path in the folder that commands run in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.desk.path(WORK).join(name)
    }

    /// The desk itself, beside whose work there is its home.
    #[allow(dead_code, reason = "each test program uses a part of it")]
    pub(crate) fn root(&self) -> PathBuf {
        // Without the slash at its end, as it is shown.
        self.desk.path("").components().collect()
    }

    /// Puts a file there.
    pub(crate) fn put(&self, name: &str, text: &str) {
        self.desk.put(&format!("{WORK}/{name}"), text);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        self.desk.read(&format!("{WORK}/{name}"))
    }

    /// Where the state of this desk's environments is kept.
    pub(crate) fn state(&self) -> PathBuf {
        self.desk.path("home/state")
    }

    /// The folders of this desk's hosts, of the environments that are up.
    pub(crate) fn host_folders(&self) -> Vec<PathBuf> {
        let environments = children(&self.desk.path("home/data/e3/hosts"));
        environments
            .iter()
            .flat_map(|path| children(path))
            .collect()
    }

    /// `e3`, ready to be given more. The Python environment is the user's own, since making one takes a while.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.desk.command(args);
        command
            .current_dir(self.desk.path(WORK))
            .env("XDG_CACHE_HOME", cache())
            .env("TMPDIR", self.desk.path("tmp"));
        command
    }

    /// Starts `e3` with these arguments.
    pub(crate) fn begin(&self, args: &[&str]) -> Going {
        self.going(self.command(args))
    }

    /// Starts a command.
    pub(crate) fn going(&self, command: Command) -> Going {
        let number = self.count.get();
        self.count.set(number + 1);
        let prints = self.desk.path(&format!("printed-{number}"));
        Going::start(command, &prints, Rc::clone(&self.seen), self.state())
    }

    /// Runs `e3` with these arguments to its end.
    #[track_caller]
    pub(crate) fn e3(&self, args: &[&str]) -> Ran {
        self.begin(args).ended()
    }

    /// Every process of this desk's.
    pub(crate) fn processes(&self) -> Vec<Process> {
        self.seen.borrow_mut().look(&self.state())
    }

    /// A process of that role; `None` if there is none now.
    pub(crate) fn process(&self, role: Role) -> Option<Process> {
        self.processes()
            .into_iter()
            .find(|process| process.role == role)
    }

    /// The one record below runs/.
    #[track_caller]
    pub(crate) fn record(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("runs/latest/result.json")).unwrap()
    }

    /// Fails if a process, namespace, interface, mount or file of ours is left; what is in runs/ and `kept/` may be.
    #[track_caller]
    pub(crate) fn nothing_left(&self) {
        self.nobody_left();
        let left = leftovers(&self.desk.path(""));
        assert!(left.is_empty(), "these files are left: {left:#?}");
        assert_eq!(surroundings(&self.desk.path("")), self.before);
    }

    /// Fails if a process of ours is left.
    #[track_caller]
    pub(crate) fn nobody_left(&self) {
        let end = Instant::now() + SOON;
        loop {
            let processes = self.processes();
            if processes.is_empty() {
                break;
            }
            assert!(
                Instant::now() < end,
                "these processes are left: {processes:#?}"
            );
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Workshop {
    /// A test that failed leaves nothing either.
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for process in self.processes() {
            // Everything inside a lab ends with its guardian.
            if matches!(process.role, Role::Command | Role::Guardian) {
                kill(process.pid, Signal::KILL);
            }
        }
    }
}

/// What there is of environments on a desk, but for what was to be kept.
pub(crate) fn leftovers(root: &Path) -> Vec<PathBuf> {
    let mut left = Vec::new();
    for folder in ["home/state/e3/environments", "home/data/e3/hosts", "tmp"] {
        files(&root.join(folder), &mut left);
    }
    let (kept, mut left): (Vec<_>, Vec<_>) = left
        .into_iter()
        .partition(|path| path.components().any(|part| part.as_os_str() == "kept"));
    // The folders above what is kept stay, too.
    left.retain(|path| !kept.iter().any(|kept| kept.starts_with(path)));
    left
}

/// Where Python environments are kept: the user's own cache.
pub(crate) fn cache() -> PathBuf {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env::var_os("HOME").unwrap()).join(".cache"))
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Every file and folder below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in children(folder) {
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        }
        found.push(path);
    }
}
