//! Connections between parties that nobody's run is in: opened where programs run, and watched at both ends.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    death::agent_of,
    support::{going::PAUSE, seen::Role, workshop::Workshop},
};

/// What stands at each end.
const TALK: &str = include_str!("talk.py");

/// How long both ends may take to find one another.
const FIRST: Duration = Duration::from_secs(30);

/// The network of a party's programs.
pub(crate) struct Place {
    host: String,
    /// The process that holds it.
    helper: u32,
    /// The party's address in it.
    pub(crate) address: String,
    /// The party's agent.
    pub(crate) agent: u32,
}

/// One end, until it is dropped.
pub(crate) struct End {
    child: Child,
    file: PathBuf,
}

impl Place {
    /// Of the party on a host.
    #[track_caller]
    pub(crate) fn of(workshop: &Workshop, host: &str) -> Self {
        let agent = agent_of(workshop, host);
        let parent = |pid: u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
            line.and_then(|line| line.trim().parse::<u32>().ok())
        };
        let helpers = workshop.processes().into_iter();
        let mut helpers = helpers.filter(|process| process.role == Role::Helper);
        let helper = helpers
            .find(|process| parent(process.pid) == Some(agent))
            .expect("no network of programs on that host")
            .pid;
        let said = entering(helper)
            .args(["ip", "-4", "-o", "address", "show", "scope", "global"])
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let mut words = said.split_whitespace().skip_while(|word| *word != "inet");
        let address = words.nth(1).and_then(|address| address.split('/').next());
        Self {
            host: host.to_owned(),
            helper,
            address: address.expect("no address").to_owned(),
            agent,
        }
    }

    /// Answers whoever calls.
    pub(crate) fn listen(&self, workshop: &Workshop) -> End {
        let end = self.talk(workshop, "listen", &self.address);
        end.until("listening", &self.address, FIRST);
        end
    }

    /// Calls the party there, which listens; returns once they talk.
    pub(crate) fn call(&self, workshop: &Workshop, there: &Self) -> End {
        let end = self.talk(workshop, "call", &there.address);
        end.until("heard", &there.address, FIRST);
        end
    }

    fn talk(&self, workshop: &Workshop, what: &str, address: &str) -> End {
        workshop.put("talk.py", TALK);
        let file = workshop.path(&format!("{}-{what}-{address}", self.host));
        let child = entering(self.helper)
            .arg("python3")
            .arg(workshop.path("talk.py"))
            .arg(&file)
            .args([what, address])
            .spawn()
            .unwrap();
        End { child, file }
    }
}

/// A command in the network that this process holds.
fn entering(helper: u32) -> Command {
    let mut command = Command::new("nsenter");
    command.args(["-t", &helper.to_string(), "-n"]);
    // Who is root may enter every network; others belong to the user namespace that owns it first.
    if !rustix::process::geteuid().is_root() {
        command.args(["-U", "--preserve-credentials"]);
    }
    command
}

impl End {
    /// When this has last happened with the party at that address, in seconds since the epoch.
    pub(crate) fn last(&self, what: &str, whom: &str) -> Option<f64> {
        let told = fs::read_to_string(&self.file).unwrap_or_default();
        let told = told.lines().rev().filter_map(|line| {
            let mut words = line.split(' ');
            (words.next() == Some(what) && words.next() == Some(whom)).then(|| words.next())
        });
        told.flatten().find_map(|time| time.parse().ok())
    }

    /// Waits until it has happened; gives when.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, whom: &str, patience: Duration) -> f64 {
        let end = Instant::now() + patience;
        loop {
            if let Some(time) = self.last(what, whom) {
                return time;
            }
            assert!(
                Instant::now() < end,
                "`{what} {whom}` was not told within {patience:?}: {} has {:?}",
                self.file.display(),
                fs::read_to_string(&self.file)
            );
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Now, as the ends tell the time.
pub(crate) fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}
