//! What makes times measured in a lab doubtful.

use std::time::Duration;

use super::Watched;
use crate::wan::Lateness;

/// What a packet may be late without anybody's noticing.
const PROMPT: Duration = Duration::from_millis(1);
/// Of fewer, one in a hundred says nothing.
const ENOUGH: u64 = 100;
/// What others may use of the machine, and what may be taken away from it, as shares of all processors.
const OTHERS: f64 = 0.2;
const STOLEN: f64 = 0.05;
/// What the lab's own processes use where they had to share processors.
const CROWDED: f64 = 0.9;

/// Why what was measured cannot be believed.
pub(super) fn reasons(watched: &Watched) -> Vec<String> {
    let mut reasons = Vec::new();
    let late = |what: &str, lateness: &Lateness| {
        let is_late = lateness.packets >= ENOUGH && lateness.p99 > PROMPT;
        is_late.then(|| {
            format!(
                "{what} {:.1} ms late or more once in a hundred times",
                lateness.p99.as_secs_f64() * 1e3
            )
        })
    };
    reasons.extend(late("packets were", &watched.lateness));
    reasons.extend(late("the router woke", &watched.wakes));
    let machine = &watched.machine;
    if machine.used_by_others > OTHERS {
        let percent = machine.used_by_others * 100.0;
        reasons.push(format!(
            "other processes used {percent:.0} % of the machine's {} processors",
            machine.processors
        ));
    }
    if machine.stolen > STOLEN {
        let percent = machine.stolen * 100.0;
        reasons.push(format!(
            "this virtual machine did not get {percent:.0} % of its processors' time"
        ));
    }
    reasons
}

/// What else should be known.
pub(super) fn notes(watched: &Watched) -> Vec<String> {
    let machine = &watched.machine;
    if machine.used_by_lab <= CROWDED {
        return Vec::new();
    }
    vec![format!(
        "the programs shared {} processors and kept them busy: on machines of their own they would compute faster",
        machine.processors
    )]
}

#[cfg(test)]
mod tests {
    use super::super::Machine;
    use super::*;

    fn watched(p99_ms: u64, machine: Machine) -> Watched {
        let lateness = Lateness {
            packets: 1000,
            p99: Duration::from_millis(p99_ms),
            ..Lateness::default()
        };
        Watched {
            duration: Duration::from_secs(1),
            lateness,
            wakes: Lateness::default(),
            machine,
            counters: crate::Counters::default(),
            trusted: true,
            reasons: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn every_reason_is_found() {
        let calm = Machine::default();
        assert_eq!(reasons(&watched(0, calm)).len(), 0);
        assert_eq!(reasons(&watched(3, calm)).len(), 1);
        let busy = Machine {
            used_by_others: 0.5,
            stolen: 0.1,
            ..calm
        };
        assert_eq!(reasons(&watched(3, busy)).len(), 3);
        let crowded = Machine {
            used_by_lab: 0.95,
            ..calm
        };
        assert_eq!(reasons(&watched(0, crowded)).len(), 0);
        assert_eq!(notes(&watched(0, crowded)).len(), 1);
        let mut few = watched(9, calm);
        few.lateness.packets = 10;
        assert_eq!(reasons(&few).len(), 0);
    }
}
