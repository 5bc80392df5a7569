//! Links that can be seen: what hosts find out about their network, which paths are tried, and what a run shows and keeps.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::workshop::Workshop;

/// A host that all can reach, and one behind each NAT that matters.
const ENVIRONMENT: &str = "\
overlay = \"quic\"

[hosts.ams]
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"port-restricted\"

[hosts.office]
region = \"lon1\"
nat = \"symmetric\"

[hosts.hotel]
region = \"lon1\"
nat = \"udp-blocked\"

[program]
path = \"program.py\"
";

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", "print('nothing')");
    workshop
}

/// The only one of these documents with these fields.
#[track_caller]
fn with<'a>(documents: &'a Value, fields: &[(&str, &str)]) -> &'a Value {
    let documents = documents.as_array().unwrap();
    let fits = |document: &&Value| fields.iter().all(|(name, text)| document[name] == *text);
    let mut found = documents.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(only), None) => only,
        _ => panic!("not one with {fields:?}: {documents:#?}"),
    }
}

#[test]
fn hosts_find_out_how_they_are_attached() {
    let workshop = workshop();
    let refused = workshop.e3(&["doctor", "--all"]).refused();
    assert!(refused.err.contains("is not up"), "{refused:#?}");
    workshop.e3(&["up"]).succeeded();

    let found = workshop
        .e3(&["doctor", "--all", "--json"])
        .succeeded()
        .json();
    let view = |host: &str| &with(&found["hosts"], &[("host", host)])["views"][0];
    for (host, mapping, filtering) in [
        (
            "home",
            json!(["endpoint-independent"]),
            json!(["address-and-port-dependent"]),
        ),
        (
            "office",
            json!(["address-and-port-dependent"]),
            json!(["address-and-port-dependent"]),
        ),
        (
            "ams",
            json!(["endpoint-independent"]),
            json!(["endpoint-independent", "address-dependent"]),
        ),
        ("hotel", json!([]), json!([])),
    ] {
        let view = view(host);
        assert_eq!(view["udp"], host != "hotel", "{host}: {view:#}");
        assert_eq!(
            (&view["mapping"], &view["filtering"]),
            (&mapping, &filtering),
            "{host}"
        );
    }
    for host in found["hosts"].as_array().unwrap() {
        let within = |clock: &Value| {
            let figure = |name: &str| clock[name].as_f64().unwrap();
            figure("offset_ms").abs() <= figure("uncertainty_ms")
        };
        assert!(within(&host["clock"]), "{host:#}");
        let told = host["services"].as_array().unwrap().iter();
        let clocks: Vec<_> = told
            .map(|reach| &reach["clock"])
            .filter(|clock| !clock.is_null())
            .collect();
        assert!(
            !clocks.is_empty() && clocks.into_iter().all(within),
            "{host:#}"
        );
    }
    for (a, b, outlook) in [
        ("home", "office", "relayed"),
        ("home", "hotel", "relayed"),
        ("office", "hotel", "relayed"),
    ] {
        assert_eq!(pair(&found, a, b)["outlook"], outlook, "{found:#}");
        assert_eq!(pair(&found, a, b)["now"]["path"], outlook, "{found:#}");
    }
    for other in ["home", "office"] {
        assert_eq!(pair(&found, "ams", other)["outlook"], "direct");
    }
    // A party without a NAT is the second address for the others, and none for itself.
    assert_eq!(view("home")["reflectors"], 2);
    assert_eq!(view("ams")["reflectors"], 1);

    let text = workshop.e3(&["doctor", "home"]).succeeded().out;
    for line in [
        "home: fra1 behind port-restricted NAT",
        "home and office: will be relayed (now relayed by relay over quic)",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("office and hotel"), "{text}");
    let nobody = workshop.e3(&["doctor", "nobody"]).refused();
    assert!(nobody.err.contains("no host `nobody`"), "{nobody:#?}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// What is said of a pair, whoever of the two is first.
#[track_caller]
fn pair<'a>(found: &'a Value, a: &str, b: &str) -> &'a Value {
    let pairs = found["pairs"].as_array().unwrap();
    let is = |pair: &&Value| {
        [(a, b), (b, a)].contains(&(pair["a"].as_str().unwrap(), pair["b"].as_str().unwrap()))
    };
    pairs
        .iter()
        .find(is)
        .unwrap_or_else(|| panic!("{a}, {b}: {found:#}"))
}

#[test]
fn a_ping_tells_every_path_until_one_is_direct() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    let direct = workshop.e3(&["ping", "home", "ams"]).succeeded();
    assert!(
        direct.out.contains("home → ams: direct 198.18."),
        "{direct:#?}"
    );
    let is_answer = |line: &str| {
        line.contains("tried direct 198.18.")
            && line.contains(": answered in ")
            && line.ends_with(" ms")
    };
    assert!(direct.out.lines().any(is_answer), "{direct:#?}");
    assert!(
        direct.out.lines().last().unwrap().starts_with("direct ("),
        "{direct:#?}"
    );

    let begun = Instant::now();
    let relayed = workshop.e3(&["ping", "home", "office", "--timeout", "2s"]);
    assert!(begun.elapsed() > Duration::from_secs(2));
    assert_eq!(relayed.code, 1, "{relayed:#?}");
    for line in [
        "relayed by relay over quic in ",
        "no direct path within 2.00 s",
    ] {
        assert!(relayed.out.contains(line), "{relayed:#?}");
    }
    let json = workshop
        .e3(&["ping", "home", "ams", "--json"])
        .succeeded()
        .json();
    assert_eq!(json["reached"], true, "{json:#}");
    let to_ams = tried(&json, "direct");
    assert!(!to_ams.is_empty(), "{json:#}");
    // As declared: no round trip takes less, and what a machine does beside costs some.
    for rtt in to_ams {
        assert!((11.4..20.0).contains(&rtt), "{json:#}");
    }
    let json = workshop.e3(&["ping", "home", "office", "--json", "--timeout", "1s"]);
    let to_office = tried(&json.json(), "relayed");
    assert!(!to_office.is_empty(), "{json:#?}");
    assert!(
        to_office.iter().all(|rtt| (1.0..300.0).contains(rtt)),
        "{json:#?}"
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// The round-trip times of the paths of a kind that were tried: each that has answered has one, and no other.
#[track_caller]
fn tried(pinged: &Value, kind: &str) -> Vec<f64> {
    let links = pinged["links"].as_array().unwrap().iter();
    let tried = links.flat_map(|link| link["tried"].as_array().unwrap());
    let mut times = Vec::new();
    for tried in tried {
        let answered = tried["outcome"] == "answered";
        assert_eq!(tried["rtt_ms"].is_number(), answered, "{tried:#}");
        let of_kind = answered && tried["path"][kind].is_object();
        times.extend(of_kind.then(|| tried["rtt_ms"].as_f64().unwrap()));
    }
    times
}

#[test]
fn links_are_watched_until_ctrl_c() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    let watching = workshop.begin(&["status", "--watch", "--json"]);
    let end = Instant::now() + Duration::from_secs(30);
    while watching.printed().0.lines().count() < 3 {
        assert!(Instant::now() < end, "{:#?}", watching.printed());
        thread::sleep(Duration::from_millis(20));
    }
    watching.signal(Signal::INT);
    let ran = watching.ended().succeeded();
    for line in ran.out.lines() {
        let status: Value = serde_json::from_str(line).unwrap();
        assert_eq!(status["schema"], "e3/status/1");
        let link = with(&status["pairs"], &[("a", "ams"), ("b", "home")]);
        assert_eq!(
            (&link["path"], link["transport"].is_string()),
            (&json!("direct"), true),
            "{link:#}"
        );
    }

    // Whoever watches learns that there is nothing more to see.
    let mut watching = workshop.begin(&["status", "--watch"]);
    while !watching.printed().0.contains("relayed by relay") {
        assert!(!watching.has_ended(), "{:#?}", watching.printed());
        thread::sleep(Duration::from_millis(20));
    }
    workshop.e3(&["down"]).succeeded();
    let ran = watching.ended().succeeded();
    assert!(ran.out.trim_end().ends_with("is not up"), "{ran:#?}");
    workshop.nothing_left();
}

#[test]
fn a_run_shows_and_keeps_its_links() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    let ran = workshop.e3(&["run", "--probe", "all-to-all"]).succeeded();
    assert!(ran.out.contains("relayed by relay"), "{ran:#?}");
    let kept = workshop.record();
    let bytes = |a: &str, b: &str| {
        let link = with(&kept["links"], &[("a", a), ("b", b)]);
        let figure = |name: &str| link[name].as_u64().unwrap();
        (figure("bytes_there"), figure("bytes_back"))
    };
    let (there, back) = bytes("ams", "home");
    assert!(there > 10_000 && back > 10_000, "{kept:#}");
    let events = workshop.path("runs/latest/events.jsonl");
    let events = std::fs::read_to_string(events).unwrap();
    assert!(events.contains("\"event\":\"pairs\""), "{events}");

    // What the first run has sent is not the second one's.
    workshop.e3(&["run", "--probe", "round-trip"]).succeeded();
    let kept = workshop.record();
    let link = with(&kept["links"], &[("a", "ams"), ("b", "home")]);
    let sent = link["bytes_there"].as_u64().unwrap();
    assert!((1..there).contains(&sent), "{link:#}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
