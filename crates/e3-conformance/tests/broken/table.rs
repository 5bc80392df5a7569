//! Which overlay fails which check, and what the check says.

use std::time::Duration;

use e3_lab::testing::Test;

use crate::{every_check_can_fail, fails, fault::Fault, passes};

/// A test that outlasts the check that it runs, so that of a check that hangs it is still told what it has said.
const fn within_time(name: &'static str, body: fn()) -> Test {
    Test::outside(name, body).within(Duration::from_secs(90))
}

/// Makes the tests and the list of checks that they try; `waits` for those that may run beside others.
macro_rules! table {
    ($($fault:ident $verb:ident $check:ident $(because $because:literal)? $(, $waits:ident)?;)*) => {
        /// All tests.
        pub(crate) const TESTS: &[Test] = &[
            Test::outside("every_check_can_fail", every_check_can_fail),
            $(
                table!(@test $($waits)? within_time(
                    concat!(stringify!($fault), "_", stringify!($verb), "_", stringify!($check)),
                    || $verb(Fault::$fault, stringify!($check) $(, $because)?),
                )),
            )*
        ];

        /// The checks that some overlay is known to fail.
        pub(crate) const TRIED: &[&str] = &[$($(table!(@tried $check $because),)?)*];
    };
    (@test waits $test:expr) => { $test.waiting() };
    (@test $test:expr) => { $test };
    (@tried $check:ident $because:literal) => { stringify!($check) };
}

/// Checks of what agents do, whatever the overlay.
pub(crate) const ABOUT_AGENTS: &[&str] = &[
    "a_stranger_with_a_valid_looking_introduction_is_refused",
    "a_member_using_anothers_index_is_refused",
    "a_replayed_introduction_is_refused",
    "an_expired_introduction_is_refused",
    "a_roster_that_others_lack_is_refused",
];

table! {
    // What the faulty ones are made of has no fault itself.
    Sound passes three_parties_connect;
    Sound passes one_direction_may_end_before_the_other, waits;
    Sound passes a_restarted_peer_takes_its_place_again;

    // The suite finds programs where their overlay has put them.
    Placed passes three_parties_connect;
    Placed passes both_may_dial_at_once, waits;
    Placed passes nobody_reaches_a_program_past_the_overlay, waits;
    Placed passes leaving_leaves_nothing;

    // What no overlay promises yet can be kept.
    Walled passes nobody_reaches_a_program_past_the_overlay, waits;

    Forgetful fails two_parties_connect because "reports 0 links of 1";
    Forgetful fails three_parties_connect because "reports 1 links of 2";
    Gloomy fails ten_parties_connect because "nothing ever works";
    Hasty fails a_party_late_by_20_s_is_waited_for because "it did not call within 2 s", waits;
    Knocks fails pings_answer_while_a_program_runs because "the ping has knocked";
    Corrupts fails a_gibibyte_arrives_whole_and_in_order because "byte 50000 is not the one";
    Loses fails thousands_of_small_messages_arrive because "byte 50000 is not the one";
    ClosesBoth fails one_direction_may_end_before_the_other because "the stream ended";
    OneWay fails both_may_dial_at_once because "nobody comes", waits;
    Once fails a_restarted_program_is_reached_again because "nobody comes", waits;
    HidesEnds fails a_restarted_program_is_reached_again because "still stands";
    Clumsy fails a_restarted_peer_takes_its_place_again because "the stream ended";
    Blind fails an_outage_is_told_and_so_is_its_end because "a ping still says", waits;
    Fragile fails a_connection_outlives_an_outage because "the stream ended", waits;
    Stubborn fails a_party_is_reached_at_its_new_address because "nobody comes", waits;
    Curt fails an_unreachable_pair_is_told_with_its_reason because "names neither", waits;
    Gloomy fails whoever_is_behind_a_nat_can_dial because "nothing ever works";
    Clumsy fails a_party_is_added_while_others_talk because "the stream ended";
    Clumsy fails a_party_is_removed_while_others_talk because "the stream ended";
    Secretive fails connections_are_those_that_were_announced because "was not announced";
    Messy fails leaving_leaves_nothing because "sleep";

    Boastful fails parties_behind_nats_connect because "NAT", waits;
    Boastful fails a_connection_outlives_a_change_of_address because "deadline has elapsed", waits;
    Boastful fails a_party_is_removed_while_another_moves because "deadline has elapsed", waits;
    Boastful fails a_removed_party_gets_no_connection because "still stands", waits;
    Boastful fails who_leaves_says_so_while_somebody_knocks because "still stands", waits;
    Boastful fails a_stranger_gets_no_connection because "takes the stranger for party 1", waits;
    Boastful fails a_member_calling_under_anothers_index_is_refused because "takes the second party for party 0";
    Boastful fails a_member_answering_for_another_is_not_reached because "p1 answers p0 in the place of party 2", waits;
    Breaks fails a_stranger_gets_no_connection because "is no reason to refuse a stranger", waits;
    Boastful fails nobody_between_reads_what_is_said because "can be read between them";
    Denies fails nobody_between_reads_what_is_said because "should be relayed";
    Gossips fails nobody_between_reads_what_is_said because "can be read by the relay";
    Boastful fails nobody_reaches_a_program_past_the_overlay because "by its loopback", waits;
    Forwarded fails nobody_reaches_a_program_past_the_overlay because "by its loopback", waits;
    Homeless fails nobody_reaches_a_program_past_the_overlay because "runs in its host's network, with forwards", waits;
}
