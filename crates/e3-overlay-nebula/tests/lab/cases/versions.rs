//! Which certificates are used, by what the hosts' nebulas read and the networks need.

use e3_lab::Family;

use crate::{
    field::{Field, Wanted},
    party::wire::Ask,
    stock::Stock,
};

const BOTH: &[&str] = &["10.233.0.0/24", "fd33:e3::/64"];
const SIX: &[&str] = &["fd33:e3::/64"];

/// Where all are newer, of version 2; with one that is not, of version 1 for everybody. Who is newer may be the lighthouse
/// or a party, and the networks may have IPv6 as well.
pub(crate) fn the_newest_that_all_read() {
    use Stock::{New, Old};
    for (parties, lighthouse, network, version) in [
        ([New, New], New, BOTH, 2),
        ([Old, New], New, BOTH, 1),
        ([New, Old], Old, BOTH, 1),
        ([New, New], Old, BOTH, 1),
        ([Old, Old], New, &BOTH[..1], 1),
    ] {
        let wanted = Wanted {
            parties: &parties,
            lighthouse,
            network,
            ..Wanted::default()
        };
        talk(&wanted, version);
    }
}

/// Somebody is added whose nebula does not read what is in use: the others say so, and stay as they are.
pub(crate) fn in_use_that_a_new_one_lacks() {
    let mut field = Field::lay_out(&Wanted {
        parties: &[Stock::New, Stock::New, Stock::Old],
        lighthouse: Stock::New,
        ..Wanted::default()
    });
    let with = field.roster.clone();
    let _late = field.remove(2);
    field.admit();
    field.join();
    field.roster = with;
    field.admit();
    for index in [0, 1] {
        let change = Ask::Change(Box::new(field.roster.clone()));
        let why = field.parties[index].try_ask(&change).unwrap_err();
        let said = "the nebula of p2 does not read the certificates that the others use";
        assert!(why.contains(said), "{why}");
    }
    let to = field.at(1);
    field.parties[0].ask(&Ask::Exchange(to, 10_000));
    field.leave();
}

pub(crate) fn of_six_alone() {
    for family in [Family::Dual, Family::V6] {
        let field = Wanted {
            parties: &[Stock::New, Stock::New],
            lighthouse: Stock::New,
            network: SIX,
            family,
            ..Wanted::default()
        };
        talk(&field, 2);
    }
}

/// All connect, both ways, with certificates of that version.
fn talk(wanted: &Wanted<'_>, version: u8) {
    let mut field = Field::connected(wanted);
    for (from, to) in [(0, 1), (1, 0)] {
        let to = field.at(to);
        field.parties[from].ask(&Ask::Exchange(to, 10_000));
    }
    let newer = "BEGIN NEBULA CERTIFICATE V2";
    let folders = field.parties.iter().map(|party| &party.folder);
    for folder in folders.chain([&field.lighthouse.folder]) {
        for file in ["host.crt", "authorities.crt"] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            let all = text.matches("-----BEGIN").count();
            let of_two = text.matches(newer).count();
            assert_eq!(
                of_two,
                if version == 2 { all } else { 0 },
                "{wanted:?}: {file}"
            );
        }
    }
    field.leave();
}

/// Networks of IPv6 alone and a nebula that cannot: whoever has it is told when it introduces itself.
pub(crate) fn that_cannot_be_had() {
    let home = tempfile::tempdir().unwrap();
    let stocks = [Stock::New, Stock::Old].map(|stock| stock.folder(home.path()));
    let wanted = Wanted {
        lighthouse: Stock::New,
        network: SIX,
        family: Family::Dual,
        ..Wanted::default()
    };
    let Err(why) = Field::with_stocks(&wanted, home, &stocks) else {
        panic!("that is no error");
    };
    let said = "the parties' networks have no IPv4, and not every host's nebula knows IPv6 (1.10 and later do): let `network.virtual` have one of IPv4";
    assert!(why.contains(said), "{why}");
}

/// Networks of IPv6 alone and a host that has it switched off.
pub(crate) fn that_a_host_has_switched_off() {
    let home = tempfile::tempdir().unwrap();
    let stocks = [Stock::New.folder(home.path())];
    let wanted = Wanted {
        lighthouse: Stock::New,
        network: SIX,
        ..Wanted::default()
    };
    let Err(why) = Field::with_stocks(&wanted, home, &stocks) else {
        panic!("that is no error");
    };
    assert!(
        why.contains("switched off for new interfaces of this host"),
        "{why}"
    );
}

/// The same of the lighthouse's: the parties are told.
pub(crate) fn that_the_lighthouse_lacks() {
    let mut field = Field::lay_out(&Wanted {
        parties: &[Stock::New, Stock::New],
        lighthouse: Stock::Old,
        network: SIX,
        family: Family::Dual,
        ..Wanted::default()
    });
    field.admit();
    let ask = field.joining(0, &field.parties[0].folder);
    let why = field.parties[0].try_ask(&ask).unwrap_err();
    assert!(why.contains("not every host's nebula knows IPv6"), "{why}");
    let health = field.lighthouse.ask(&Ask::Health);
    assert!(
        format!("{health:?}").contains("not every host's nebula knows IPv6"),
        "{health:?}"
    );
}
