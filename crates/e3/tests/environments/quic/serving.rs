//! The relay as a service: it is there before anybody asks, has its ports and its health, and ends with the environment.

use crate::support::workshop::Workshop;

use super::workshop;

/// The health of the environment's one service.
fn health(workshop: &Workshop) -> serde_json::Value {
    let status = workshop.e3(&["status", "--json"]).succeeded().json();
    status["services"][0]["health"].clone()
}

#[test]
fn a_relay_is_up_on_a_host_of_its_own_and_comes_back_as_it_was() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    let status = workshop.e3(&["status", "--json"]).succeeded().json();
    let relay = &status["services"][0];
    assert_eq!(
        (&relay["host"], &relay["party"], &relay["health"]),
        (&"relay".into(), &false.into(), &"up".into()),
        "{status:#}"
    );
    assert_eq!(relay["ports"][0], "443/tcp");
    let people = workshop.e3(&["status"]).succeeded().out;
    let line = people.lines().find(|line| line.starts_with("relay "));
    assert!(line.is_some_and(|line| line.ends_with("up")), "{people}");

    workshop.e3(&["exec", "relay", "--", "sh", "-c", "kill -9 $PPID"]);
    // A status that finds no agent says so; the next one finds it started again.
    let back = (0..100).any(|_| health(&workshop) == "up");
    assert!(back, "{:#}", health(&workshop));
    let again = workshop.e3(&["status", "--json"]).succeeded().json();
    assert_eq!(again["services"][0]["ports"], relay["ports"]);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_relay_may_stand_on_a_partys_host_and_listen_elsewhere() {
    let workshop = workshop();
    let more = "[services.relay]\nhost = \"ams\"\nports = [\"8443/tcp\", \"8443/udp\"]\n";
    workshop.put("e3.toml", &format!("{}{more}", super::ENVIRONMENT));
    workshop.e3(&["up"]).succeeded();
    let status = workshop.e3(&["status", "--json"]).succeeded().json();
    let relay = &status["services"][0];
    assert_eq!(
        (&relay["party"], &relay["health"]),
        (&true.into(), &"up".into())
    );
    assert_eq!(relay["ports"][0], "8443/tcp", "{relay:#}");
    workshop.e3(&["run"]).succeeded();
    super::right(&workshop.record());
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn parties_that_need_no_relay_have_none() {
    let workshop = workshop();
    workshop.put("e3.toml", &super::ENVIRONMENT.replace("symmetric", "none"));
    let none = ["--set", "quic.relay=none"];
    workshop.e3(&[&["up"], &none[..]].concat()).succeeded();
    let status = [&["status", "--json"], &none[..]].concat();
    let status = workshop.e3(&status).succeeded().json();
    assert_eq!(status["services"], serde_json::json!([]));
    workshop.e3(&[&["run"], &none[..]].concat()).succeeded();
    super::right(&workshop.record());
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
