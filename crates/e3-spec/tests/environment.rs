//! What a good file becomes.

mod common;

use std::path::Path;

use e3_spec::{
    Change, Effect, Environment, File, Input, Nat, Output, Overrides, Surroundings, TrustFiles,
    diff,
};

const FULL: &str = r#"
name = "full"
overlay = "wireguard"
identity = "ca"
authority = "hospitals"
seed = 7
order = ["home", "ams", "moon"]

[hosts.ams]
count = 2
provider = "lab"
region = "ams3"
rate = "100 Mbit/s"
loss = "0.1 %"
jitter = "2 ms"
input = ["a.csv", "/b.csv"]

[hosts.home]
region = "fra1"
nat = "home"
site = "own"
input = { on_host = "/data/{host}.csv" }
output = "keep"
identity = "/keys/{host}"

[hosts.moon]
count = 1
region = "moon"
site = "base"
input = "inputs/{host}-{index}.csv"

[services.rendezvous]
[services.derp]
kind = "relay"
host = "rendezvous"
ports = ["3478/udp", "443/tcp"]
lifetime = "environment"

[program]
kind = "mpyc"
path = "../p/x.py"
args = ["--size", "8"]
threshold = 1
timeout = "10 min"
python = "python3"
mpyc = "0.11"
files = ["a.py", "data/x.csv"]
port = 12000

[network.regions.moon]
city = "Moon"
rtt = { ams3 = "2564 ms" }
[[network.pairs]]
between = ["moon", "fra1"]
there = "1.2 s"
back = "1.3 s"
"#;

fn full() -> Environment {
    common::parse(FULL, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn minimal(more: &str) -> Environment {
    let text = format!("[hosts.a]\nregion = \"ams3\"\n{more}");
    common::parse(&text, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn every_field_arrives() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&full()).unwrap());
}

#[test]
fn defaults_are_filled_in() {
    let environment = minimal("count = 3\n[program]\npath = \"x.py\"\n");
    assert_eq!(environment.name.as_str(), "demo", "the folder names it");
    assert_eq!(
        (
            environment.overlay.as_str(),
            environment.identity.to_string().as_str()
        ),
        ("direct", "pinned")
    );
    assert!(environment.services.is_empty() && environment.service_hosts.is_empty());
    let host = &environment.hosts[0];
    assert_eq!(
        (&host.nat, host.output, host.provider.as_str()),
        (&Nat::NONE, Output::Collect, "lab")
    );
    let mpyc = common::mpyc(&environment);
    assert_eq!(mpyc.path.as_str(), "/env/demo/x.py");
    assert_eq!(mpyc.threshold.get(), 1);
    let program = environment.program.unwrap();
    assert_eq!(program.timeout.to_string(), "1 h");
    assert_eq!(program.port.get(), 11599);
}

#[test]
fn what_is_stored_reads_back() {
    let environment = full();
    let json = serde_json::to_string(&environment).unwrap();
    assert_eq!(
        serde_json::from_str::<Environment>(&json).unwrap(),
        environment
    );
}

#[test]
fn sites_collect_their_hosts() {
    let environment = full();
    let sites: Vec<String> = environment
        .sites()
        .iter()
        .map(|(site, at)| format!("{site} {} {} {}", at.region, at.nat, at.hosts.len()))
        .collect();
    assert_eq!(
        sites,
        [
            "ams ams3 none 2",
            "base moon none 1",
            "home fra1 home 1",
            "rendezvous ams3 none 1"
        ]
    );
}

#[test]
fn delays_are_kept_in_one_direction_each() {
    let environment = full();
    let pairs: Vec<String> = environment
        .network
        .pairs
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        pairs,
        [
            "ams3 to moon 1.282 s, back 1.282 s",
            "fra1 to moon 1.3 s, back 1.2 s"
        ]
    );
}

#[test]
fn inputs_are_found_from_the_file() {
    let inputs: Vec<Input> = full()
        .hosts
        .into_iter()
        .filter_map(|host| host.input)
        .collect();
    let file = |path: &str| Input::File(path.parse().unwrap());
    let expected = [
        file("/env/demo/a.csv"),
        file("/b.csv"),
        Input::OnHost("/data/home.csv".parse().unwrap()),
        file("/env/demo/inputs/moon-0.csv"),
    ];
    assert_eq!(inputs, expected);
}

#[test]
fn a_difference_says_what_it_takes() {
    let from = full();
    assert_eq!(diff(&from, &from), []);
    let text = FULL
        .replace("name = \"full\"", "name = \"other\"")
        .replace("\"wireguard\"", "\"direct\"")
        .replace("\"fra1\"\nnat", "\"lon1\"\nnat")
        .replace("\"fra1\"]", "\"lon1\"]")
        .replace("count = 2", "count = 3")
        .replace("[\"a.csv\", \"/b.csv\"]", "\"c.csv\"")
        .replace("\"--size\", \"8\"", "\"--size, 8\"");
    let to = common::parse(&text, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let changes = diff(&from, &to);
    insta::assert_snapshot!(
        changes
            .iter()
            .map(|change| format!("{change} [{:?}]", change.effect()))
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert!(changes.iter().all(|change| !change.to_string().is_empty()));
}

#[test]
fn hosts_in_another_order_are_a_difference() {
    let with = |text: &str| common::parse(text, &Overrides::default()).unwrap();
    let (a, b) = (
        "[hosts.a]\nregion = \"ams3\"\n",
        "[hosts.b]\nregion = \"ams3\"\n",
    );
    let changes = diff(&with(&format!("{a}{b}")), &with(&format!("{b}{a}")));
    assert!(matches!(
        changes.as_slice(),
        [Change::EnvironmentChanged {
            field: "hosts",
            effect: Effect::Reconnect,
            ..
        }]
    ));
}

/// Fields, other values for them, the differences that these make, and what those take.
const FIELDS: &[(&str, &str, &str, Effect)] = &[
    ("name", "other", "name", Effect::NextRun),
    ("overlay", "direct", "overlay", Effect::Reconnect),
    ("authority", "clinics", "authority", Effect::Reconnect),
    (
        "hosts.home.identity",
        "/other",
        "identity",
        Effect::Reconnect,
    ),
    (
        "services.derp.host",
        "home",
        "services",
        Effect::RebuildNetwork,
    ),
    (
        "services.derp.ports",
        "['443/tcp']",
        "services",
        Effect::RebuildNetwork,
    ),
    (
        "services.rendezvous.region",
        "moon",
        "services",
        Effect::RebuildNetwork,
    ),
    ("seed", "8", "seed", Effect::RebuildNetwork),
    ("order", "[]", "order", Effect::Reconnect),
    ("hosts.moon.nat", "home", "nat", Effect::RecreateHost),
    ("hosts.moon.site", "crater", "site", Effect::RecreateHost),
    ("hosts.moon.rate", "1 Mbit/s", "rate", Effect::RecreateHost),
    ("hosts.moon.loss", "1 %", "loss", Effect::RecreateHost),
    ("hosts.moon.jitter", "1 ms", "jitter", Effect::RecreateHost),
    (
        "hosts.moon.input",
        "{ on_host = '/x' }",
        "input",
        Effect::NextRun,
    ),
    ("hosts.moon.output", "keep", "output", Effect::NextRun),
    ("hosts.home.region", "ams3", "region", Effect::RecreateHost),
    (
        "network.regions.moon.city",
        "Luna",
        "network.regions",
        Effect::RebuildNetwork,
    ),
    (
        "network.pairs.0.back",
        "1 ms",
        "network.pairs",
        Effect::RebuildNetwork,
    ),
    ("program.path", "y.py", "program.path", Effect::NextRun),
    (
        "program.args",
        "['--size', '8', '']",
        "program.args",
        Effect::NextRun,
    ),
    (
        "program.args",
        "['--size 8']",
        "program.args",
        Effect::NextRun,
    ),
    (
        "program.threshold",
        "0",
        "program.threshold",
        Effect::NextRun,
    ),
    ("program.timeout", "1 s", "program.timeout", Effect::NextRun),
    ("program.python", "pypy", "program.python", Effect::NextRun),
    ("program.mpyc", "0.10", "program.mpyc", Effect::NextRun),
    (
        "program.files",
        "['a.py']",
        "program.files",
        Effect::NextRun,
    ),
    ("program.port", "1", "program.port", Effect::NextRun),
];

/// Every field by itself: a difference that nobody is told about would leave an old environment running.
#[test]
fn no_difference_is_overlooked() {
    for (key, value, expected, effect) in FIELDS {
        let set = vec![((*key).to_owned(), (*value).to_owned())];
        let overrides = Overrides {
            set,
            ..Overrides::default()
        };
        let to = common::parse(FULL, &overrides).unwrap_or_else(|wrong| panic!("{wrong}"));
        let changes = diff(&full(), &to);
        let [change] = changes.as_slice() else {
            panic!("{key}: {changes:?}")
        };
        let (Change::HostChanged { field, .. } | Change::EnvironmentChanged { field, .. }) = change
        else {
            panic!("{key}: {change}");
        };
        assert_eq!((*field, change.effect()), (*expected, *effect), "{key}");
    }
}

#[test]
fn templates_and_examples_are_right() {
    let around = Surroundings {
        files: &TrustFiles,
        ..common::around()
    };
    let folder = Path::new("/env/demo");
    for name in e3_spec::TEMPLATES {
        let text = e3_spec::template(name).unwrap();
        let read = e3_spec::parse(&File { name, folder, text }, &Overrides::default(), &around);
        assert!(
            read.is_ok_and(|read| read.environment.program.is_some()),
            "{name}"
        );
    }
    assert_eq!(e3_spec::template("moon"), None);
    for (name, parties) in [("secret-santa", 4), ("hospitals", 3), ("lan", 4)] {
        let path = format!(
            "{}/../../environments/{name}/e3.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&path).unwrap();
        let read = e3_spec::parse(
            &File {
                name: &path,
                folder,
                text: &text,
            },
            &Overrides::default(),
            &around,
        );
        let read = read.unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(read.environment.party_count().get(), parties);
    }
}
