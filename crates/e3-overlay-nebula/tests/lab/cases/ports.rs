//! Members reach the program's ports alone.

use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::{
    field::{Field, Wanted},
    party::{PORT, until, wire::Ask},
    stock::Stock,
};

/// A port at which the program listens, and which it has not declared.
const OTHER: u16 = 22_222;

/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long somebody knocks in vain.
const KNOCKS: Duration = Duration::from_secs(3);

pub(crate) fn with_an_old_one() {
    only_the_programs(Stock::Old);
}

pub(crate) fn with_a_new_one() {
    only_the_programs(Stock::New);
}

/// A member whose own firewall lets everything out calls a party under the address that is its own.
fn only_the_programs(stock: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock],
        lighthouse: stock,
        other: Some(stock),
        ..Wanted::default()
    });
    field.parties[0].ask(&Ask::Answer(OTHER));
    let mut other = field.other.take().unwrap();
    let place = (field.addresses(0)[0], field.host(0).addresses()[0]);
    let own = field.addresses(1)[0];
    other.run(own, &field.roster, &field.facts, &[place]);
    let calls = |port, patience| {
        let to = SocketAddr::new(field.addresses(0)[0], port);
        let calling = other
            .host
            .run_in(move || TcpStream::connect_timeout(&to, patience).map(drop));
        calling.unwrap()
    };
    let reached = until(PATIENCE, || calls(PORT, KNOCKS).ok());
    assert!(reached.is_some(), "{}", field.parties[0].log());
    let shut = calls(OTHER, KNOCKS);
    assert!(shut.is_err(), "a port that is not the program's is open");
    field.leave();
}
