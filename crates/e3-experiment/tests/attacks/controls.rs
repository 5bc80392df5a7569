//! Each attack where it succeeds: on what was weakened on purpose. What docs/attacks.md says of them is made from this.

use std::{env, fs, path::Path};

use e3_conformance::trust::Scheme;
use e3_evaluate::finding::Attack;
use e3_experiment::WRITTEN;
use e3_lab::testing::Test;

use crate::{
    confiding,
    plan::Plan,
    repeating::{noise, quic, tls},
    sealing, succeeds,
    table::LIMIT,
    yielding::To,
};

/// An attack, and what it succeeds on.
struct Control {
    name: &'static str,
    plan: Plan,
    /// What was weakened, for a reader.
    weakened: &'static str,
    body: fn(),
}

macro_rules! control {
    ($name:literal, $attack:ident, $overlay:expr, $scheme:ident, $credulous:literal, $weakened:expr, $shown:literal) => {{
        const PLAN: Plan = Plan {
            overlay: $overlay,
            scheme: Scheme::$scheme,
            attack: Attack::$attack,
            credulous: $credulous,
        };
        Control {
            name: concat!("control.", $name),
            plan: PLAN,
            weakened: $weakened,
            body: || succeeds(&PLAN, $shown),
        }
    }};
    ($name:literal, $attack:ident, $overlay:expr, $weakened:expr, $shown:literal) => {
        control!($name, $attack, $overlay, Pinned, false, $weakened, $shown)
    };
}

const NOTHING: &str = "`direct`, which protects nothing";

const CONTROLS: &[Control] = &[
    control!(
        "outsider-connects",
        OutsiderConnects,
        "direct",
        NOTHING,
        "took a connection of an outsider"
    ),
    control!(
        "outsider-joins",
        OutsiderJoins,
        "direct",
        NOTHING,
        "got the connection that was meant for the member"
    ),
    control!(
        "member-impersonates",
        MemberImpersonates,
        "direct",
        NOTHING,
        "got the connection that was meant for the other"
    ),
    control!(
        "split-roster",
        SplitRoster,
        "quic",
        Pinned,
        true,
        "an agent that compares no rosters, over `quic`",
        "under another roster than the other's"
    ),
    control!(
        "bytes-changed",
        BytesChanged,
        "direct",
        NOTHING,
        "A program heard what was changed"
    ),
    control!(
        "replayed-now",
        ReplayedNow,
        "direct",
        NOTHING,
        "A program heard what was said before"
    ),
    control!(
        "replayed-later",
        ReplayedLater,
        "direct",
        NOTHING,
        "heard what had been said in the earlier session"
    ),
    control!(
        "revoked-returns",
        RevokedReturns,
        "direct",
        NOTHING,
        "was let in"
    ),
    control!(
        "authority-stolen",
        AuthorityStolen,
        "direct",
        Ca,
        false,
        NOTHING,
        "was let in by a program"
    ),
    control!(
        "hostile-coordinator",
        HostileCoordinator,
        confiding::NAME,
        "an overlay whose relay reads what it carries",
        "it could read"
    ),
    control!(
        "opened-later.letters",
        OpenedLater,
        sealing::NAME,
        "an overlay that seals to keys that it keeps (HPKE)",
        "as the one that they were sealed to"
    ),
    control!(
        "opened-later.tls",
        OpenedLater,
        tls::NAME,
        "TLS 1.3 whose ephemeral key is always the same, and kept",
        "conversations by TLS 1.3"
    ),
    control!(
        "opened-later.quic",
        OpenedLater,
        quic::NAME,
        "QUIC with such a key",
        "conversations by QUIC"
    ),
    control!(
        "opened-later.noise",
        OpenedLater,
        noise::NAME,
        "WireGuard's handshake and messages with such a key",
        "conversations by WireGuard"
    ),
    control!(
        "downgrade",
        Downgrade,
        "direct",
        NOTHING,
        "could be read between them"
    ),
    control!(
        "downgrade.silence",
        Downgrade,
        To::Silence.name(),
        "TLS 1.3, but in clear where datagrams get no answer",
        "Where their UDP was taken"
    ),
    control!(
        "downgrade.offers",
        Downgrade,
        To::Offers.name(),
        "TLS 1.3, but in clear with who does not offer it",
        "Where it was hidden that they speak TLS 1.3"
    ),
    control!(
        "downgrade.options",
        Downgrade,
        To::Options.name(),
        "TLS 1.3, but in clear where one party was told so",
        "Where one party was told `mode`"
    ),
];

/// A test of each, and of what is said of them.
pub(crate) fn tests() -> Vec<Test> {
    let tests = CONTROLS.iter().map(|control| {
        let test = Test::outside(control.name, control.body);
        test.within(LIMIT).waiting()
    });
    let others = [
        Test::outside("each_attack_has_a_control", each_attack_has_a_control),
        Test::outside("controls_are_listed", controls_are_listed),
    ];
    tests.chain(others).collect()
}

fn each_attack_has_a_control() {
    for attack in WRITTEN {
        let mut controls = CONTROLS.iter();
        assert!(controls.any(|one| one.plan.attack == attack), "{attack:?}");
    }
}

/// Where the list begins and ends.
const BEGIN: &str = "<!-- Made from crates/e3-experiment/tests/attacks/controls.rs -->\n";
const END: &str = "<!-- until here -->\n";

fn controls_are_listed() {
    let rows = CONTROLS.iter().map(|control| {
        let attack = control.plan.word();
        format!(
            "| `{}` | {} |\n",
            attack.trim_matches('"'),
            control.weakened
        )
    });
    let rows: String = rows.collect();
    let made = format!("{BEGIN}| attack | succeeds on |\n|---|---|\n{rows}{END}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/attacks.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let right = format!("{before}{made}{after}");
    if env::var_os("E3_BLESS").is_some() {
        fs::write(&path, right).unwrap();
        return;
    }
    assert!(
        page == right,
        "docs/attacks.md is not as the controls are: E3_BLESS=1"
    );
}
