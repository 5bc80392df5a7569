//! The list of checks.

use std::time::Duration;

use super::{
    Check, Condition, admission, announced, connecting, eavesdroppers, impostors, isolation,
    leaving, nat, roster, settle, streams, trouble,
};

/// How long a check may take, and one that is `long`: daemons of others may carry a gibibyte no faster than half a gigabit a
/// second, on a busy machine less, and impostors try in vain what takes its time several times.
const LIMITS: (Duration, Duration) = (Duration::from_mins(1), Duration::from_mins(3));

/// Makes a [`Check`] of an async function, named after it. Those that `wait` run beside the others.
macro_rules! check {
    ($condition:ident, long, $($rest:tt)*) => {
        Check { limit: LIMITS.1, ..check!($condition, $($rest)*) }
    };
    ($condition:ident, wait, $($rest:tt)*) => {
        Check { waits: true, ..check!($condition, $($rest)*) }
    };
    ($condition:ident, $module:ident::$name:ident, $shows:literal) => {
        Check {
            name: stringify!($name),
            shows: $shows,
            condition: Condition::$condition,
            waits: false,
            limit: LIMITS.0,
            body: || settle(stringify!($name), $module::$name()),
        }
    };
}

/// All checks, the simple ones first.
pub(crate) const CHECKS: &[Check] = &[
    check!(
        Always,
        connecting::two_parties_connect,
        "m = 2: both have a measured link, and what they say arrives"
    ),
    check!(
        Always,
        connecting::three_parties_connect,
        "m = 3: the same of every pair"
    ),
    check!(
        Always,
        connecting::ten_parties_connect,
        "m = 10: the same of every pair, several at one site"
    ),
    check!(
        Always,
        wait,
        connecting::a_party_late_by_20_s_is_waited_for,
        "who joins 20 s after the others is connected, and soon"
    ),
    check!(
        Always,
        connecting::pings_answer_while_a_program_runs,
        "a ping measures a link and does not knock at the program's port"
    ),
    check!(
        Always,
        long,
        streams::a_gibibyte_arrives_whole_and_in_order,
        "1 GiB over one connection, every byte in its place; then 32 MiB both ways at once"
    ),
    check!(
        Always,
        streams::thousands_of_small_messages_arrive,
        "5000 messages of 20 bytes each way at once"
    ),
    check!(
        HalfCloses,
        streams::one_direction_may_end_before_the_other,
        "half-close: who has said its last still hears the other"
    ),
    check!(
        Always,
        streams::both_may_dial_at_once,
        "simultaneous open: two connections, neither in the other's way"
    ),
    check!(
        Always,
        trouble::a_restarted_program_is_reached_again,
        "a program that ends is seen to end, and the next on its port is reached"
    ),
    check!(
        ChangesRoster,
        trouble::a_restarted_peer_takes_its_place_again,
        "an agent is killed and started again; it is reached, and the others go on meanwhile"
    ),
    check!(
        Always,
        wait,
        trouble::an_outage_is_told_and_so_is_its_end,
        "while a path is down a ping says so; afterwards it is measured, and programs connect"
    ),
    check!(
        OutlivesOutage,
        wait,
        trouble::a_connection_outlives_an_outage,
        "what is said during 10 s of outage arrives after it, over the same connection"
    ),
    check!(
        ChangesRoster,
        trouble::a_party_is_reached_at_its_new_address,
        "a host gets another address; it is reached there, and the others go on meanwhile"
    ),
    check!(
        OutlivesAddress,
        wait,
        trouble::a_connection_outlives_a_change_of_address,
        "a host gets another address, and its connections go on"
    ),
    check!(
        StopsAtNat,
        nat::an_unreachable_pair_is_told_with_its_reason,
        "both ends of a pair that a NAT divides say so within seconds"
    ),
    check!(
        StopsAtNat,
        nat::whoever_is_behind_a_nat_can_dial,
        "a party behind a NAT can be party 0, which dials and is not dialled"
    ),
    check!(
        TraversesNat,
        nat::parties_behind_nats_connect,
        "two parties behind home routers of their own connect, both ways"
    ),
    check!(
        ChangesRoster,
        roster::a_party_is_added_while_others_talk,
        "a later epoch has one more member, and the others go on meanwhile"
    ),
    check!(
        ChangesRoster,
        roster::a_party_is_removed_while_others_talk,
        "a later epoch has one member less, and the others go on meanwhile"
    ),
    check!(
        OutlivesAddressAmongChanges,
        wait,
        roster::a_party_is_removed_while_another_moves,
        "one member less, and another is dialled anew at that moment: nobody is taken for anybody else"
    ),
    check!(
        ExcludesRemoved,
        wait,
        roster::a_removed_party_gets_no_connection,
        "its connections end, and it gets no others"
    ),
    check!(
        Always,
        admission::a_stranger_with_a_valid_looking_introduction_is_refused,
        "well formed, signed, of this session, in a member's place: every agent refuses it by name"
    ),
    check!(
        Always,
        admission::a_member_using_anothers_index_is_refused,
        "a member under another's name, or two members in each other's places"
    ),
    check!(
        Always,
        admission::a_replayed_introduction_is_refused,
        "the party's own, of another session"
    ),
    check!(
        Always,
        admission::an_expired_introduction_is_refused,
        "the party's own, of yesterday; of tomorrow, too"
    ),
    check!(
        Always,
        admission::a_roster_that_others_lack_is_refused,
        "a courier that shows the parties different rosters gets no further than that"
    ),
    check!(
        ExcludesStrangers,
        long,
        wait,
        impostors::a_stranger_gets_no_connection,
        "whom the identity policy does not believe reaches no program, and is not reached in a member's place"
    ),
    check!(
        NamesCallers,
        wait,
        impostors::a_member_calling_under_anothers_index_is_refused,
        "a member that joins with its own keys and another's index is not taken for that other"
    ),
    check!(
        Authenticates,
        long,
        wait,
        impostors::a_member_answering_for_another_is_not_reached,
        "a member at another's place, to which a hostile courier sends the callers"
    ),
    check!(
        Always,
        announced::connections_are_those_that_were_announced,
        "every connection that hosts open is one that `e3 plan` says a firewall has to let through, and none is missing"
    ),
    check!(
        Confidential,
        eavesdroppers::nobody_between_reads_what_is_said,
        "a capture of all that passes between sites, and of all that a relay sees, shows no piece of what parties say"
    ),
    check!(
        IsolatesProgram,
        wait,
        isolation::nobody_reaches_a_program_past_the_overlay,
        "listening on every address, from another host, from its own host's address and from its loopback"
    ),
    check!(
        ExcludesRemoved,
        wait,
        leaving::who_leaves_says_so_while_somebody_knocks,
        "its peers' connections end at once: they do not take it for an outage, whoever else is half let in"
    ),
    check!(
        Always,
        leaving::leaving_leaves_nothing,
        "no socket, interface, route or process that was not there before"
    ),
];
