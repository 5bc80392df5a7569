//! Made up attacks, observers and records of runs.

use std::path::Path;

use e3_evaluate::finding::{
    Attack, Experiment, Observation, Observer, Promised, Question, SCHEMA, Seen, Verdict,
};

use super::{TIME, WAYS, command};

pub(crate) fn security() -> Vec<Experiment> {
    let mut all = Vec::new();
    for way in WAYS.iter().filter(|way| **way != "direct-again") {
        for identity in ["pinned", "did", "ca", "joint-ca"] {
            if *way == "tls" && identity != "ca" {
                continue;
            }
            all.extend(
                Attack::ALL
                    .into_iter()
                    .map(|attack| experiment(attack, way, identity)),
            );
        }
    }
    all
}

fn experiment(attack: Attack, way: &str, identity: &str) -> Experiment {
    let (promised, verdict) = outcome(attack, way, identity);
    let word = serde_json::to_value(attack).unwrap();
    Experiment {
        schema: SCHEMA.to_owned(),
        attack,
        overlay: way.to_owned(),
        identity: identity.to_owned(),
        promised,
        verdict,
        evidence: vec![
            "Three parties were connected and a fourth host tried it for 5 s.".to_owned(),
            "The victim’s program saw 0 bytes that its peers had not sent.".to_owned(),
        ],
        time: TIME.to_owned(),
        command: command(&[
            "experiment",
            "attack",
            "--overlay",
            way,
            "--identity",
            identity,
            "--attack",
            word.as_str().unwrap(),
        ]),
    }
}

fn outcome(attack: Attack, way: &str, identity: &str) -> (Promised, Verdict) {
    let why = |text: &str| text.to_owned();
    match (attack, way, identity) {
        (Attack::AuthorityStolen, _, "pinned" | "did") => (
            Promised::Yes,
            Verdict::NotApplicable(why("there is no authority")),
        ),
        (Attack::AuthorityStolen, _, "ca") => (
            Promised::No(why("whoever has its key is the authority")),
            Verdict::Broken,
        ),
        (Attack::HostileCoordinator, "direct" | "tls", _) => (
            Promised::Yes,
            Verdict::NotApplicable(why("there is no coordinator")),
        ),
        (Attack::HostileCoordinator, "headscale", _) => (
            Promised::But(why("a node that it adds is told, not prevented")),
            Verdict::Detected,
        ),
        (Attack::RevokedReturns, "tls", _) => (
            Promised::No(why("programs ask nobody what was revoked")),
            Verdict::Broken,
        ),
        (Attack::SplitRoster, ..) => (Promised::Yes, Verdict::Held),
        (Attack::OpenedLater, "nebula-1.6", "joint-ca") => (
            Promised::Yes,
            Verdict::Unknown(why("the capture held no handshake")),
        ),
        (Attack::BytesChanged, "nebula-1.6", _) => (Promised::Yes, Verdict::Broken),
        (_, "direct", _) => (Promised::No(why("it is plain TCP")), Verdict::Broken),
        _ => (Promised::Yes, Verdict::Held),
    }
}

pub(crate) fn privacy() -> Vec<Observation> {
    let mut all = Vec::new();
    for way in WAYS.iter().filter(|way| **way != "direct-again") {
        for observer in Observer::ALL {
            for question in Question::ALL {
                all.push(observation(way, observer, question));
            }
        }
    }
    all
}

fn observation(way: &str, observer: Observer, question: Question) -> Observation {
    let seen = seen(way, observer, question);
    let (a, b) = (
        serde_json::to_value(observer).unwrap(),
        serde_json::to_value(question).unwrap(),
    );
    let capture = format!("captures/{way}-{}.pcapng", a.as_str().unwrap());
    Observation {
        schema: SCHEMA.to_owned(),
        overlay: way.to_owned(),
        observer,
        question,
        evidence: match &seen {
            Seen::Yes => vec!["Found 12 times, raw and in base64, first in packet 31.".to_owned()],
            Seen::Partly(_) => vec!["Correlation of bytes per 50 ms: 0.64.".to_owned()],
            _ => vec!["None of 41 identifiers in 9 encodings was found.".to_owned()],
        },
        seen,
        searched: vec![capture, "runs/lan-1/holder.log".to_owned()],
        time: TIME.to_owned(),
        command: command(&[
            "experiment",
            "observe",
            "--overlay",
            way,
            "--observer",
            a.as_str().unwrap(),
            "--question",
            b.as_str().unwrap(),
        ]),
    }
}

fn seen(way: &str, observer: Observer, question: Question) -> Seen {
    use Question as Q;
    let has_relay = matches!(way, "quic" | "wireguard" | "nebula" | "headscale");
    let has_coordinator = matches!(way, "nebula" | "nebula-1.6" | "headscale" | "wireguard");
    match (observer, question) {
        (Observer::Relay, _) if !has_relay => Seen::NotApplicable("there is no relay".to_owned()),
        (Observer::Coordinator, _) if !has_coordinator => {
            Seen::NotApplicable("there is none".to_owned())
        }
        (Observer::Party, _) => {
            if matches!(
                question,
                Q::Program | Q::Names | Q::Keys | Q::Dids | Q::Participants
            ) {
                Seen::Yes
            } else {
                Seen::No
            }
        }
        (Observer::Coordinator, Q::Participants | Q::Addresses | Q::Keys) => Seen::Yes,
        (Observer::Coordinator, Q::Names | Q::Certificates) if way == "headscale" => Seen::Yes,
        (Observer::Coordinator, _) => Seen::No,
        (_, Q::Addresses | Q::Pairs) => Seen::Yes,
        (_, Q::Times | Q::Volumes) => {
            Seen::Partly("a correlation of 0.64 with what programs said".to_owned())
        }
        (_, Q::Participants) => Seen::Partly("addresses, but no names".to_owned()),
        (_, Q::Certificates | Q::Names) if matches!(way, "tls" | "direct" | "nebula-1.6") => {
            Seen::Yes
        }
        (_, Q::Program) if way == "direct" => Seen::Yes,
        (_, Q::Keys) if way == "nebula" => Seen::Yes,
        _ => Seen::No,
    }
}

/// A record of a run over each network: what a picture of it is made of.
pub(crate) fn records(folder: &Path) {
    let world: [(&str, &[&str], f64, &str); 6] = [
        ("lan", &["ams", "ams", "ams"], 0.05, "none"),
        ("near", &["ams", "fra", "fra"], 11.0, "none"),
        ("far", &["ams", "nyc", "nyc"], 84.0, "none"),
        (
            "world",
            &["ams3", "nyc3", "sgp1", "sfo3", "syd1"],
            170.0,
            "none",
        ),
        ("nat", &["ams", "fra", "fra"], 11.0, "home"),
        ("loss", &["ams", "fra", "fra"], 11.0, "none"),
    ];
    for (network, regions, rtt, nat) in world {
        for round in 0..13 {
            let run = folder.join(format!("runs/{network}-{round}"));
            std::fs::create_dir_all(&run).unwrap();
            std::fs::write(
                run.join("result.json"),
                record(regions, rtt, nat).to_string(),
            )
            .unwrap();
        }
    }
}

fn record(regions: &[&str], rtt: f64, nat: &str) -> serde_json::Value {
    let host = |index: usize| format!("{}-{index}", regions[index]);
    let parties: Vec<_> = (0..regions.len())
        .map(|index| serde_json::json!({ "index": index, "host": host(index), "region": regions[index], "nat": nat }))
        .collect();
    let mut links = Vec::new();
    for a in 0..regions.len() {
        for b in a + 1..regions.len() {
            let far = if regions[a] == regions[b] {
                0.1
            } else {
                rtt + f64::from(u32::try_from(a + b).unwrap()) * 7.0
            };
            links.push(serde_json::json!({ "a": host(a), "b": host(b), "path": "direct", "rtt_expected_ms": far }));
        }
    }
    serde_json::json!({ "schema": "e3/run/1", "parties": parties, "links": links })
}
