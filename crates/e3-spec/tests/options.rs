//! What an e3.toml says of its overlay beyond the name, and of parties' virtual addresses.

mod common;

use e3_spec::{Environment, OptionValue, Overrides, ServiceKind, diff};

const HOSTS: &str = "[hosts.a]\nregion = \"fra1\"\n";

fn environment(overlay: &str, more: &str) -> Environment {
    let text = format!("overlay = \"{overlay}\"\n{HOSTS}{more}");
    common::parse(&text, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn refused(more: &str) -> String {
    let text = format!("overlay = \"quic\"\n{HOSTS}{more}");
    match common::parse(&text, &Overrides::default()) {
        Ok(_) => panic!("accepted: {more}"),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn options_arrive() {
    let environment = environment(
        "quic",
        "[quic]\noutage = \"2 min\"\nrelay = [\"https://relay.example.org\"]\ncarriers = [\"quic\"]\nprogram = \"forwards\"\nport = 7843\nrelay_certificate = \"ca.csv\"\n",
    );
    let shown = environment.options.iter();
    let shown: Vec<String> = shown
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    assert_eq!(
        shown,
        [
            "carriers [quic]",
            "outage 2 min",
            "port 7843",
            "program forwards",
            "relay [https://relay.example.org]",
            "relay_certificate /env/demo/ca.csv"
        ]
    );
}

#[test]
fn options_of_another_overlay_wait() {
    let table = "[quic]\noutage = \"2 min\"\n";
    assert!(environment("direct", table).options.is_empty());
    let text = format!("overlay = \"direct\"\n{HOSTS}[quic]\noutage = \"2\"\n");
    common::parse(&text, &Overrides::default()).unwrap_err();
}

#[test]
fn the_command_line_can_set_them() {
    let overrides = Overrides {
        overlay: Some("quic".to_owned()),
        set: vec![
            ("quic.outage".to_owned(), "90 s".to_owned()),
            ("quic.carriers".to_owned(), "[\"tcp\"]".to_owned()),
        ],
        ..Overrides::default()
    };
    let environment = common::parse(HOSTS, &overrides).unwrap_or_else(|wrong| panic!("{wrong}"));
    let tcp = OptionValue::Words(vec!["tcp".to_owned()]);
    assert_eq!(environment.options.get("carriers"), Some(&tcp));
    let wrong = Overrides {
        set: vec![("quic.outage".to_owned(), "9 days".to_owned())],
        ..overrides
    };
    let wrong = common::parse(HOSTS, &wrong).unwrap_err().to_string();
    assert!(wrong.contains("--set quic.outage=9 days"), "{wrong}");
}

#[test]
fn only_its_own_relay_needs_a_host() {
    let relays = |more| {
        let services = environment("quic", more).services;
        services
            .iter()
            .filter(|service| service.kind == ServiceKind::Relay)
            .count()
    };
    assert_eq!(relays(""), 1);
    assert_eq!(relays("[quic]\nrelay = \"own\"\n"), 1);
    assert_eq!(relays("[quic]\nrelay = \"n0\"\n"), 0);
    assert_eq!(
        relays("[quic]\nrelay = [\"https://relay.example.org\"]\n"),
        0
    );
}

#[test]
fn virtual_networks_arrive() {
    let environment = environment(
        "quic",
        "[network]\nvirtual = [\"10.9.0.0/16\", \"fd12:3456:789a::/64\"]\n",
    );
    let shown = environment.network.virtual_networks.iter();
    let shown: Vec<String> = shown.map(ToString::to_string).collect();
    assert_eq!(shown, ["10.9.0.0/16", "fd12:3456:789a::/64"]);
}

#[test]
fn what_changes_takes_a_new_connection() {
    let (from, to) = (
        environment("quic", ""),
        environment(
            "quic",
            "[quic]\noutage = \"1 min\"\n[network]\nvirtual = [\"10.9.0.0/16\"]\n",
        ),
    );
    let changes: Vec<String> = diff(&from, &to).iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "~ options from nothing to outage 1 min",
            "~ network.virtual from nothing to 10.9.0.0/16"
        ]
    );
}

#[test]
fn wrong_options_are_pointed_at() {
    let mut said = String::new();
    for more in [
        "[quic]\noutge = \"2 min\"\n",
        "[quic]\noutage = \"2 ms\"\n",
        "[quic]\noutage = \"soon\"\n",
        "[quic]\nrelay = \"no\"\n",
        "[quic]\nrelay = \"https://relay.example.org\"\n",
        "[quic]\nrelay = [\"http://relay.example.org\"]\n",
        "[quic]\nrelay = []\n",
        "[quic]\ncarriers = [\"tcp\", \"tcp\"]\n",
        "[quic]\ncarriers = [\"udp\"]\n",
        "[quic]\ncarriers = []\n",
        "[quic]\nprogram = 3\n",
        "[quic]\nport = 0\n",
        "[quic]\nport = \"7843\"\n",
        "[quic]\nrelay_certificate = \"novice.py\"\n",
        "[direct]\nfast = true\n",
        "[quick]\noutage = \"2 min\"\n",
        "[network]\nvirtual = [\"10.9.0.0/16\", \"10.8.0.0/16\"]\n",
        "[network]\nvirtual = [\"10.9.0.1/16\"]\n",
        "[network]\nvirtual = [\"127.0.0.0/8\"]\n",
        "[network]\nvirtual = \"10.9.0.0/16\"\n",
    ] {
        said += &refused(more);
        said += "\n\n";
    }
    insta::assert_snapshot!(said);
}
