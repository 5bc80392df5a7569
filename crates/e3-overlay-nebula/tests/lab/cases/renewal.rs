//! Certificates expire, and are renewed before.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    thread,
    time::{Duration, Instant},
};

use crate::{
    field::{Field, Wanted},
    party::{until, wire::Ask},
    stock::Stock,
};

/// How long certificates are valid, in seconds.
const LIFETIME_S: u64 = 10;

/// No connection is silent for longer.
const SILENCE: Duration = Duration::from_secs(3);

pub(crate) fn of_an_old_one() {
    renewed(&[Stock::Old, Stock::Old]);
}

pub(crate) fn of_a_new_one() {
    renewed(&[Stock::New, Stock::New]);
}

pub(crate) fn of_both() {
    renewed(&[Stock::Old, Stock::New]);
}

fn talking(parties: &[Stock]) -> Field {
    let mut field = Field::connected(&Wanted {
        parties,
        lighthouse: parties[0],
        lifetime_s: Some(LIFETIME_S),
        ..Wanted::default()
    });
    let (first, second) = (field.at(0), field.at(1));
    field.parties[0].ask(&Ask::Call(second));
    field.parties[1].ask(&Ask::Call(first));
    field
}

/// Two parties talk for three lifetimes, both ways, over the same connections; their introductions expire meanwhile, too.
fn renewed(parties: &[Stock]) {
    let mut field = talking(parties);
    let start = Instant::now();
    let mut longest = 0;
    while start.elapsed() < Duration::from_secs(3 * LIFETIME_S + 2) {
        for party in &mut field.parties {
            assert_eq!(party.severed(), None);
            for call in party.calls() {
                assert_eq!(call.ended, None, "{:?}", start.elapsed());
                longest = longest.max(call.silent_ms);
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    let silence = Duration::from_millis(longest);
    println!("{parties:?}: the longest silence was {silence:?}");
    assert!(silence < SILENCE, "a connection was silent for {silence:?}");
    for party in &field.parties {
        let renewals = party.log().matches("certificate was renewed").count();
        assert!(renewals >= 4, "{renewals} renewals");
        assert_eq!(party.notices(), [""; 0]);
    }
    field.leave();
}

/// Where it cannot be written, a person hears of it in time; programs are stopped when it has expired.
pub(crate) fn that_fails() {
    let field = talking(&[Stock::Old, Stock::New]);
    let start = Instant::now();
    // Root writes everywhere, but not a file where a folder stands.
    let folder = field.parties[1].folder.clone();
    fs::create_dir(folder.join(".host.crt.new")).unwrap();
    let told = until(Duration::from_secs(LIFETIME_S), || {
        field.parties[1].notices().first().cloned()
    });
    let told = told.expect("nobody was told");
    assert!(
        told.starts_with("this host's certificate cannot be renewed: cannot write"),
        "{told}"
    );
    assert!(start.elapsed() < Duration::from_secs(LIFETIME_S * 3 / 4));
    let (_, why) = field.parties[1].severed_within(Duration::from_secs(LIFETIME_S));
    assert!(
        why.starts_with("this host's certificate has expired"),
        "{why}"
    );
    assert_eq!(field.parties[1].notices().len(), 1, "it is told once");
    assert!(field.parties[0].notices().is_empty());
    // Nothing of the certificate is readable for others meanwhile.
    let mode = fs::metadata(folder.join("host.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
