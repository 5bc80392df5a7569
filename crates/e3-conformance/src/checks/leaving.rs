//! Leaving without a trace.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};
use e3_lab::Host;
use e3_session::types::Dial;

use crate::field::{Field, cities};

/// After *leave*, a host has the sockets, interfaces and processes that it had before.
pub(super) async fn leaving_leaves_nothing() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    let before = traces(&field)?;
    field.admit().await?;
    field.connect().await?;
    field.leave().await?;
    for (party, before) in field.parties.iter().zip(before) {
        let name = party.host.name();
        let after = Traces::of(&party.host)?;
        ensure!(
            after.sockets.is_empty(),
            "{name} has sockets left: {:?}",
            after.sockets
        );
        ensure!(
            after.interfaces == before.interfaces,
            "{name} had the interfaces {:?} and has {:?}",
            before.interfaces,
            after.interfaces
        );
        ensure!(
            after.processes.is_empty(),
            "{name} has processes left: {:?}",
            after.processes
        );
    }
    Ok(())
}

fn traces(field: &Field) -> anyhow::Result<Vec<Traces>> {
    field
        .parties
        .iter()
        .map(|party| Traces::of(&party.host))
        .collect()
}

/// What can be seen of an overlay on a host.
struct Traces {
    /// Lines of the kernel's socket tables.
    sockets: Vec<String>,
    interfaces: Vec<String>,
    /// Processes in the host's network namespace.
    processes: Vec<String>,
}

impl Traces {
    fn of(host: &Host) -> anyhow::Result<Self> {
        let looked = host.run_in(|| -> anyhow::Result<Self> {
            let mut sockets = Vec::new();
            for table in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
                // A kernel without IPv6 lacks some.
                let lines = fs::read_to_string(Path::new("/proc/thread-self/net").join(table));
                let lines = lines.unwrap_or_default();
                sockets.extend(
                    lines
                        .lines()
                        .skip(1)
                        .filter(|line| is_held(line))
                        .map(str::to_owned),
                );
            }
            let devices = fs::read_to_string("/proc/thread-self/net/dev")?;
            let interfaces = devices
                .lines()
                .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()))
                .collect();
            let here = fs::read_link("/proc/thread-self/ns/net")?;
            let mut processes = Vec::new();
            for entry in fs::read_dir("/proc")? {
                let entry = entry?;
                // Only processes: among the rest are links to the one that looks.
                if !entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with(|c: char| c.is_ascii_digit())
                {
                    continue;
                }
                let path = entry.path();
                if fs::read_link(path.join("ns/net")).is_ok_and(|there| there == here) {
                    processes.push(fs::read_to_string(path.join("comm")).unwrap_or_default());
                }
            }
            Ok(Self {
                sockets,
                interfaces,
                processes,
            })
        });
        looked?.with_context(|| format!("cannot look at {}", host.name()))
    }
}

/// Whether a process holds a socket: what was closed has no inode any more, but may stay in the table until the other
/// end has answered.
fn is_held(line: &str) -> bool {
    line.split_ascii_whitespace().nth(9) != Some("0")
}
