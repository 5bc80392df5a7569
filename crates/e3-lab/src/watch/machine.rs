//! What the machine does, as Linux tells it in /proc.

use std::fs;

use serde::Serialize;

/// How busy the machine was for a time. Shares are of all its processors' time, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Machine {
    /// The processors.
    pub processors: usize,
    /// How much of their time was used, by whomever.
    pub used: f64,
    /// How much of it by processes of this lab: all that have the same /proc.
    pub used_by_lab: f64,
    /// How much of it by processes outside of this lab; the kernel's own work on interrupts is nobody's.
    pub used_by_others: f64,
    /// How much the processors were taken away, by whatever runs this machine as a virtual one.
    pub stolen: f64,
    /// For how much of the time some process waited for a processor; none where the kernel does not tell (PSI).
    pub waiting: Option<f64>,
    /// Processes that ran or waited to run, on average over the last minute before the end.
    pub load: f64,
}

/// What the kernel has counted since the machine was started.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Readings {
    processors: usize,
    time: Times,
    ours: u64,
    /// Microseconds since the machine was started for which somebody waited.
    waiting: Option<u64>,
    load: f64,
    uptime: f64,
}

/// Processor time in ticks, of all processors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Times {
    processes: u64,
    interrupts: u64,
    idle: u64,
    stolen: u64,
}

impl Readings {
    pub(super) fn take() -> Self {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let first = |text: &str| text.split_ascii_whitespace().next()?.parse().ok();
        let stat = read("/proc/stat");
        Self {
            processors: processors(&stat),
            time: stat.lines().next().and_then(times).unwrap_or_default(),
            ours: ours(),
            waiting: waiting(&read("/proc/pressure/cpu")),
            load: first(&read("/proc/loadavg")).unwrap_or_default(),
            uptime: first(&read("/proc/uptime")).unwrap_or_default(),
        }
    }

    /// What happened after `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Machine {
        let processes = self.time.processes.saturating_sub(earlier.time.processes);
        let interrupts = self.time.interrupts.saturating_sub(earlier.time.interrupts);
        let idle = self.time.idle.saturating_sub(earlier.time.idle);
        let stolen = self.time.stolen.saturating_sub(earlier.time.stolen);
        let ours = self.ours.saturating_sub(earlier.ours).min(processes);
        let all = processes + interrupts + idle + stolen;
        let share = |ticks: u64| {
            if all == 0 {
                0.0
            } else {
                float(ticks) / float(all)
            }
        };
        let seconds = self.uptime - earlier.uptime;
        let waiting = self.waiting.zip(earlier.waiting).map(|(now, then)| {
            let waited = float(now.saturating_sub(then)) / 1e6;
            if seconds > 0.0 {
                (waited / seconds).min(1.0)
            } else {
                0.0
            }
        });
        Machine {
            processors: self.processors,
            used: share(processes + interrupts),
            used_by_lab: share(ours),
            used_by_others: share(processes - ours),
            stolen: share(stolen),
            waiting,
            load: self.load,
        }
    }
}

/// The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
fn times(line: &str) -> Option<Times> {
    let figures = line.strip_prefix("cpu ")?.split_ascii_whitespace();
    let figures: Vec<u64> = figures.map_while(|figure| figure.parse().ok()).collect();
    let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = *figures.as_slice() else {
        return None;
    };
    Some(Times {
        processes: user + nice + system,
        interrupts: irq + softirq,
        idle: idle + iowait,
        stolen: steal,
    })
}

fn processors(stat: &str) -> usize {
    let is_one = |line: &&str| {
        let name = line.split_ascii_whitespace().next().unwrap_or_default();
        name.strip_prefix("cpu")
            .is_some_and(|number| !number.is_empty())
    };
    stat.lines().filter(is_one).count()
}

/// The time that this process, all others of its /proc, and their children that have ended, have used, in ticks.
fn ours() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_process = |name: &std::ffi::OsStr| {
        name.to_str()
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let stats = processes.filter(|entry| is_process(&entry.file_name()));
    let stats = stats.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats.filter_map(|stat| used(&stat)).sum()
}

/// Fields 14 to 17 of /proc/PID/stat: its own time and that of its children, as user and in the kernel.
fn used(stat: &str) -> Option<u64> {
    // The name of the program, in brackets, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields = rest.split_ascii_whitespace().skip(11).take(4);
    Some(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
}

/// The first line of /proc/pressure/cpu: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`.
fn waiting(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("some "))?;
    line.split_once("total=")?.1.trim().parse().ok()
}

/// Ticks and microseconds of a machine's life are far below 2⁵³.
#[allow(clippy::cast_precision_loss)] // As just said.
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_figures_are_read() {
        let line = "cpu  100 20 30 400 5 6 7 8 0 0";
        let expected = Times {
            processes: 150,
            interrupts: 13,
            idle: 405,
            stolen: 8,
        };
        assert_eq!(times(line), Some(expected));
        assert_eq!(processors("cpu  1\ncpu0 1\ncpu1 1\nintr 5"), 2);
        let stat = "7 (a) b) S 1 1 1 0 -1 4194560 5 6 7 8 10 20 30 40 20 0";
        assert_eq!(used(stat), Some(100));
        let pressure = "some avg10=0.00 avg60=0.10 avg300=0.20 total=123\nfull avg10=0 total=0";
        assert_eq!(waiting(pressure), Some(123));
        assert_eq!((waiting(""), times("")), (None, None));
    }

    #[test]
    fn shares_are_of_all_processors() {
        let earlier = Readings::default();
        let later = Readings {
            processors: 2,
            time: Times {
                processes: 60,
                interrupts: 10,
                idle: 120,
                stolen: 10,
            },
            ours: 20,
            waiting: Some(500_000),
            load: 1.5,
            uptime: 1.0,
        };
        let machine = later.since(&Readings {
            waiting: Some(0),
            ..earlier
        });
        let expected = Machine {
            processors: 2,
            used: 0.35,
            used_by_lab: 0.1,
            used_by_others: 0.2,
            stolen: 0.05,
            waiting: Some(0.5),
            load: 1.5,
        };
        assert_eq!(machine, expected);
    }

    #[test]
    fn this_machine_tells() {
        let readings = Readings::take();
        assert!(readings.processors > 0 && readings.time.idle > 0 && readings.ours < u64::MAX);
        let machine = Readings::take().since(&readings);
        assert!((0.0..=1.0).contains(&machine.used), "{machine:?}");
    }
}
