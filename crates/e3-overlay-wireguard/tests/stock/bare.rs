//! The data plane alone, without a relay or a network of the program's own.

use std::{net::SocketAddr, process::Command};

use e3_lab::testing::Secrets;
use e3_overlay_wireguard::{
    engine::{Engine, MTU, Member, Parts, Role},
    key::PrivateKey,
};
use e3_reflector::message::Class;
use e3_sys::{tun, udp::Datagrams};

use crate::{
    ITS, OURS, Place, SAID, captured, everything_logged,
    go::{Go, PORT, ip},
    lab, shown_nowhere, speak,
    wire::{self, REFLECTOR, Said, What},
};

/// TCP passes between ours and wireguard-go, and all that is on the wire is WireGuard's messages, but for questions to the
/// reflector. No private key is shown.
pub(crate) fn meet() {
    let lab = lab(&["ours", "its"]);
    let [ours, its] = ["ours", "its"].map(|name| lab.host(name).unwrap());
    let (capture, file) = captured(&lab);
    let log = everything_logged();
    let [own, other] = [(); 2].map(|()| PrivateKey::generate().unwrap());
    let mut secrets = Secrets::default();
    secrets.add("our private key", &*own.to_bytes());
    secrets.add("its private key", &*other.to_bytes());

    let go = Go::start(its, &other, own.public());
    let [from, at] = [ours, its].map(|host| SocketAddr::from((host.v4().unwrap(), PORT)));
    // Nobody is there who would answer.
    let reflector = SocketAddr::new(at.ip(), REFLECTOR);
    let engine = ours.run_in(|| start(own, reflector)).unwrap();
    engine.set_members(vec![Member {
        key: other.public(),
        role: Role::Party,
        allowed: vec![ITS.into()],
        places: [at].into(),
    }]);
    speak(&Place(ours, None), OURS, &Place(its, None), ITS);

    drop((engine, go));
    capture.finish().unwrap();
    let file = file.take();
    shown_nowhere(secrets, &log, &file);
    let all = wire::datagrams(&file);
    assert!(all.len() > 2 * SAID / 1500, "only {} datagrams", all.len());
    let said = |from, to, what| Said { from, to, what };
    wire::hold(
        &all,
        &[
            said(from, at, What::WireGuard(&[1, 4])),
            said(at, from, What::WireGuard(&[2, 4])),
            said(from, reflector, What::Stun(Class::Request)),
        ],
    );
}

/// Our data plane, with an interface in the calling thread's network.
fn start(key: PrivateKey, reflector: SocketAddr) -> Engine {
    let tun = tun::create("ours").unwrap();
    let (address, mtu) = (format!("{OURS}/24"), MTU.to_string());
    for arguments in [
        ["address", "add", &address, "dev", "ours"].as_slice(),
        &["link", "set", "ours", "mtu", &mtu, "up"],
    ] {
        ip(Command::new("ip"), arguments);
    }
    let parts = Parts {
        key,
        socket: Datagrams::bind(PORT).unwrap(),
        tun: Some(tun),
        own: vec![OURS.into()],
        reflectors: vec![reflector],
    };
    Engine::start(parts).unwrap()
}
