//! Broken files, and what people are told about them.

mod common;

use std::fmt::Write as _;

use e3_spec::Overrides;

/// Shows each case and its diagnostics.
fn look(cases: &[(&str, &str)]) -> String {
    let mut shown = String::new();
    for (case, text) in cases {
        let Err(said) = common::parse(text, &Overrides::default()) else {
            panic!("{case}: nothing was said");
        };
        let _ = write!(shown, "## {case}\n{said}\n\n");
    }
    shown
}

#[test]
fn syntax() {
    let said = look(&[
        (
            "a value is missing",
            "name =\n\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        ("text without quotes", "[hosts.a]\nregion = ams3\n"),
        (
            "an open quote",
            "name = \"santa\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "an open header silences its echoes",
            "[hosts.a\nregion = \"ams3\"\n",
        ),
        (
            "a key that stands twice",
            "seed = 1\nseed = 2\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "a table that stands twice",
            "[hosts.a]\nregion = \"ams3\"\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "other errors are shown beside it",
            "seed = 1 2\n[hosts.a]\nrgion = \"ams3\"\nregion = \"ams\"\n",
        ),
        (
            "a list that does not end",
            "seed = x\norder = [\"a\",\n[hosts.a]\nregion = \"ams3\"\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn types() {
    let said = look(&[
        (
            "a number where text belongs",
            "name = 7\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "text where a number belongs",
            "[hosts.a]\nregion = \"ams3\"\ncount = \"3\"\n",
        ),
        (
            "a fraction where a number belongs",
            "[hosts.a]\nregion = \"ams3\"\ncount = 1.5\n",
        ),
        (
            "a table where text belongs",
            "overlay = { name = \"direct\" }\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        ("text where a table belongs", "hosts = \"ams3\"\n"),
        ("text where a group belongs", "[hosts]\na = \"ams3\"\n"),
        (
            "text where a list belongs",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\nargs = \"--size 8\"\n",
        ),
        (
            "a number among arguments",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\nargs = [\"--size\", 8]\n",
        ),
        (
            "a negative seed",
            "seed = -1\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "true where an input belongs",
            "[hosts.a]\nregion = \"ams3\"\ninput = true\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn names() {
    let said = look(&[
        ("an unknown field", "[hosts.a]\nrgion = \"ams3\"\n"),
        ("an unknown table", "[host.a]\nregion = \"ams3\"\n"),
        (
            "a region by its city, misspelt",
            "[hosts.a]\nregion = \"ansterdam\"\n",
        ),
        (
            "a region that is nowhere near",
            "[hosts.a]\nregion = \"atlantis\"\n",
        ),
        (
            "an unknown overlay",
            "overlay = \"wiregard\"\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "an unknown identity",
            "identity = \"trust-me\"\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "an unknown provider",
            "[hosts.a]\nregion = \"ams3\"\nprovider = \"labs\"\n",
        ),
        (
            "an unknown NAT and output",
            "[hosts.a]\nregion = \"ams3\"\nnat = \"hone\"\noutput = \"drop\"\n",
        ),
        (
            "an environment's name with a slash",
            "name = \"a/b\"\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "an overlay that would clear the screen",
            "overlay = \"\\u001b[2J\\n\"\n[hosts.a]\nregion = \"ams3\"\n",
        ),
        (
            "a group's name with capitals",
            "[hosts.Ams]\nregion = \"ams3\"\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn quantities() {
    let said = look(&[
        (
            "four wrong quantities at once",
            "[hosts.a]\nregion = \"ams3\"\nrate = \"100 Mbps\"\nloss = \"0.1\"\njitter = \"fast\"\n\
             [program]\npath = \"x.py\"\ntimeout = \"10 minutes\"\n",
        ),
        (
            "more than always",
            "[hosts.a]\nregion = \"ams3\"\nloss = \"200 %\"\n",
        ),
        (
            "no rate at all",
            "[hosts.a]\nregion = \"ams3\"\nrate = \"0 bit/s\"\n",
        ),
        (
            "no time at all",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\ntimeout = \"0 s\"\n",
        ),
        (
            "a port that is none",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\nport = 70000\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn hosts() {
    let said = look(&[
        ("an empty file", ""),
        ("no groups", "[hosts]\n"),
        ("no region", "[hosts.a]\ncount = 2\n"),
        (
            "no hosts in a group",
            "[hosts.a]\nregion = \"ams3\"\ncount = 0\n",
        ),
        (
            "too many hosts",
            "[hosts.a]\nregion = \"ams3\"\ncount = 200\n[hosts.b]\nregion = \"ams3\"\ncount = 100\n",
        ),
        (
            "two hosts of one name",
            "[hosts.a]\nregion = \"ams3\"\ncount = 2\n[hosts.a-1]\nregion = \"ams3\"\n",
        ),
        (
            "one site in two regions",
            "[hosts.a]\nregion = \"ams3\"\nsite = \"hq\"\n[hosts.b]\nregion = \"fra1\"\nsite = \"hq\"\n",
        ),
        (
            "one site with two NATs",
            "[hosts.a]\nregion = \"ams3\"\nsite = \"hq\"\n[hosts.b]\nregion = \"ams3\"\nnat = \"home\"\nsite = \"hq\"\n",
        ),
        (
            "a site of one's own, shared",
            "[hosts.a]\nregion = \"ams3\"\nsite = \"own\"\n[hosts.b]\nregion = \"ams3\"\nsite = \"a\"\n",
        ),
        (
            "a shared site that one host wants for itself",
            "[hosts.a]\nregion = \"ams3\"\nsite = \"b\"\n[hosts.b]\nregion = \"ams3\"\nsite = \"own\"\n",
        ),
        (
            "an order with everything wrong",
            "order = [\"b\", \"b\", \"alpa\"]\n[hosts.alpha]\nregion = \"ams3\"\n[hosts.b]\nregion = \"ams3\"\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn inputs() {
    let said = look(&[
        (
            "too few inputs",
            "[hosts.a]\nregion = \"ams3\"\ncount = 3\ninput = [\"1.csv\", \"2.csv\"]\n",
        ),
        (
            "an unknown word in a template",
            "[hosts.a]\nregion = \"ams3\"\ninput = \"{hots}.csv\"\n",
        ),
        (
            "a file that is not there",
            "[hosts.a]\nregion = \"ams3\"\ninput = \"inputs/none.csv\"\n",
        ),
        (
            "a relative path on the host",
            "[hosts.a]\nregion = \"ams3\"\ninput = { on_host = \"data.csv\" }\n",
        ),
        (
            "an input table without a file",
            "[hosts.a]\nregion = \"ams3\"\ninput = { onhost = \"/data.csv\" }\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn programs() {
    let said = look(&[
        (
            "no path",
            "[hosts.a]\nregion = \"ams3\"\n[program]\nthreshold = 0\n",
        ),
        (
            "a kind whose fields are others",
            "[hosts.a]\nregion = \"ams3\"\n[program]\nkind = \"command\"\npath = \"x.py\"\n",
        ),
        (
            "a file that is not there, with a neighbour",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"lib/noavel.py\"\n",
        ),
        (
            "a threshold that is too large",
            "[hosts.a]\nregion = \"ams3\"\ncount = 4\n[program]\npath = \"x.py\"\nthreshold = 2\n",
        ),
        (
            "a file from elsewhere",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\nfiles = [\"../secret.csv\", \"no.csv\"]\n",
        ),
        (
            "an interpreter and a version",
            "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"x.py\"\npython = \"./venv/bin/python\"\nmpyc = \"v1\"\n",
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn networks() {
    let base = "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"moon\"\n[hosts.c]\nregion = \"nyc3\"\n";
    let moon = |rest: &str| format!("{base}{rest}");
    let own = "[network.regions.moon]\nrtt = { ams3 = \"2.5 s\", nyc3 = \"2.6 s\" }\n";
    let said = look(&[
        (
            "a region without all its times",
            &moon("[network.regions.moon]\nrtt = { ams3 = \"2.5 s\" }\n"),
        ),
        (
            "times to an unknown region",
            &moon("[network.regions.moon]\nrtt = { ams = \"2.5 s\", nyc3 = \"1 s\" }\n"),
        ),
        (
            "a region that exists",
            "[hosts.a]\nregion = \"ams3\"\n[network.regions.ams3]\ncity = \"A\"\n",
        ),
        (
            "a pair of three",
            &moon(&format!(
                "{own}[[network.pairs]]\nbetween = [\"ams3\", \"moon\", \"nyc3\"]\nrtt = \"1 s\"\n"
            )),
        ),
        (
            "a pair said twice",
            &moon(&format!(
                "{own}[[network.pairs]]\nbetween = [\"moon\", \"ams3\"]\nrtt = \"1 s\"\n"
            )),
        ),
        (
            "a pair with one direction",
            &moon(&format!(
                "{own}[[network.pairs]]\nbetween = [\"nyc3\", \"ams3\"]\nthere = \"1 s\"\n"
            )),
        ),
        (
            "a pair of nobody",
            &moon(&format!("{own}[[network.pairs]]\nrtt = \"1 s\"\n")),
        ),
        (
            "two directions within a region",
            &moon(&format!(
                "{own}[[network.pairs]]\nbetween = [\"ams3\", \"ams3\"]\nthere = \"1 ms\"\nback = \"2 ms\"\n"
            )),
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn everything_is_said_at_once_and_in_json_too() {
    let text =
        "overlay = \"direkt\"\n[hosts.a]\nregion = \"ansterdam\"\ncont = 3\nrate = \"fast\"\n";
    let said = common::parse(text, &Overrides::default()).expect_err("four things are wrong");
    assert_eq!(said.iter().count(), 4);
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&said).expect("diagnostics are plain data")
    );
}

#[test]
fn colour_is_only_there_when_asked_for() {
    let said = common::parse("", &Overrides::default()).expect_err("there are no hosts");
    assert!(said.render(true).contains('\u{1b}'));
    assert!(!said.render(false).contains('\u{1b}'));
}
