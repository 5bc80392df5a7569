//! `e3 compare`: what is measured is kept at once, goes on where it was cut off, and is told in tables.

use std::collections::BTreeSet;
use std::fs;

use e3_histogram::Distribution;
use rustix::process::Signal;
use serde_json::Value;

use crate::{
    program::{environment, program},
    repository,
    support::workshop::Workshop,
};

/// Two ways and the control, a few rounds each: as short as it can be.
const SHORT: [&str; 11] = [
    "compare",
    "--way",
    "quic",
    "--network",
    "near",
    "--program",
    "round-trip",
    "--rounds",
    "2",
    "--out",
    "comparison",
];

fn lines(workshop: &Workshop) -> Vec<Value> {
    let text = workshop.read("comparison/measurements.jsonl");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_comparison_measures_keeps_and_tells() {
    let workshop = Workshop::alone();
    let ran = workshop.e3(&SHORT).succeeded();
    assert!(
        ran.out.contains("### near.round-trip.small.3"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("| quic.pinned |"), "{}", ran.out);

    let measured = lines(&workshop);
    assert_eq!(
        measured.len(),
        9,
        "three ways, two rounds and one that warms up"
    );
    for one in &measured {
        assert_eq!(one["failure"], Value::Null, "{one}");
        let figure = |name: &str| one["figures"][name].as_f64().unwrap_or(0.0);
        // Frankfurt is 11.5 ms from Amsterdam, and half of the pairs are between them.
        assert!(figure("round-trip") > 0.010, "{one}");
        assert!(figure("set-up") > figure("connect"), "{one}");
        for name in [
            "connect",
            "processor",
            "overlay-processor",
            "memory",
            "wire",
        ] {
            assert!(figure(name) > 0.0, "{name}: {one}");
        }
        let trips = one["round_trips"].as_array().unwrap();
        assert_eq!(trips.len(), 6, "one a pair and direction: {one}");
        for pair in trips {
            let read = Distribution::from_text(pair["histogram"].as_str().unwrap()).unwrap();
            assert_eq!(pair["count"].as_u64(), Some(read.count()), "{pair}");
            assert!(read.count() > 20, "{pair}");
        }
        let run = one["run"].as_str().unwrap();
        assert!(
            workshop
                .path(&format!("comparison/{run}/result.json"))
                .is_file()
        );
        assert_eq!(one["command"][0], "e3", "{one}");
    }
    let plan: Value = serde_json::from_str(&workshop.read("comparison/plan.json")).unwrap();
    assert_eq!(plan["benches"][0]["work"]["network"], "near");
    assert_eq!(plan["command"][0], "e3");
    let tables = workshop.read("comparison/tables/performance.json");
    let tables: Value = serde_json::from_str(&tables).unwrap();
    assert_eq!(tables["tables"][0]["rounds"], 2);
    assert_eq!(tables["tables"][0]["end"], "rounds");
    for row in tables["tables"][0]["rows"].as_array().unwrap() {
        let shares = row["round_trips"]["shares"].as_array().unwrap();
        let seconds = shares
            .iter()
            .map(|share| share["seconds"].as_f64().unwrap());
        assert!(seconds.is_sorted() && shares.len() == 6, "{row}");
        // However much oftener the pair in Frankfurt asks, two in three round trips are between cities.
        assert!(shares[1]["seconds"].as_f64().unwrap() > 0.010, "{row}");
    }
    assert!(ran.out.contains("| round trips | least |"), "{}", ran.out);
    the_report_is_there(&workshop);
    workshop.nothing_left();
}

/// It names the ways that were measured, and whatever it links to is there.
fn the_report_is_there(workshop: &Workshop) {
    let (html, markdown) = (
        workshop.read("comparison/report.html"),
        workshop.read("comparison/report.md"),
    );
    for way in ["direct", "direct-again", "quic"] {
        assert!(html.contains(&format!(">{way}</text>")), "{way}");
        assert!(markdown.contains(way), "{way}");
    }
    for (text, before, after) in [(&html, "href=\"", '"'), (&markdown, "](", ')')] {
        let pieces = text.split(before).skip(1);
        let links = pieces.filter_map(|piece| Some(piece.split_once(after)?.0));
        // Parts of the report, and the icon of no bytes, are no files.
        let links = links.filter(|link| !link.starts_with('#') && !link.starts_with("data:"));
        let links: BTreeSet<&str> = links.collect();
        assert!(links.contains("measurements.jsonl"), "{links:?}");
        assert!(
            links.iter().any(|link| link.starts_with("runs/")),
            "{links:?}"
        );
        for link in links {
            assert!(
                !link.contains('%'),
                "a name that needs to be decoded: {link}"
            );
            let path = workshop.path(&format!("comparison/{link}"));
            assert!(path.exists(), "the report links to {link}");
        }
    }
}

#[test]
fn what_was_cut_off_goes_on() {
    let workshop = Workshop::alone();
    let mut going = workshop.begin(&SHORT);
    going.until("warming up");
    going.signal(Signal::INT);
    let ran = going.ended();
    assert_eq!(ran.code, 130, "{ran:#?}");
    assert!(
        ran.err.contains("e3 compare --resume comparison"),
        "{}",
        ran.err
    );
    workshop.nothing_left();

    // The end of the file is cut off, too: that line is measured again.
    let file = workshop.path("comparison/measurements.jsonl");
    let before = lines(&workshop);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, &text[..text.len() - 30]).unwrap();
    workshop
        .e3(&["compare", "--resume", "comparison"])
        .succeeded();
    let after = lines(&workshop);
    assert_eq!(after.len(), 9);
    assert_eq!(after[..before.len() - 1], before[..before.len() - 1]);
    workshop.nothing_left();
}

#[test]
fn a_plan_says_what_it_would_take_and_does_nothing() {
    let workshop = Workshop::alone();
    let ran = workshop
        .e3(&["compare", "--quick", "--dry-run"])
        .succeeded();
    assert!(ran.out.contains("lan.secret-santa.medium.3"), "{}", ran.out);
    assert!(ran.out.contains("It takes"), "{}", ran.out);
    assert!(!workshop.path("compare").exists());
    let json = workshop
        .e3(&["compare", "--suite", "standard", "--dry-run", "--json"])
        .succeeded();
    let plan: Value = serde_json::from_str(&json.out).unwrap();
    assert!(plan["benches"].as_array().unwrap().len() > 20);
}

#[test]
fn words_that_name_nothing_are_refused() {
    let workshop = Workshop::alone();
    for (args, said) in [
        (
            ["--way", "carrier-pigeon"],
            "there is no way `carrier-pigeon`",
        ),
        (["--network", "lam"], "there is no network `lam`"),
        (["--cell", "quic.lan.nothing"], "`nothing` is no overlay"),
        (
            ["--identity", "passport"],
            "there is no identity `passport`",
        ),
        (["--network", "own"], "and there is none"),
    ] {
        let ran = workshop.e3(&["compare", args[0], args[1]]);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert!(!workshop.path("compare").exists());
}

#[test]
fn a_comparison_is_not_written_over() {
    let workshop = Workshop::alone();
    workshop.put("comparison/plan.json", "{}");
    let ran = workshop.e3(&SHORT);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(
        ran.err.contains("belongs to another comparison"),
        "{}",
        ran.err
    );
}

#[test]
fn what_this_project_is_held_to_is_right() {
    let workshop = Workshop::new();
    let file = repository().join(".ci/e3.toml");
    let ran = workshop.e3(&["compare", "--dry-run", file.to_str().unwrap()]);
    let planned = ran.succeeded().out;
    assert!(!planned.contains("Thresholds"), "{planned}");
}

/// A program that takes long enough for its ratios to be near 1.
fn own(workshop: &Workshop, compare: &str) {
    workshop.put("program.py", &program("time.sleep(0.3)"));
    workshop.put("e3.toml", &format!("{}\n{compare}", environment(2)));
}

#[test]
fn an_environment_is_compared_as_it_is_and_held_to_its_thresholds() {
    let workshop = Workshop::alone();
    own(
        &workshop,
        "[compare]\nways = [\"direct\"]\nprecision = \"100 %\"\n\n[compare.thresholds]\n\
         direct_again.own.ratio = \"< 3\"\ndirect_again.own.memory = \"< 1 GB\"\n",
    );
    let ran = workshop.e3(&["compare", "--out", "comparison"]).succeeded();
    for said in [
        "### own.2",
        "- direct_again.own.ratio < 3: held (",
        "- direct_again.own.memory < 1 GB: held (",
    ] {
        assert!(ran.out.contains(said), "no {said} in\n{}", ran.out);
    }
    let measured = lines(&workshop);
    assert_eq!(measured.len(), 14, "six rounds and one that warms up");
    assert_eq!(measured[0]["command"][2], "../e3.toml");
    assert_eq!(measured[0]["cell"]["program"], "own");
    // What was measured before does not travel with the program.
    let digest = |one: &Value| {
        let run = one["run"].as_str().unwrap();
        let record = workshop.read(&format!("comparison/{run}/result.json"));
        let record: Value = serde_json::from_str(&record).unwrap();
        record["program"].clone()
    };
    assert_eq!(digest(&measured[0]), digest(&measured[13]));
    let verdicts = workshop.read("comparison/tables/thresholds.jsonl");
    assert_eq!(
        verdicts.matches("\"held\":\"held\"").count(),
        2,
        "{verdicts}"
    );
    for file in ["report.md", "report.html"] {
        let report = workshop.read(&format!("comparison/{file}"));
        assert!(report.contains("direct_again.own.ratio"), "{file}");
    }
    // It goes on only with what it began with.
    workshop.put("e3.toml", &environment(3));
    let ran = workshop
        .e3(&["compare", "--resume", "comparison"])
        .refused();
    assert!(
        ran.err
            .contains("no longer what this comparison began with"),
        "{}",
        ran.err
    );
    workshop.nothing_left();
}

#[test]
fn what_is_broken_too_uncertain_or_not_measured_fails() {
    let workshop = Workshop::alone();
    own(
        &workshop,
        "[compare]\nways = [\"direct\"]\nrounds = 2\n\n[compare.thresholds]\n\
         direct_again.own.ratio = \"> 3\"\ndirect_again.own.set_up = \"< 1 min\"\nquic.own.ratio = \"< 9\"\n",
    );
    let ran = workshop.e3(&["compare", "--out", "comparison"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    for said in [
        "direct_again.own.ratio > 3: broken (",
        "direct_again.own.set_up < 1 min: too uncertain (",
        "quic.own.ratio < 9: not measured",
    ] {
        assert!(ran.out.contains(said), "no {said} in\n{}", ran.out);
        assert!(ran.err.contains(said), "no {said} in\n{}", ran.err);
    }
    assert!(
        ran.err.contains("3 of 3 thresholds are not held"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("takes more rounds"), "{}", ran.err);
    workshop.nothing_left();
}

#[test]
fn the_command_line_goes_before_the_file() {
    let workshop = Workshop::alone();
    own(
        &workshop,
        "[compare.thresholds]\nquic.own.ratio = \"< 9\"\nquic.far.ratio = \"< 9\"\n",
    );
    let planned = |args: &[&str]| {
        let ran = workshop.e3(&[&["compare", "--dry-run"], args].concat());
        ran.succeeded().out
    };
    let own = planned(&["--way", "quic"]);
    assert!(own.contains("own.2: direct.pinned"), "{own}");
    assert!(!own.contains("quic.own.ratio"), "{own}");
    assert!(
        own.contains("the threshold quic.far.ratio < 9: nothing that"),
        "{own}"
    );
    let file = planned(&[]);
    assert!(
        file.contains("Thresholds that are about nothing of this"),
        "{file}"
    );
    let near = planned(&["--network", "near"]);
    assert!(near.contains("near.secret-santa.small.3"), "{near}");
    assert!(near.contains("the threshold quic.own.ratio < 9"), "{near}");
    assert!(planned(&["--quick"]).contains("Suite quick"));
}
