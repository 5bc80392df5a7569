//! Leaving without a trace.

use std::{
    collections::BTreeSet,
    fs,
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use e3_lab::Host;
use e3_session::types::Dial;

use crate::{field::Field, sites::cities, traffic};

/// How soon peers hear of it.
const SOON: Duration = Duration::from_secs(5);

/// How many are half let in at that moment.
const KNOCKS: usize = 200;

/// After *leave*, a host has the sockets, interfaces, routes and processes that it had before.
pub(super) async fn leaving_leaves_nothing() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    let before = traces(&field)?;
    field.admit().await?;
    field.connect().await?;
    traffic::connect(&field, 0, 1)
        .await?
        .exchange(1000, 100)
        .await?;
    field.leave().await?;
    for (party, before) in field.parties.iter().zip(before) {
        let name = party.host.name();
        let after = Traces::of(&party.host)?;
        let lists = [
            ("sockets", &after.sockets, &BTreeSet::new()),
            ("interfaces", &after.interfaces, &before.interfaces),
            ("routes", &after.routes, &before.routes),
            ("processes", &after.processes, &BTreeSet::new()),
        ];
        for (what, after, before) in lists {
            ensure!(
                after == before,
                "{name} had the {what} {before:?} and has {after:?}"
            );
        }
    }
    Ok(())
}

/// Who leaves says so, whoever else knocks at that moment and says nothing; or its peers would take it for an outage.
pub(super) async fn who_leaves_says_so_while_somebody_knocks() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(2), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;
    let (mut leaving, _) = field.remove(1);
    let ports = leaving.host.run_in(listening)?;
    let addresses = leaving.host.addresses();
    let knock = || {
        let doors = addresses.iter().flat_map(|address| {
            let ports = ports.iter();
            ports.map(move |port| SocketAddr::new(*address, *port))
        });
        // Where nobody answers at one address, somebody does at another.
        let knocks = doors
            .cycle()
            .take(KNOCKS)
            .filter_map(|door| TcpStream::connect_timeout(&door, SOON).ok());
        knocks.collect::<Vec<_>>()
    };
    let knocks = field.party(0)?.host.run_in(knock)?;
    let knocked = ports.is_empty() || !knocks.is_empty();
    ensure!(knocked, "nobody answers at {ports:?}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    leaving.leave().await?;
    talk.dialler.broken_within(SOON).await?;
    field.leave().await
}

/// The ports of TCP at which somebody listens here (proc(5): state 0A).
fn listening() -> BTreeSet<u16> {
    let ports = tables(&["tcp", "tcp6"]).filter_map(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        let (own, _, state) = (columns.next()?, columns.next()?, columns.next()?);
        let port = u16::from_str_radix(own.rsplit_once(':')?.1, 16).ok()?;
        (state == "0A").then_some(port)
    });
    ports.collect()
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
    sockets: BTreeSet<String>,
    interfaces: BTreeSet<String>,
    /// Lines of the kernel's routing tables.
    routes: BTreeSet<String>,
    /// Processes in the host's network namespace.
    processes: BTreeSet<String>,
}

impl Traces {
    fn of(host: &Host) -> anyhow::Result<Self> {
        let looked = host.run_in(|| -> anyhow::Result<Self> {
            let devices = fs::read_to_string("/proc/thread-self/net/dev")?;
            Ok(Self {
                sockets: tables(&["tcp", "tcp6", "udp", "udp6", "raw", "raw6"])
                    .filter(|line| is_held(line))
                    .collect(),
                interfaces: devices
                    .lines()
                    .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()))
                    .collect(),
                routes: tables(&["route", "ipv6_route"])
                    .map(|line| way(&line))
                    .collect(),
                processes: processes()?,
            })
        });
        looked?.with_context(|| format!("cannot look at {}", host.name()))
    }
}

/// The lines of the network's tables of these names. A kernel without IPv6 lacks some.
fn tables<'a>(names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    names.iter().flat_map(|name| {
        let text = fs::read_to_string(Path::new("/proc/thread-self/net").join(name));
        let lines = text.unwrap_or_default();
        lines.lines().map(str::to_owned).collect::<Vec<_>>()
    })
}

/// Whether a process holds a socket: what was closed has no inode any more, but may stay in the table until the other
/// end has answered. The first line of a table names its columns.
fn is_held(line: &str) -> bool {
    let inode = line.split_ascii_whitespace().nth(9);
    inode.is_some_and(|inode| inode != "0" && inode.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A route without the counters that change with its use: of IPv6's ten columns, the seventh and eighth.
fn way(line: &str) -> String {
    let mut columns: Vec<_> = line.split_ascii_whitespace().collect();
    if columns.len() == 10 {
        columns.drain(6..8);
    }
    columns.join(" ")
}

fn processes() -> anyhow::Result<BTreeSet<String>> {
    let here = fs::read_link("/proc/thread-self/ns/net")?;
    let mut processes = BTreeSet::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Only processes: among the rest are links to the one that looks.
        if !name.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let path = entry.path();
        if fs::read_link(path.join("ns/net")).is_ok_and(|there| there == here) {
            let program = fs::read_to_string(path.join("comm")).unwrap_or_default();
            processes.insert(format!("{name} {}", program.trim()));
        }
    }
    Ok(processes)
}
