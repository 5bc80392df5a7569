//! Whatever is typed, nothing panics, and what is wrong has a place.

mod common;

use e3_spec::{Diagnostics, Overrides};
use proptest::prelude::*;

/// Pieces of e3.toml files, right and wrong, that random files are made of.
const PIECES: &[&str] = &[
    "[hosts.a]",
    "[hosts.b]\n",
    "[hosts",
    "[[network.pairs]]\n",
    "[network.regions.x]\n",
    "[program]\n",
    "region = \"ams3\"\n",
    "region = \"ansterdam\"\n",
    "count = 3\n",
    "count = 99999999999999999999\n",
    "input = \"{host}{\"\n",
    "input = [\"é\"]\n",
    "order = [\"a\", \"a-1\"]\n",
    "between = [\"ams3\", \"x\"]\n",
    "rtt = \"1 ms\"\n",
    "rtt = { ams3 = \"1 s\" }\n",
    "path = \"x.py\"\n",
    "kind = \"command\"\n",
    "command = [\"./x.py\", \"{endpoint:*}\"]\n",
    "command = [\"{python}\", \"{port:9}{\"]\n",
    "env = { A = \"{index:*}\", \"1\" = \"\" }\n",
    "ports = \"indexed\"\n",
    "port = 65535\n",
    "requirements = \"r.csv\"\n",
    "input_as = \"../{index}\"\n",
    "kind = \"probe\"\n",
    "probe = \"mesh\"\n",
    "threshold = 9\n",
    "site = \"own\"\n",
    "site = \"a\"\n",
    "[quic]\n",
    "outage = \"1 min\"\n",
    "relay = [\"https://x\", 3]\n",
    "carriers = [\"tcp\"]\n",
    "virtual = [\"10.0.0.0/8\", \"fd00::/8\"]\n",
    "virtual = [\"10.0.0.1/+8\"]\n",
    "nat = \"home\"\n",
    "\"",
    "'''",
    "\n",
    "\r\n",
    "\t",
    "=",
    "é",
    "#",
    "{",
    "}",
    "[",
    "]",
    ".",
    ",",
    "日本",
    "\u{0}",
    " ",
    "seed = 0x7\n",
    "args = [[[[",
    "overlay = { }\n",
    "overlay = \"tls\"\n",
    "overlay = \"wireguard\"\n",
    "identity = \"did\"\n",
    "identity = \"/keys/{host}\"\n",
    "authority = \"a\"\n",
    "[pins]\n",
    "[identities]\n",
    "a = \"did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK\"\n",
    "a-1 = \"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"\n",
    "[services.relay]\n",
    "[services.a]\n",
    "kind = \"relay\"\n",
    "host = \"a\"\n",
    "host = \"relay\"\n",
    "ports = [\"443/tcp\", \"443/tcp\"]\n",
    "lifetime = \"kept\"\n",
    "rate = \"1 Mbps\"\n",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// Checks that every diagnostic points into its text, and can be shown.
fn check(said: &Diagnostics, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(said.iter().next().is_some());
    for diagnostic in said
        .iter()
        .filter(|diagnostic| diagnostic.file == "e3.toml")
    {
        let line = text.split('\n').nth(diagnostic.line - 1);
        prop_assert!(
            line.is_some_and(|line| diagnostic.column <= line.chars().count() + 1),
            "{diagnostic:?}"
        );
    }
    prop_assert!(!said.render(true).is_empty());
    let shown = said.render(false);
    prop_assert!(shown.starts_with("error: "));
    prop_assert!(
        !shown.contains(|c: char| c.is_control() && c != '\n'),
        "{shown:?}"
    );
    Ok(())
}

fn overrides() -> impl Strategy<Value = Overrides> {
    let word = || proptest::option::of(prop_oneof![any::<String>(), pieces()]);
    let number = || proptest::option::of(any::<u16>());
    let keys = proptest::sample::select(
        &[
            "hosts.a.count",
            "hosts",
            "order.0",
            "program",
            "network.pairs.0",
            "seed",
            "a.b.c",
        ][..],
    );
    let key = prop_oneof![any::<String>(), keys.prop_map(str::to_owned)];
    let set = proptest::collection::vec((key, prop_oneof![any::<String>(), pieces()]), 0..4);
    let site = prop_oneof![any::<String>(), "[a-c]?=?ams3:?(none|x)?\\*?[0-9]?"];
    let sites = proptest::collection::vec(site, 0..4);
    let args = proptest::option::of(proptest::collection::vec(any::<String>(), 0..3));
    (
        number(),
        word(),
        word(),
        (word(), word()),
        args,
        number(),
        word(),
        proptest::option::of(any::<u64>()),
        (sites, set),
    )
        .prop_map(
            |(
                parties,
                overlay,
                identity,
                (program, probe),
                args,
                threshold,
                region,
                seed,
                (sites, set),
            )| {
                Overrides {
                    parties,
                    overlay,
                    identity,
                    program,
                    probe,
                    args,
                    threshold,
                    region,
                    seed,
                    sites,
                    set,
                }
            },
        )
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        if let Err(said) = common::parse(&text, &Overrides::default()) {
            check(&said, &text)?;
        }
    }

    #[test]
    fn no_almost_right_text_panics(text in pieces()) {
        if let Err(said) = common::parse(&text, &Overrides::default()) {
            check(&said, &text)?;
        }
    }

    #[test]
    fn no_override_panics(text in pieces(), overrides in overrides()) {
        if let Err(said) = common::parse(&text, &overrides) {
            check(&said, &text)?;
        }
    }

    #[test]
    fn no_adhoc_program_panics(program in any::<String>(), parties in any::<u16>(), overrides in overrides()) {
        if let Err(said) = e3_spec::adhoc(&program, parties, &overrides, &common::around()) {
            prop_assert!(!said.render(false).is_empty());
        }
    }
}
