//! A host's own files in /etc: names, resolver, hostname.
//!
//! They lie in a file system in memory and are mounted over the machine's own files, in the host's mount namespace
//! only. Nothing is written to a disk, and nothing has to be removed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, unmount};

use crate::error::{During, LabError};
use crate::plan::HostPlan;

/// Where the file system in memory is mounted for a moment, until its files are where they belong: a folder that
/// every system has.
pub(super) const WORKSHOP: &str = "/tmp";

/// There is no resolver in a lab. Without this file the C library would ask 127.0.0.1, as it does with it; with it,
/// nobody asks the machine's own resolver, which nothing here can reach.
const RESOLVER: &str =
    "# This host has no resolver: names are in /etc/hosts.\noptions timeout:1 attempts:1\n";

/// Gives the calling thread's mount namespace the files of a host.
pub(super) fn write(host: &str, names: &BTreeMap<&str, &HostPlan>) -> Result<(), LabError> {
    let files = [
        ("hosts", hosts_file(host, names)),
        ("resolv.conf", RESOLVER.to_owned()),
        ("hostname", format!("{host}\n")),
        (
            "nsswitch.conf",
            name_service(&fs::read_to_string("/etc/nsswitch.conf").unwrap_or_default()),
        ),
    ];
    let safe = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount(
        "tmpfs",
        WORKSHOP,
        "tmpfs",
        safe,
        Some(c"size=16m,mode=0755"),
    )
    .during("mount a file system in memory", host)?;
    let placed = files.iter().try_for_each(|(name, text)| place(name, text));
    // The mounted files keep the file system alive.
    let away = unmount(WORKSHOP, UnmountFlags::DETACH);
    placed.during("mount the host's own files over those in /etc", host)?;
    away.during("put the file system in memory away", host)
}

fn place(name: &str, text: &str) -> io::Result<()> {
    let (from, to) = (Path::new(WORKSHOP).join(name), Path::new("/etc").join(name));
    fs::write(&from, text)?;
    if !to.exists() {
        // Nothing can be mounted where there is nothing, and nothing must be written to the machine's own /etc. A
        // program that misses the file behaves as with ours, except that names of hosts are unknown to it.
        tracing::info!(
            "this machine has no {}; the lab's hosts have none either",
            to.display()
        );
        return Ok(());
    }
    mount_bind(from, to)?;
    Ok(())
}

/// hosts(5), itself first: programs take the first name of an address as its own.
fn hosts_file(host: &str, names: &BTreeMap<&str, &HostPlan>) -> String {
    let mut text = String::from("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    let own = names.iter().filter(|(name, _)| **name == host);
    let others = names.iter().filter(|(name, _)| **name != host);
    for (name, plan) in own.chain(others) {
        for address in plan.addresses() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{address} {name}");
        }
    }
    text
}

/// nsswitch.conf(5) with hosts looked up in files and by DNS only: other services answer through sockets in the file
/// system, and would bring in names from outside the lab.
fn name_service(machine: &str) -> String {
    let other = |line: &&str| !line.trim_start().starts_with("hosts:");
    let mut text: String = machine
        .lines()
        .filter(other)
        .flat_map(|line| [line, "\n"])
        .collect();
    text.push_str("hosts: files dns\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_knows_itself_first() {
        let host = |name: &str, v4: [u8; 4], v6: Option<&str>| HostPlan {
            name: name.to_owned(),
            v4: Some(v4.into()),
            v6: v6.map(|address| address.parse().unwrap()),
        };
        let a = host("a", [198, 18, 0, 2], None);
        let b = host("b", [198, 18, 0, 34], Some("2001:2:0:2::2"));
        let text = hosts_file("b", &[("a", &a), ("b", &b)].into_iter().collect());
        let expected = "198.18.0.34 b\n2001:2:0:2::2 b\n198.18.0.2 a\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn other_name_services_are_left_out() {
        let text = name_service(
            "passwd: files systemd\nhosts: mymachines resolve [!UNAVAIL=return] files\n",
        );
        assert_eq!(text, "passwd: files systemd\nhosts: files dns\n");
    }
}
