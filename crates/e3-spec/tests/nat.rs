//! NATs and families of addresses, as they are written and as they are wrong.

mod common;

use std::fmt::Write as _;

use e3_spec::{Environment, Family, NatPreset, Overrides};

fn parse(text: &str) -> Result<Environment, String> {
    common::parse(text, &Overrides::default()).map_err(|said| said.to_string())
}

fn group(lines: &str) -> String {
    format!("[hosts.a]\nregion = \"ams3\"\n{lines}\n")
}

#[test]
fn every_kind_is_a_word() {
    for word in NatPreset::WORDS {
        let environment = parse(&group(&format!("nat = \"{word}\""))).unwrap();
        assert_eq!(environment.hosts[0].nat.to_string(), *word);
    }
}

#[test]
fn what_is_different_can_be_said_piece_by_piece() {
    let of = |table: &str| {
        let environment = parse(&group(&format!("nat = {table}"))).unwrap();
        environment.hosts[0].nat.to_string()
    };
    let everything = "{ mapping = \"endpoint-independent\", filtering = \"address-dependent\", hairpin = true, \
                      ports = \"random\", udp_timeout = \"30 s\", icmp_timeout = \"5 s\", block_udp = false }";
    assert_eq!(
        of(everything),
        "port-restricted (mapping endpoint-independent, filtering address-dependent, hairpin true, ports random, \
         udp_timeout 30 s, icmp_timeout 5 s, block_udp false)"
    );
    assert_eq!(of("{ carrier = \"tel\" }"), "carrier-grade (carrier tel)");
    assert_eq!(of("{ preset = \"symmetric\" }"), "symmetric");
}

#[test]
fn a_nat_and_a_family_survive_being_stored() {
    let text = group("nat = { preset = \"home\", hairpin = true }\nfamily = \"dual\"");
    let environment = parse(&text).unwrap();
    assert_eq!(environment.hosts[0].family, Family::Dual);
    let stored = serde_json::to_string(&environment).unwrap();
    assert_eq!(
        serde_json::from_str::<Environment>(&stored).unwrap(),
        environment
    );
}

#[test]
fn mistakes_are_pointed_at() {
    let two = |a: &str, b: &str| {
        format!("[hosts.a]\nregion = \"ams3\"\n{a}\n[hosts.b]\nregion = \"fra1\"\n{b}\n")
    };
    let cases = [
        ("a kind that there is not", group("nat = \"symetric\"")),
        ("a number", group("nat = 5")),
        ("a field that there is not", group("nat = { filter = \"address-dependent\" }")),
        ("a word that there is not", group("nat = { mapping = \"address\" }")),
        ("text for true", group("nat = { hairpin = \"true\" }")),
        ("a time without a unit", group("nat = { udp_timeout = \"30\" }")),
        ("no NAT with a setting", group("nat = { preset = \"none\", hairpin = true }")),
        ("a family that there is not", group("family = \"ipv5\"")),
        (
            "a site of two families",
            "[hosts.a]\nregion = \"ams3\"\nsite = \"hq\"\n[hosts.b]\nregion = \"ams3\"\nsite = \"hq\"\nfamily = \"ipv6\"\n"
                .to_owned(),
        ),
        (
            "a carrier in two regions",
            two("nat = { carrier = \"tel\" }", "nat = { carrier = \"tel\" }"),
        ),
    ];
    let mut shown = String::new();
    for (case, text) in cases {
        let said = parse(&text).expect_err(case);
        let _ = write!(shown, "## {case}\n{said}\n\n");
    }
    insta::assert_snapshot!(shown);
}
