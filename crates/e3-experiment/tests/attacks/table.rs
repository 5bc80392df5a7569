//! Which attack is tried on which overlay.

use std::time::Duration;

use e3_conformance::trust::Scheme;
use e3_evaluate::finding::Attack;
use e3_lab::testing::Test;

use crate::{controls, keeps_its_promise, plan::Plan};

/// No experiment takes as long, however busy the machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// A test of one attack on one overlay, which keeps its promise.
macro_rules! attacked {
    ($name:expr, $attack:ident, $overlay:literal, $scheme:ident) => {
        Test::outside($name, || {
            keeps_its_promise(&Plan {
                overlay: $overlay,
                scheme: Scheme::$scheme,
                attack: Attack::$attack,
                credulous: false,
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
            concat!($name, $overlay), $attack, $overlay, $scheme
        ),)*]
    };
}

/// All of them; those on daemons of others take minutes together.
pub(crate) fn tests() -> Vec<Test> {
    let quick = [all_attacks!("quic", Pinned), all_attacks!("tls", Ca)];
    let certified = [
        attacked!("certified.quic", AuthorityStolen, "quic", Ca),
        attacked!("certified.wireguard", AuthorityStolen, "wireguard", Ca),
        attacked!("listed.quic", OutsiderJoins, "quic", Did),
    ];
    let slow = [
        all_attacks!("wireguard", Pinned),
        all_attacks!("nebula", Pinned),
        all_attacks!("headscale", Pinned),
    ];
    let slow = slow.concat().into_iter().map(Test::long);
    controls::tests()
        .into_iter()
        .chain(quick.concat())
        .chain(certified)
        .chain(slow)
        .collect()
}
