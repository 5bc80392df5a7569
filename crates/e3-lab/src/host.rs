//! A host of the lab: a place where programs run.

use std::ffi::OsStr;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::thread;
use std::time::Duration;

use e3_sys::namespace::{self, Doorway, Kind};

use crate::addresses::Addresses;
use crate::error::{During, LabError};
use crate::nat::Nat;
use crate::ping::{Pace, Probe, SPACING, measure};
use crate::processes;

/// A host of the lab. A copy is another handle to the same host; the host lasts while any handle does, and its
/// connections while the [`Lab`](crate::Lab) does.
#[derive(Debug, Clone)]
pub struct Host {
    pub(crate) name: String,
    pub(crate) site: String,
    pub(crate) region: String,
    pub(crate) nat: Nat,
    pub(crate) addresses: Addresses,
    pub(crate) site_index: usize,
    /// Its place among the hosts of its site.
    pub(crate) number: usize,
    pub(crate) doorway: Doorway,
}

impl Host {
    /// Its name, which is also its hostname.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its site.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// The region that its site stands in.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What stands between its site and the Internet.
    pub fn nat(&self) -> &Nat {
        &self.nat
    }

    /// Its own addresses now, loopback left out, IPv4 first: private ones where its site is behind a NAT.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.addresses.now().all().collect()
    }

    /// Its IPv4 address now; none where its site speaks IPv6 alone.
    pub fn v4(&self) -> Option<Ipv4Addr> {
        self.addresses.now().v4
    }

    /// Its IPv6 address now; none where its site speaks IPv4 alone.
    pub fn v6(&self) -> Option<Ipv6Addr> {
        self.addresses.now().v6
    }

    /// Makes `command` run on this host: in its network, with its hostname and its files in /etc. Works with
    /// `tokio::process::Command` by its `as_std_mut`.
    ///
    /// The working directory stays as it is. Such a process ends with the lab's PID namespace at the latest; it is
    /// *not* tied to the thread that starts it, which may end earlier.
    pub fn enter_command(&self, command: &mut Command) {
        self.doorway.prepare(command);
    }

    /// A command that will run on this host: see [`enter_command`](Self::enter_command).
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        self.enter_command(&mut command);
        command
    }

    /// Runs `work` on this host, on a thread of its own, and waits for it. Sockets that `work` opens belong to this
    /// host for good, wherever they are used later. A runtime of one thread that runs in `work` runs on this host:
    ///
    /// ```
    #[doc = include_str!("../examples/runtime_per_host.rs")]
    /// ```
    pub fn run_in<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
        let run = || {
            namespace::unshare_directory()?;
            self.doorway.enter()?;
            io::Result::Ok(work())
        };
        let done = thread::scope(|scope| scope.spawn(run).join());
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            .during("enter the host", &self.name)
    }

    /// Pings an address this many times, a millisecond apart, and waits for the answers up to `patience` after the
    /// last: the round-trip times of those that came.
    pub fn ping(
        &self,
        to: impl Into<IpAddr>,
        count: u16,
        patience: Duration,
    ) -> Result<Vec<Duration>, LabError> {
        let to = to.into();
        let probes = [Probe { from: self, to }];
        let pace = Pace {
            rounds: count,
            spacing: SPACING,
            patience,
        };
        let answers = measure(&probes, pace).during("ping", &self.name)?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Kills every process on this host, except the caller. Processes that fork meanwhile are found too.
    pub fn kill_all(&self) -> Result<(), LabError> {
        processes::kill_all_in([&self.doorway]).during("end the processes", &self.name)
    }

    /// Bytes that the host has sent over its network interfaces since it was built, loopback not counted.
    ///
    /// # Errors
    /// The kernel does not tell.
    pub fn bytes_sent(&self) -> Result<u64, LabError> {
        // What /proc/net shows is that of the thread that looks.
        let read = || std::fs::read_to_string("/proc/thread-self/net/dev");
        let text = self.run_in(read)?.during("count the bytes", &self.name)?;
        Ok(text.lines().filter_map(sent_by).sum())
    }

    pub(crate) fn net(&self) -> io::Result<&OwnedFd> {
        let missing = || io::Error::other("the host has no network namespace");
        self.doorway.namespace(Kind::Net).ok_or_else(missing)
    }
}

/// The ninth figure of an interface's line, in `/proc/net/dev` (proc(5)); none of loopback's.
fn sent_by(line: &str) -> Option<u64> {
    let (interface, figures) = line.split_once(':')?;
    if interface.trim() == "lo" {
        return None;
    }
    figures.split_ascii_whitespace().nth(8)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_sent_are_the_ninth_figure() {
        let text = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       1    0    0    0     0          0         0      200       1    0    0    0     0       0          0
  eth0:    3000      30    0    0    0     0          0         0     4000      40    0    0    0     0       0          0
";
        assert_eq!(text.lines().filter_map(sent_by).sum::<u64>(), 4000);
    }
}
