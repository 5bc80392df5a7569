//! Connections between a program and its peers.

use std::io::{Read as _, Write as _};

use e3_forward::place::Family;
use e3_session::types::PartyIndex;
use tokio::net::TcpStream;

use crate::{
    program::Program,
    scene::{PORT, Scene, address, at},
};

pub(crate) fn out() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for family in [Family::V4, Family::V6] {
        let called = [(1, PORT), (2, PORT), (2, 1), (1, 80), (1, 65_535)];
        // The system may choose one port for two calls of different places, and not keep it then: see `twice`.
        for ((peer, port), own) in called.into_iter().zip(40_000..) {
            let from = program.ask(&format!("from {own} {}", at(peer, family, port)));
            let from: std::net::SocketAddr = from.parse().unwrap();
            assert_eq!(from, at(0, family, own), "its source is its own address");
            let accepted = scene.accept();
            assert_eq!(
                (
                    accepted.to,
                    accepted.port,
                    accepted.from_port,
                    accepted.family
                ),
                (PartyIndex(peer), port, from.port(), family)
            );
            exchange(&mut program, accepted.stream);
        }
    }
}

/// A program may call several peers from one port. Behind the redirection the two connections would be one and the same, so
/// the system gives the second one another port there.
pub(crate) fn twice() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for family in [Family::V4, Family::V6] {
        for (peer, port) in [(1, PORT), (2, PORT), (2, 80)] {
            let called = format!("from 40000 {}", at(peer, family, port));
            assert_eq!(program.ask(&called), at(0, family, 40_000).to_string());
            let accepted = scene.accept();
            assert_eq!((accepted.to, accepted.port), (PartyIndex(peer), port));
            exchange(&mut program, accepted.stream);
        }
    }
}

pub(crate) fn back() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for family in [Family::V4, Family::V6] {
        let refused = scene.dial(1, 40_000, PORT, family).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        for port in [PORT, 50_000, 80] {
            let own = at(0, family, port).to_string();
            assert_eq!(program.ask(&format!("listen {own}")), own);
            let stream = scene.dial(2, 40_000, port, family).unwrap();
            assert_eq!(program.ask("accept"), at(2, family, 40_000).to_string());
            exchange(&mut program, stream);
        }
        // MPyC and others listen on every address.
        let port = if family == Family::V4 { 7777 } else { 7778 };
        assert_eq!(
            program.ask(&format!("listen [::]:{port}")),
            format!("[::]:{port}")
        );
        scene.dial(1, 40_001, port, family).unwrap();
        let from = program.ask("accept");
        let from: std::net::SocketAddr = from.parse().unwrap();
        assert_eq!(from.ip().to_canonical(), address(1, family));
    }
}

pub(crate) fn ports() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    program.ask(&format!("listen {}", at(0, Family::V4, PORT)));
    let first = scene.dial(1, 40_000, PORT, Family::V4).unwrap();
    assert_eq!(program.ask("accept"), at(1, Family::V4, 40_000).to_string());
    // The same port of another party is free, that of the same is not.
    let _second = scene.dial(2, 40_000, PORT, Family::V4).unwrap();
    assert_eq!(program.ask("accept"), at(2, Family::V4, 40_000).to_string());
    let _third = scene.dial(1, 40_000, PORT, Family::V4).unwrap();
    let third: std::net::SocketAddr = program.ask("accept").parse().unwrap();
    assert_eq!(third.ip(), address(1, Family::V4));
    assert_ne!(third.port(), 40_000);
    drop(first);
}

/// A program listens on a port that it has dialled at a peer before, even if it does nothing to be allowed to.
pub(crate) fn both() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for family in [Family::V4, Family::V6] {
        program.ask(&format!("tcp {}", at(1, family, PORT)));
        let _accepted = scene.accept();
    }
    assert_eq!(program.ask(&format!("bare [::]:{PORT}")), "listens");
}

pub(crate) fn itself() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for own in [
        "10.233.0.1:5000",
        "[fd33:3::1]:5000",
        "127.0.0.1:5001",
        "[::1]:5001",
    ] {
        assert_eq!(program.ask(&format!("listen {own}")), own);
        let from = program.ask(&format!("tcp {own}"));
        assert_eq!(program.ask("accept"), from);
    }
}

/// Both ends hear what the other says.
fn exchange(program: &mut Program, stream: TcpStream) {
    let mut stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    program.ask("say hello");
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");
    stream.write_all(b"welcome").unwrap();
    assert_eq!(program.ask("hear 7"), "welcome");
}
