//! Hosts that speak IPv6 alone: coordinator, desk, STUN, DERP and the parties' own packets have nothing else to go by.

use std::net::SocketAddr;

use e3_lab::{Family, Nat};
use e3_session::types::{OptionValue, Options, Path};

use crate::stage::{
    Coordinator, PORT, Session, caller, headscale, host, join, lab_of, listener, until,
};

/// In both places that programs may have.
pub(crate) fn hosts_of_six_alone_are_connected() {
    let names = ["one", "two"];
    let lab = lab_of(Family::V6, &names.map(|name| (name, Nat::None)));
    let hosts = names.map(|name| host(&lab, name));
    let coordinator = Coordinator::start(host(&lab, "hub"));
    let (url, _) = coordinator.url();
    assert!(url.starts_with("https://["), "{url}");
    for program in ["namespace", "forwards"] {
        let word = OptionValue::Word(program.to_owned());
        let session = Session {
            options: Options([("program".to_owned(), word)].into()),
            coordinator: Some(&coordinator),
            overlay: headscale,
        };
        let folders = tempfile::tempdir().unwrap();
        let parties = join(&session, |_| headscale(), &hosts, folders.path());
        for (from, to) in [(0, 1), (1, 0)] {
            let mut all = parties[from].dial.parties.iter();
            let reach = all.find(|reach| reach.name == names[to]).unwrap();
            let listening = parties[to].python(hosts[to], &listener(PORT, "hello"));
            let address = reach.address.to_string();
            let calling = parties[from].python(hosts[from], &caller(&address, reach.port, "who"));
            assert_eq!(calling.said().trim(), "hello", "{program}");
            listening.said();
        }
        for party in &parties {
            let is_direct = |path: &Path| {
                let Path::Direct { address } = path else {
                    return false;
                };
                address.parse::<SocketAddr>().is_ok_and(|at| at.is_ipv6())
            };
            until("a direct path", || {
                party.links().iter().all(|link| is_direct(&link.path))
            });
        }
        drop(parties);
    }
}
