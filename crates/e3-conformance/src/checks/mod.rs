//! What is checked, by name.

mod connecting;
mod leaving;
mod nat;
mod roster;
mod streams;

use std::time::Duration;

/// A check.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// Which overlays are held to it.
    pub(crate) condition: Condition,
    /// How long it may take.
    pub(crate) limit: Duration,
    pub(crate) body: fn(),
}

/// Which overlays are held to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Every one.
    Always,
    /// Those that promise to traverse NATs.
    TraversesNat,
    /// Those that do not.
    StopsAtNat,
    /// Those that promise to take a changed roster.
    ChangesRoster,
}

/// Makes a [`Check`] of an async function, named after it.
macro_rules! check {
    ($condition:ident, $module:ident::$name:ident) => {
        Check {
            name: stringify!($name),
            condition: Condition::$condition,
            limit: Duration::from_mins(1),
            body: || settle(stringify!($name), $module::$name()),
        }
    };
}

/// All checks, the simple ones first.
pub(crate) const CHECKS: &[Check] = &[
    check!(Always, connecting::two_parties_connect),
    check!(Always, connecting::three_parties_connect),
    check!(Always, connecting::ten_parties_connect),
    check!(Always, connecting::a_late_party_is_waited_for),
    check!(Always, connecting::pings_answer_while_a_program_runs),
    check!(Always, streams::bulk_arrives_whole_and_in_order),
    check!(Always, streams::thousands_of_small_messages_arrive),
    check!(Always, streams::one_direction_may_end_before_the_other),
    check!(Always, streams::both_may_dial_at_once),
    check!(StopsAtNat, nat::an_unreachable_pair_is_told_with_its_reason),
    check!(StopsAtNat, nat::whoever_is_behind_a_nat_can_dial),
    check!(TraversesNat, nat::parties_behind_nats_connect),
    check!(ChangesRoster, roster::a_party_is_added_while_others_talk),
    check!(Always, leaving::leaving_leaves_nothing),
];

/// Runs a check; a failure fails the process.
fn settle(name: &str, check: impl Future<Output = anyhow::Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(check),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = outcome {
        eprintln!("{name}: {error:#}");
        // What the lab holds ends with the process.
        std::process::exit(1);
    }
}
