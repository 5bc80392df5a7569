//! What observers can tell of a run: over an overlay that hides nothing all that is planted, and of one that does not what it
//! should not show.

use serde_json::Value;

use crate::support::workshop::Workshop;

/// What `e3 experiment observe` finds.
fn observed(more: &[&str]) -> Vec<Value> {
    let workshop = Workshop::alone();
    let words = ["experiment", "observe", "--seconds", "12"];
    let ran = workshop.e3(&[&words, more].concat()).succeeded();
    let found = ran.out.lines();
    let found = found.map(|line| serde_json::from_str(line).unwrap());
    let found: Vec<Value> = found.collect();
    for one in &found {
        for searched in one["searched"].as_array().unwrap() {
            let file = searched.as_str().unwrap();
            let is_there = !file.ends_with(".pcapng") || workshop.path(file).exists();
            assert!(is_there, "{file} is not kept");
        }
    }
    workshop.nothing_left();
    found
}

#[track_caller]
fn answer<'a>(found: &'a [Value], observer: &str, question: &str) -> &'a Value {
    let mut all = found.iter();
    let one = all.find(|one| one["observer"] == observer && one["question"] == question);
    one.unwrap()
}

#[track_caller]
fn is(found: &[Value], observer: &str, question: &str, seen: &str) {
    let one = answer(found, observer, question);
    assert_eq!(one["seen"]["seen"], seen, "{one:#}");
}

/// That what other observers do not find would be found: a program says all by which it could be recognised, in every form.
#[test]
fn over_plain_tcp_all_that_is_planted_is_found() {
    let found = observed(&["--overlay", "direct", "--plant"]);
    assert_eq!(found.len(), 60);
    for observer in ["provider", "site-router", "wide-area", "party"] {
        for question in ["names", "dids", "keys", "addresses", "program"] {
            is(&found, observer, question, "yes");
            let one = answer(&found, observer, question);
            let evidence = one["evidence"][0].as_str().unwrap();
            let (_, others) = evidence.rsplit_once("; and ").unwrap();
            let others = others.split(' ').next().unwrap();
            // In some ten shapes, each in twelve scripts.
            assert!(others.parse::<u32>().unwrap() > 20, "{evidence}");
        }
        is(&found, observer, "certificates", "not-applicable");
    }
    for question in ["participants", "pairs", "times", "volumes"] {
        is(&found, "wide-area", question, "yes");
        is(
            &found,
            "provider",
            question,
            if question == "participants" {
                "yes"
            } else {
                "partly"
            },
        );
    }
    is(&found, "party", "pairs", "no");
    is(&found, "relay", "names", "not-applicable");
}

/// Over an overlay that encrypts, packets show no name, no DID, no program; times and volumes tell who talks with whom all the
/// same, through a relay, too.
#[cfg(feature = "wireguard")]
#[test]
fn over_wireguard_packets_name_nobody_and_tell_who_talks() {
    let found = observed(&["--overlay", "wireguard"]);
    for observer in ["provider", "site-router", "wide-area"] {
        for question in ["names", "dids", "program"] {
            is(&found, observer, question, "no");
        }
        is(&found, observer, "addresses", "yes");
    }
    is(&found, "wide-area", "participants", "yes");
    let pairs = answer(&found, "wide-area", "pairs");
    assert_ne!(pairs["seen"]["seen"], "no", "{pairs:#}");
    // It knows those whom it relays for, and what else it holds in memory.
    is(&found, "relay", "addresses", "yes");
    is(&found, "relay", "program", "no");
}
