//! What NATs do to packets.

mod carrier;
mod errors;
mod home;
mod kinds;
mod times;

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use e3_lab::testing::Test;
use e3_lab::{Host, Lab, Nat};

use crate::common::{host, lab_in, site, two_regions};

pub(crate) const TESTS: &[Test] = &[
    Test::inside(
        "a_home_lets_out_and_not_in",
        home::a_home_lets_out_and_not_in,
    )
    .waiting(),
    Test::inside(
        "a_home_maps_independently_of_the_endpoint",
        home::a_home_maps_independently_of_the_endpoint,
    ),
    Test::inside("a_home_filters_by_port", home::a_home_filters_by_port),
    Test::inside("two_homes_do_not_collide", home::two_homes_do_not_collide),
    Test::inside(
        "every_kind_maps_and_filters_as_declared",
        kinds::every_kind_maps_and_filters_as_declared,
    ),
    Test::inside(
        "where_udp_is_blocked_tcp_is_not",
        kinds::where_udp_is_blocked_tcp_is_not,
    ),
    Test::inside(
        "a_full_cone_lets_connections_in",
        kinds::a_full_cone_lets_connections_in,
    )
    .waiting(),
    Test::inside(
        "pings_go_out_and_are_answered_for",
        errors::pings_go_out_and_are_answered_for,
    ),
    Test::inside(
        "a_refused_connection_is_refused_through_a_nat",
        errors::a_refused_connection_is_refused_through_a_nat,
    ),
    Test::inside(
        "a_closed_port_is_told_outwards_and_inwards",
        errors::a_closed_port_is_told_outwards_and_inwards,
    ),
    Test::inside(
        "an_expired_packet_is_told",
        errors::an_expired_packet_is_told,
    )
    .waiting(),
    Test::inside("fragments_pass", errors::fragments_pass),
    Test::inside(
        "a_silent_mapping_is_forgotten_and_a_used_one_is_not",
        times::a_silent_mapping_is_forgotten_and_a_used_one_is_not,
    )
    .waiting(),
    Test::inside(
        "every_kind_forgets_what_is_silent",
        times::every_kind_forgets_what_is_silent,
    )
    .waiting(),
    Test::inside(
        "an_idle_connection_is_forgotten",
        times::an_idle_connection_is_forgotten,
    )
    .waiting(),
    Test::inside(
        "mappings_are_shown_and_end",
        times::mappings_are_shown_and_end,
    ),
    Test::inside(
        "a_carrier_is_a_second_layer",
        carrier::a_carrier_is_a_second_layer,
    ),
    Test::inside("homes_share_a_carrier", carrier::homes_share_a_carrier),
    Test::inside(
        "neighbours_meet_by_the_carrier_s_hairpin",
        carrier::neighbours_meet_by_the_carrier_s_hairpin,
    ),
    Test::inside(
        "a_carrier_s_network_is_its_own",
        carrier::a_carrier_s_network_is_its_own,
    ),
];

const MS: Duration = Duration::from_millis(1);

/// A site `home` with two hosts, `a` and `b`, behind a NAT, and two friends elsewhere, `x` and `y`, all a
/// millisecond apart.
fn behind(nat: Nat) -> Lab {
    let sites = vec![
        site("home", "here", nat, &["a", "b"]),
        site("x", "there", Nat::None, &["x"]),
        site("y", "there", Nat::None, &["y"]),
    ];
    lab_in(two_regions(MS, MS), sites)
}

/// A UDP socket on a host, with this port or any, which waits for a few seconds at most.
fn udp_at(host: &Host, port: u16) -> UdpSocket {
    let socket = host
        .run_in(|| UdpSocket::bind(("0.0.0.0", port)))
        .unwrap()
        .unwrap();
    let patience = Duration::from_secs(3);
    socket.set_read_timeout(Some(patience)).unwrap();
    socket
}

/// Where a socket of this host is reached by its neighbours on the Internet.
fn endpoint(host: &Host, socket: &UdpSocket) -> SocketAddr {
    let address = IpAddr::V4(host.v4().unwrap());
    SocketAddr::new(address, socket.local_addr().unwrap().port())
}

/// Sends a datagram to a friend: the endpoint that the friend sees.
fn seen(from: &UdpSocket, lab: &Lab, friend: &str, socket: &UdpSocket) -> SocketAddr {
    from.send_to(b"hello", endpoint(host(lab, friend), socket))
        .unwrap();
    socket.recv_from(&mut [0; 16]).unwrap().1
}
