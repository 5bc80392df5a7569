//! Which attack is tried on which overlay.

use std::time::Duration;

use e3_conformance::trust::Scheme;
use e3_evaluate::finding::Attack;
use e3_experiment::WRITTEN;
use e3_lab::testing::Test;

use crate::{keeps_its_promise, plan::Plan, succeeds};

/// No experiment takes as long, however busy the machine.
const LIMIT: Duration = Duration::from_mins(2);

/// A test of one attack on one overlay, and what is expected of it.
macro_rules! attacked {
    ($name:expr, $attack:ident, $overlay:literal, $scheme:ident, $expected:ident) => {
        attacked!($name, $attack, $overlay, $scheme, $expected, false)
    };
    ($name:expr, $attack:ident, $overlay:literal, $scheme:ident, $expected:ident, $credulous:literal) => {
        Test::outside($name, || {
            $expected(&Plan {
                overlay: $overlay,
                scheme: Scheme::$scheme,
                attack: Attack::$attack,
                credulous: $credulous,
            });
        })
        .within(LIMIT)
        .waiting()
    };
}

/// All attacks on one overlay.
macro_rules! all_attacks {
    ($overlay:literal, $scheme:ident) => {
        all_attacks!($overlay, $scheme:
            "outsider-connects." OutsiderConnects,
            "outsider-joins." OutsiderJoins,
            "member-impersonates." MemberImpersonates,
            "split-roster." SplitRoster,
            "bytes-changed." BytesChanged,
            "replayed-now." ReplayedNow,
            "replayed-later." ReplayedLater,
            "revoked-returns." RevokedReturns,
            "authority-stolen." AuthorityStolen,
            "downgrade." Downgrade,
            "opened-later." OpenedLater,
            "hostile-coordinator." HostileCoordinator,
        )
    };
    ($overlay:literal, $scheme:ident: $($name:literal $attack:ident,)*) => {
        [$(attacked!(
            concat!($name, $overlay), $attack, $overlay, $scheme, keeps_its_promise
        ),)*]
    };
}

/// Each attack where it succeeds: on `direct`, which protects nothing, and on agents that believe everything.
const CONTROLS: &[Test] = &[
    attacked!(
        "control.outsider-connects",
        OutsiderConnects,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.outsider-joins",
        OutsiderJoins,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.member-impersonates",
        MemberImpersonates,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.split-roster",
        SplitRoster,
        "quic",
        Pinned,
        succeeds,
        true
    ),
    attacked!(
        "control.bytes-changed",
        BytesChanged,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.replayed-now",
        ReplayedNow,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.replayed-later",
        ReplayedLater,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.revoked-returns",
        RevokedReturns,
        "direct",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.authority-stolen",
        AuthorityStolen,
        "direct",
        Ca,
        succeeds
    ),
    attacked!("control.downgrade", Downgrade, "direct", Pinned, succeeds),
    attacked!(
        "control.hostile-coordinator",
        HostileCoordinator,
        "confiding",
        Pinned,
        succeeds
    ),
    attacked!(
        "control.opened-later",
        OpenedLater,
        "sealing",
        Pinned,
        succeeds
    ),
    Test::outside("each_attack_has_a_control", each_attack_has_a_control),
];

fn each_attack_has_a_control() {
    assert_eq!(CONTROLS.len(), WRITTEN.len() + 1);
}

/// All of them; those on daemons of others take minutes together.
pub(crate) fn tests() -> Vec<Test> {
    let quick = [all_attacks!("quic", Pinned), all_attacks!("tls", Ca)];
    let certified = [
        attacked!(
            "certified.quic",
            AuthorityStolen,
            "quic",
            Ca,
            keeps_its_promise
        ),
        attacked!(
            "certified.wireguard",
            AuthorityStolen,
            "wireguard",
            Ca,
            keeps_its_promise
        ),
        attacked!("listed.quic", OutsiderJoins, "quic", Did, keeps_its_promise),
    ];
    let slow = [
        all_attacks!("wireguard", Pinned),
        all_attacks!("nebula", Pinned),
        all_attacks!("headscale", Pinned),
    ];
    let slow = slow.concat().into_iter().map(Test::long);
    CONTROLS
        .iter()
        .copied()
        .chain(quick.concat())
        .chain(certified)
        .chain(slow)
        .collect()
}
