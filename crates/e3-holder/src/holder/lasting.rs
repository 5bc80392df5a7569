//! For how long parties introduce themselves, and whether that is enough for a run.

use std::time::Duration;

use e3_identity::introduction::LIFETIME;
use e3_session::types::{EndsEarly, Roster};
use e3_spec::{Environment, Timeout};

use crate::wire::Fault;

/// Seconds for which the declared program may run.
pub(super) fn time_of(environment: &Environment) -> u64 {
    let declared = environment.program.as_ref();
    let timeout = declared.map_or(Timeout::DEFAULT, |program| program.timeout);
    Duration::from(timeout).as_secs()
}

/// Seconds for which parties introduce themselves: the usual time, and beyond it that of the program, which may be started
/// at the end of that.
pub(super) fn lifetime(program_s: u64) -> u64 {
    LIFETIME.saturating_add(program_s)
}

/// Refuses a run that the parties' introductions would not outlast.
pub(super) fn check(roster: &Roster, program_s: u64, now: u64) -> Result<(), Fault> {
    roster.lasts(now, program_s).map_err(|early| {
        let EndsEarly {
            what,
            name,
            not_after,
            until,
        } = early;
        Fault::user(format!(
            "{what} of party {name} ends at {}, and the program may run until {}",
            shown(not_after),
            shown(until)
        ))
        .hint("`e3 down`, then `e3 up`, introduces the parties anew")
    })
}

/// Unix seconds, as people read them.
fn shown(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|time| jiff::Timestamp::from_second(time).ok());
    time.map_or_else(|| seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
    use e3_session::types::{RosterEntry, SessionId};

    use super::*;

    /// A program has half an hour.
    const HALF: u64 = 30 * 60;

    /// A roster of one party, which introduced itself at 1000 for so many seconds.
    fn roster(lifetime_s: u64) -> Roster {
        let keys = PartyKeys::generate().unwrap();
        let validity = Validity::starting(1000, lifetime_s);
        let entry = RosterEntry {
            name: "zurich".to_owned(),
            addresses: Vec::new(),
            introduction: Introduction::new(&keys, [7; 16], "zurich", validity, BTreeMap::new()),
            endorsement: Endorsement::Pinned,
        };
        Roster::build(SessionId([7; 16]), 1, Vec::new(), vec![entry]).unwrap()
    }

    #[test]
    fn a_run_that_introductions_do_not_outlast_is_refused() {
        let introduced = roster(lifetime(HALF));
        check(&introduced, HALF, 1000).unwrap();
        // A day later there is time for one more, and not after that.
        check(&introduced, HALF, 1000 + LIFETIME).unwrap();
        let fault = check(&introduced, HALF, 1001 + LIFETIME).unwrap_err();
        assert_eq!(
            fault.message,
            "the introduction of party zurich ends at 1970-01-02T00:46:40Z, \
             and the program may run until 1970-01-02T00:46:41Z"
        );
        assert!(fault.hint.unwrap().contains("`e3 down`, then `e3 up`"));
    }
}
