//! Scenario files: what they mean, and what people are told about broken ones.

use std::fmt::Write as _;
use std::time::Duration;

use e3_spec::{Deed, Diagnostics, Event, Outage, PathChange, Places, RateChange, Scenario};
use proptest::prelude::*;

/// Amsterdam with one host, Singapore with two on one site, New York with two sites.
fn places() -> Places {
    let mut places = Places::default();
    for (region, site, host) in [
        ("ams3", "anna", "anna"),
        ("sgp1", "office", "carl"),
        ("sgp1", "office", "cleo"),
        ("nyc3", "dora", "dora"),
        ("nyc3", "dirk", "dirk"),
    ] {
        places.add(region, site, host);
    }
    places
}

fn parse(text: &str) -> Result<Scenario, Diagnostics> {
    Scenario::parse("faults.scenario", text, &places())
}

/// The only event of a text.
fn event(text: &str) -> Event {
    let mut scenario = parse(text).unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(scenario.events.len(), 1);
    scenario.events.remove(0)
}

/// A path's change, with the sites at its ends.
fn path(text: &str) -> (Vec<String>, Vec<String>, bool, PathChange) {
    let Deed::Path {
        from,
        to,
        both,
        change,
    } = event(text).deed
    else {
        panic!("no path: {text}");
    };
    let names = |sites: Vec<_>| sites.iter().map(ToString::to_string).collect();
    (names(from), names(to), both, change)
}

#[test]
fn events_keep_their_time_line_and_words() {
    let text = "# faults\nseed 7\n\nat 1.5 min:  anna - office   down for 60s  # at night\n";
    let scenario = parse(text).unwrap();
    assert_eq!(scenario.seed, Some(7));
    let [event] = &scenario.events[..] else {
        panic!("{scenario:?}");
    };
    assert_eq!(Duration::from(event.at), Duration::from_secs(90));
    assert_eq!(
        (event.line, event.text.as_str()),
        (4, "anna - office   down for 60s")
    );
}

#[test]
fn a_path_is_named_by_sites_hosts_or_regions() {
    let ends = |text: &str| {
        let (from, to, both, _) = path(&format!("at 1s: {text} down"));
        (from.join(","), to.join(","), both)
    };
    let is = |from: &str, to: &str, both| (from.to_owned(), to.to_owned(), both);
    assert_eq!(ends("anna–office"), is("anna", "office", true));
    assert_eq!(ends("anna <-> cleo"), is("anna", "office", true));
    assert_eq!(ends("anna->carl"), is("anna", "office", false));
    assert_eq!(ends("sgp1 → nyc3"), is("office", "dora,dirk", false));
    assert_eq!(ends("dirk–*"), is("dirk", "anna,office,dora,dirk", true));
}

#[test]
fn conditions_are_said_one_after_another() {
    let (.., change) = path(
        "at 0s: anna -> office restore delay 80ms jitter 1 ms loss 1% rate 10 Mbit/s reorder 5% by 20 ms duplicate 0.1 % down for 1 s",
    );
    let PathChange {
        restore,
        delay,
        jitter,
        loss,
        rate,
        reorder,
        duplicate,
        outage,
    } = change;
    assert!(restore);
    assert_eq!(delay, "80 ms".parse().ok());
    assert_eq!(jitter, "1 ms".parse().ok());
    assert_eq!(loss, "1 %".parse().ok());
    assert_eq!(rate, Some(RateChange::To("10 Mbit/s".parse().unwrap())));
    let reorder = reorder.unwrap();
    assert_eq!(
        (reorder.chance, reorder.by),
        ("5 %".parse().unwrap(), "20 ms".parse().unwrap())
    );
    assert_eq!(duplicate, "0.1 %".parse().ok());
    assert_eq!(outage, Some(Outage::For("1 s".parse().unwrap())));
}

#[test]
fn an_outage_lasts_or_ends() {
    let outage = |words: &str| path(&format!("at 1s: anna–dora {words}")).3.outage;
    assert_eq!(outage("down"), Some(Outage::Endless));
    assert_eq!(outage("up"), Some(Outage::Over));
    assert_eq!(outage("rate unlimited"), None);
}

#[test]
fn places_have_deeds_of_their_own() {
    let deed = |text: &str| event(&format!("at 1s: {text}")).deed;
    let host = |name: &str| name.parse().unwrap();
    let site = |name: &str| name.parse().unwrap();
    assert_eq!(deed("carl moves"), Deed::Move { host: host("carl") });
    assert_eq!(deed("carl resumes"), Deed::Resume { host: host("carl") });
    assert_eq!(
        deed("carl forgets"),
        Deed::Forget {
            site: site("office")
        }
    );
    assert_eq!(
        deed("sgp1 redials"),
        Deed::Redial {
            site: site("office")
        }
    );
    let pause = |time| Deed::Pause {
        host: host("anna"),
        time,
    };
    assert_eq!(deed("anna pauses"), pause(None));
    assert_eq!(deed("anna pauses for 10 s"), pause("10 s".parse().ok()));
    assert!(matches!(
        deed("nyc3 line loss 2%"),
        Deed::Line { sites, change } if sites.len() == 2 && change.loss == "2 %".parse().ok()
    ));
}

#[test]
fn broken_lines() {
    let cases = [
        "at 10s anna–carl down",
        "at: anna moves",
        "at 10: anna moves",
        "at 10 minutes: anna moves",
        "at 31d: anna moves",
        "at 10s:",
        "in 10s: anna moves",
        "seed",
        "seed x",
        "seed 1\nseed 2",
        "at 1s: anna moves\nseed 1",
        "at 2s: anna moves\nat 1s: carl moves",
        "at 1s: anne moves",
        "at 1s: anna-office down",
        "at 1s: anna–",
        "at 1s: anna–carl",
        "at 1s: anna–→carl down",
        "at 1s: anna–anna down",
        "at 1s: carl–cleo down",
        "at 1s: anna–carl dwon",
        "at 1s: anna–carl down for",
        "at 1s: anna–carl down for 0s",
        "at 1s: anna–carl loss",
        "at 1s: anna–carl loss 1",
        "at 1s: anna–carl loss 101 %",
        "at 1s: anna–carl delay 2h",
        "at 1s: anna–carl rate 10 Mbps",
        "at 1s: anna–carl reorder 5%",
        "at 1s: anna–carl loss 1% loss 2%",
        "at 1s: anna–carl down up",
        "at 1s: anna–carl moves",
        "at 1s: anna",
        "at 1s: anna down",
        "at 1s: anna move",
        "at 1s: office moves",
        "at 1s: nyc3 forgets",
        "at 1s: anna moves twice",
        "at 1s: anna line delay 5ms",
        "at 1s: anna line",
        "at 2s: anne–carl dwon",
        "at 1s: \u{1b}[2J moves",
    ];
    let mut shown = String::new();
    for text in cases {
        let said = parse(text).unwrap_err();
        let _ = write!(shown, "## {}\n{said}\n\n", text.escape_debug());
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let said = parse("at 1x: anna moves\nat 2s: anna mooves\nset 1").unwrap_err();
    let lines: Vec<_> = said.iter().map(|one| (one.line, one.column)).collect();
    assert_eq!(lines, [(1, 4), (2, 13), (3, 1)]);
}

#[test]
fn the_book_is_right() {
    let book = include_str!("../../../docs/scenarios.md");
    let mut places = Places::default();
    for (region, site, host) in [
        ("ams3", "ams3", "arno"),
        ("sgp1", "sgp1", "sofie"),
        ("fra1", "home", "anna"),
    ] {
        places.add(region, site, host);
    }
    let example = book
        .split("```")
        .find_map(|block| block.strip_prefix("scenario\n"));
    let scenario = Scenario::parse("example", example.unwrap_or_default(), &places);
    let scenario = scenario.unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(scenario.events.len(), 8);
    let mistake = "seed 7\n\nat 80s: anne pauses for 10s\n";
    let said = Scenario::parse("outage.scenario", mistake, &places).unwrap_err();
    assert!(book.contains(&said.to_string()), "{said}");
}

/// Pieces of scenarios, right and wrong, that random files are made of.
const PIECES: &[&str] = &[
    "at ",
    "10s",
    "1.5 ",
    "min",
    ":",
    " ",
    "\n",
    "\r\n",
    "\t",
    "#",
    "seed ",
    "7",
    "anna",
    "office",
    "nyc3",
    "*",
    "–",
    "->",
    "<->",
    " - ",
    "-",
    "→",
    "down",
    " for ",
    "loss ",
    "1%",
    "0.1 %",
    "rate ",
    "10 Mbit/s",
    "unlimited",
    "reorder ",
    " by ",
    "delay ",
    "80ms",
    "restore",
    "moves",
    "pauses",
    "forgets",
    "line ",
    "é",
    "日本",
    "\u{0}",
    "\u{a0}",
    "99999999999999999999",
    "at 1s: anna–office ",
    "at 2s: anna ",
    "\nat 3s: ",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(scenario) => {
            let lines = text.split('\n').count();
            prop_assert!(scenario.events.is_sorted_by_key(|event| event.at));
            prop_assert!(
                scenario
                    .events
                    .iter()
                    .all(|event| (1..=lines).contains(&event.line))
            );
            let stored = serde_json::to_string(&scenario).ok();
            let read = stored.and_then(|stored| serde_json::from_str(&stored).ok());
            prop_assert_eq!(read, Some(scenario));
        }
        Err(said) => {
            for one in &said {
                let line = text.split('\n').nth(one.line - 1);
                prop_assert!(
                    line.is_some_and(|line| one.column <= line.chars().count() + 1),
                    "{:?}",
                    one
                );
            }
            let shown = said.render(false);
            prop_assert!(
                !shown.contains(|c: char| c.is_control() && c != '\n'),
                "{:?}",
                shown
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn no_almost_right_text_panics(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        check(&pieces.concat())?;
    }
}
