//! Many hosts, brought up and down by the way that every environment goes: guardian, lab, an agent on each host.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use e3_holder::launch::{Consent, Keep, Launched};
use e3_holder::state::{EnvironmentId, StateFolder, StateRoot};
use e3_holder::wire::{Ask, CheckRecord, Event, LabAnswer, LabAsk, Step, rounded};
use e3_spec::Environment;

use super::figure::Figure;
use super::memory::{self, Memory};
use crate::cli::LabDeclared;
use crate::environment::{self, interrupt::Interrupt};
use crate::fault::Fault;
use crate::load;

/// How many hosts, and what is measured with them, each with its floor.
pub(super) const SIZES: &[(u16, &[(Figure, f64)])] = &[
    (
        100,
        &[
            (Figure::Hosts100Up, 3.0),
            (Figure::Hosts100Down, 1.0),
            (Figure::MemoryPerHost, 4.0),
        ],
    ),
    (600, &[(Figure::Hosts600Up, 10.0)]),
];

/// How long each host of the round before is waited for: the kernel takes network namespaces apart behind everybody's back,
/// one after another, and makes no new ones meanwhile.
const REST: Duration = Duration::from_millis(25);

/// Where the hosts stand, in turn.
const REGIONS: &[&str] = &[
    "ams3", "nyc3", "sgp1", "fra1", "lon1", "blr1", "sfo3", "syd1", "tor1", "atl1",
];

/// What was seen, a sample a round.
#[derive(Debug)]
pub(super) struct Seen {
    count: u16,
    up: Vec<f64>,
    down: Vec<f64>,
    /// Of the last round.
    steps: BTreeMap<Step, f64>,
    memory: Vec<Memory>,
    check: CheckRecord,
}

/// Brings `count` hosts up and down, `rounds` times; between, they answer one another's pings in a sample of pairs.
/// Before each round it rests for as many hosts as have gone just `before`, even if those were of another measurement.
///
/// # Errors
/// What this machine lacks; pairs that do not answer; Ctrl-C.
pub(super) fn measure(
    count: u16,
    rounds: u16,
    mut before: u16,
    interrupt: &Interrupt,
) -> Result<Seen, Fault> {
    let environment = hosts(count)?;
    let root = StateRoot::from_env().map_err(Fault::from)?;
    let folder = root.folder(&EnvironmentId::passing("bench"));
    let mut seen = None;
    for _ in 0..rounds {
        thread::sleep(REST * u32::from(before));
        before = count;
        let round = round(&environment, &folder, interrupt)?;
        let all = seen.get_or_insert_with(|| Seen {
            count,
            up: Vec::new(),
            down: Vec::new(),
            steps: BTreeMap::new(),
            memory: Vec::new(),
            check: round.check.clone(),
        });
        all.up.push(round.up.as_secs_f64());
        all.down.push(round.down.as_secs_f64());
        all.memory.push(round.memory);
        all.steps = round.steps;
    }
    seen.ok_or_else(|| Fault::user("nothing is measured in no round"))
}

/// One round.
struct Round {
    up: Duration,
    down: Duration,
    steps: BTreeMap<Step, f64>,
    memory: Memory,
    check: CheckRecord,
}

fn round(
    environment: &Environment,
    folder: &StateFolder,
    interrupt: &Interrupt,
) -> Result<Round, Fault> {
    let before = memory::of_kernel()?;
    let begin = Instant::now();
    let started = environment::start(
        environment,
        folder,
        Keep::Agents,
        "lab bench",
        &Consent::default(),
        interrupt,
        |_| {},
    )?;
    let busy = || Fault::ours("another process keeps the benchmark's environment");
    let (launched, steps) = started.ok_or_else(busy)?;
    let up = begin.elapsed();
    let looked = look(&launched, folder, before, environment.hosts.len());
    let begin = Instant::now();
    environment::end(launched, folder)?;
    let down = begin.elapsed();
    let (memory, check) = looked?;
    Ok(Round {
        up,
        down,
        steps,
        memory,
        check,
    })
}

/// What is there while it is up.
fn look(
    launched: &Launched,
    folder: &StateFolder,
    before: u64,
    hosts: usize,
) -> Result<(Memory, CheckRecord), Fault> {
    let memory = Memory::of(launched.id(), before, hosts)?;
    let check = match environment::one_answer(folder, &Ask::Lab(LabAsk::Check))? {
        Event::Lab { answer } => match *answer {
            LabAnswer::Checked(check) if check.unanswered > 0 => return Err(silent(&check)),
            LabAnswer::Checked(check) => check,
            other => return Err(unexpected(&other)),
        },
        other => return Err(unexpected(&other)),
    };
    Ok((memory, check))
}

/// Hosts that are up must reach one another.
fn silent(check: &CheckRecord) -> Fault {
    Fault::user(format!(
        "in {} of {} pairs of hosts no ping was answered",
        check.unanswered, check.pairs
    ))
    .hint("the machine may be too busy: see its load, and try again")
}

fn unexpected(answer: &impl std::fmt::Debug) -> Fault {
    Fault::ours(format!("the holder answered with {answer:?}"))
}

/// As many hosts, each behind a home router of its own.
fn hosts(count: u16) -> Result<Environment, Fault> {
    let regions = REGIONS.iter().cycle();
    let sites = (0..count).zip(regions);
    let declared = LabDeclared {
        sites: sites
            .map(|(index, region)| format!("h{index}={region}:home"))
            .collect(),
        name: "bench".to_owned(),
        ..LabDeclared::default()
    };
    Ok(load::network(&declared)?.environment)
}

impl Seen {
    /// The samples of a figure.
    pub(super) fn samples(&self, figure: Figure) -> Vec<f64> {
        let samples = match figure {
            Figure::Hosts100Down => self.down.clone(),
            Figure::MemoryPerHost => self.memory.iter().map(Memory::per_host_mb).collect(),
            _ => self.up.clone(),
        };
        samples.into_iter().map(rounded).collect()
    }

    /// What else there is to tell, by name.
    pub(super) fn beside(&self) -> BTreeMap<String, f64> {
        let count = self.count;
        let mut beside = BTreeMap::new();
        let mut tell = |name: &str, value: f64| {
            beside.insert(format!("hosts_{count}_{name}"), rounded(value));
        };
        for (step, seconds) in &self.steps {
            if let Ok(serde_json::Value::String(step)) = serde_json::to_value(step) {
                tell(&format!("step_{step}_s"), *seconds);
            }
        }
        if let Some(memory) = self.memory.last() {
            tell("processes_mb_per_host", memory.processes_mb_per_host());
            tell("kernel_mb_per_host", memory.kernel_mb_per_host());
        }
        if let Some(down) = self.down.last() {
            tell("down_s", *down);
        }
        #[allow(clippy::cast_precision_loss, reason = "some hundred pairs")]
        tell("pairs_answered", self.check.pairs as f64);
        tell("worst_error_ms", self.check.worst_error_ms);
        beside
    }
}
