//! What the command line says otherwise.

mod common;

use std::fmt::Write as _;

use e3_spec::{Environment, HostName, Input, Overrides, ProgramKind};

const FILE: &str = "\
order = [\"c\", \"a\", \"b\"]
[hosts.a]
region = \"ams3\"
[hosts.b]
region = \"fra1\"
[hosts.c]
region = \"lon1\"
count = 1
[program]
path = \"x.py\"
args = [\"--old\"]
timeout = \"1 min\"
";

fn set(pairs: &[(&str, &str)]) -> Overrides {
    let set = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Overrides {
        set,
        ..Overrides::default()
    }
}

fn with(overrides: &Overrides) -> Environment {
    common::parse(FILE, overrides).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn names(environment: &Environment) -> Vec<&str> {
    environment
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect()
}

#[test]
fn parties_are_dealt_out_in_the_order_of_the_file() {
    let parties = |n| {
        with(&Overrides {
            parties: Some(n),
            ..Overrides::default()
        })
    };
    assert_eq!(names(&parties(5)), ["a-0", "a-1", "b-0", "b-1", "c"]);
    assert_eq!(names(&parties(2)), ["a", "b"]);
    let order = parties(5).order.unwrap();
    assert_eq!(
        order.iter().map(HostName::as_str).collect::<Vec<_>>(),
        ["c", "a-0", "a-1", "b-0", "b-1"]
    );
    assert_eq!(parties(2).order.unwrap().len(), 2);
}

#[test]
fn each_flag_reaches_its_field() {
    let environment = with(&Overrides {
        overlay: Some("wireguard".to_owned()),
        identity: Some("ca".to_owned()),
        threshold: Some(0),
        region: Some("sgp1".to_owned()),
        seed: Some(7),
        ..Overrides::default()
    });
    assert_eq!(environment.overlay.as_str(), "wireguard");
    assert_eq!(environment.identity.to_string(), "ca");
    assert_eq!(environment.seed, Some(7));
    assert!(
        environment
            .hosts
            .iter()
            .all(|host| host.region.as_str() == "sgp1")
    );
    let mpyc = common::mpyc(&environment);
    assert_eq!(mpyc.threshold.get(), 0);
}

#[test]
fn another_program_brings_its_own_arguments_and_is_found_from_here() {
    let program = Some("other.py".to_owned());
    let environment = with(&Overrides {
        program: program.clone(),
        ..Overrides::default()
    });
    let new = environment.program.unwrap();
    let ProgramKind::Mpyc(mpyc) = &new.kind else {
        panic!("{new:?}")
    };
    assert_eq!((mpyc.path.as_str(), new.args.len()), ("/here/other.py", 0));
    assert_eq!(
        new.timeout.to_string(),
        "1 min",
        "what is not the program's own stays"
    );

    let args = Some(vec!["-n".to_owned(), "two words".to_owned()]);
    let environment = with(&Overrides {
        program,
        args: args.clone(),
        ..Overrides::default()
    });
    assert_eq!(Some(environment.program.unwrap().args), args);
}

#[test]
fn any_field_can_be_set() {
    let environment = with(&set(&[
        ("hosts.a.count", "2"),
        ("program.timeout", "5 min"),
        ("program.mpyc", "0.11"),
        ("hosts.\"b\".input", "[\"mine.csv\"]"),
        ("order", "[]"),
        ("name", "\"quoted\""),
        (
            "network.pairs",
            "[{ between = [\"ams3\", \"fra1\"], rtt = \"1 ms\" }]",
        ),
        ("network.pairs.0.rtt", "2 ms"),
    ]));
    assert_eq!(names(&environment), ["a-0", "a-1", "b", "c"]);
    assert_eq!(environment.name.as_str(), "quoted");
    assert_eq!(environment.order, None);
    assert_eq!(environment.network.pairs[0].there.to_string(), "1 ms");
    assert_eq!(
        environment.hosts[2].input,
        Some(Input::File("/here/mine.csv".parse().unwrap()))
    );
    let version = common::mpyc(&environment).version.clone();
    assert_eq!(version.unwrap().as_str(), "0.11");
    let program = environment.program.unwrap();
    assert_eq!(program.timeout.to_string(), "5 min");
}

#[test]
fn a_wrong_override_is_shown_as_it_was_typed() {
    let cases = [
        ("a misspelt field", set(&[("hosts.a.rgion", "ams3")])),
        ("a misspelt group", set(&[("hosts.aa.count", "3")])),
        (
            "a group that is not there",
            set(&[("hosts.zebra.count", "3")]),
        ),
        ("a wrong value", set(&[("hosts.a.region", "ansterdam")])),
        ("a wrong type", set(&[("hosts.a.count", "three")])),
        (
            "a wrong item in a list",
            set(&[("order", "[\"a\", 'bb', \"c\", \"b\"]")]),
        ),
        ("an open list", set(&[("order", "[\"a\"")])),
        ("a path that is none", set(&[("hosts..a", "3")])),
        ("an empty path", set(&[("", "3")])),
        ("a path through text", set(&[("program.path.x", "3")])),
        ("an item that is not there", set(&[("order.7", "a")])),
        (
            "a file that is not there",
            set(&[("program.path", "none.py")]),
        ),
        (
            "no parties",
            Overrides {
                parties: Some(0),
                ..Overrides::default()
            },
        ),
        (
            "too many parties",
            Overrides {
                parties: Some(257),
                ..Overrides::default()
            },
        ),
        (
            "a threshold too large",
            Overrides {
                threshold: Some(2),
                ..Overrides::default()
            },
        ),
        (
            "an overlay",
            Overrides {
                overlay: Some("dirct".to_owned()),
                ..Overrides::default()
            },
        ),
        (
            "a region",
            Overrides {
                region: Some("sgp".to_owned()),
                ..Overrides::default()
            },
        ),
    ];
    let mut shown = String::new();
    for (case, overrides) in cases {
        let said = common::parse(FILE, &overrides).expect_err(case);
        let _ = write!(shown, "## {case}\n{said}\n\n");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_program_needs_no_file() {
    let overrides = Overrides {
        args: Some(vec!["-i".to_owned(), "2".to_owned()]),
        ..Overrides::default()
    };
    let declared = e3_spec::adhoc("demos/sort.py", 3, &overrides, &common::around()).unwrap();
    let environment = declared.environment;
    assert_eq!(environment.name.as_str(), "sort");
    assert_eq!(names(&environment), ["party-0", "party-1", "party-2"]);
    assert_eq!(environment.sites().len(), 1);
    let path = common::mpyc(&environment).path.clone();
    assert_eq!(path.as_str(), "/here/demos/sort.py");
    let program = environment.program.unwrap();
    assert_eq!(program.args, ["-i", "2"]);

    let wrong = e3_spec::adhoc("none.py", 0, &Overrides::default(), &common::around()).unwrap_err();
    insta::assert_snapshot!(wrong);
}

fn sites(said: &[&str]) -> Result<Environment, e3_spec::Diagnostics> {
    let overrides = Overrides {
        sites: said.iter().map(|site| (*site).to_owned()).collect(),
        ..Overrides::default()
    };
    common::parse("", &overrides)
}

#[test]
fn a_site_is_a_word() {
    let environment = sites(&["ams3", "home=fra1:home*2", "ams3", "sgp1*1"]).unwrap();
    assert_eq!(
        names(&environment),
        ["ams3", "home-0", "home-1", "ams3x2", "sgp1"]
    );
    let home = &environment.hosts[1];
    assert_eq!((home.site.as_str(), home.region.as_str()), ("home", "fra1"));
    assert_eq!(home.nat.to_string(), "home");
    assert_eq!(environment.hosts[3].region.as_str(), "ams3");
}

#[test]
fn a_wrong_site_is_pointed_at() {
    for (site, at, expected) in [
        ("mars", "mars", "ams3"),
        ("ams3:hone", "hone", "home"),
        ("ams3*x", "x", "a number"),
        ("ams3*", "", "a number"),
        ("ams3*0", "0", "from 1 to 256"),
        ("a b=ams3", "a b", ""),
    ] {
        let said = sites(&[site]).unwrap_err().to_string();
        let marks = "^".repeat(at.len().max(1));
        assert!(said.contains(&marks) && said.contains(expected), "{said}");
    }
    let twice = sites(&["a=ams3", "a=fra1"]).unwrap_err().to_string();
    assert!(twice.contains("already"), "{twice}");
}
