//! The report as a browser shows it. Left out where there is none, unless `E3_CHROMIUM_REQUIRED` is set.

#![allow(clippy::unwrap_used, reason = "tests may unwrap")]

mod browser;
mod plausible;

use std::path::{Path, PathBuf};

use browser::Browser;
use serde_json::Value;

/// The smallest phone.
const PHONE: u32 = 360;

/// What is too wide for the window, boxes that scroll by themselves aside.
const TOO_WIDE: &str = "Array.from(document.querySelectorAll('body *'))
    .filter(e => !e.closest('.wide, pre, .skip') && e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => e.outerHTML.slice(0, 200))";
/// Pictures that cannot be seen.
const UNSEEN: &str = "Array.from(document.querySelectorAll('svg, img'))
    .filter(e => { const r = e.getBoundingClientRect(); return r.width < 50 || r.height < 20 })
    .map(e => e.outerHTML.slice(0, 200))";
/// Texts that leave their picture.
const OUTSIDE: &str = "Array.from(document.querySelectorAll('svg text'))
    .filter(e => { const b = e.getBBox(), v = e.ownerSVGElement.viewBox.baseVal;
                   return b.x < -1 || b.x + b.width > v.width + 1 || b.y < -1 || b.y + b.height > v.height + 1 })
    .map(e => e.outerHTML)";
/// Letters of pictures that are too small to read, in pixels.
const TINY: &str = "Array.from(document.querySelectorAll('svg'))
    .filter(e => e.getBoundingClientRect().width / e.viewBox.baseVal.width * 10.5 < 9)
    .map(e => e.outerHTML.slice(0, 200))";

fn chromium() -> Option<PathBuf> {
    let found = browser::find();
    if found.is_none() {
        assert!(
            std::env::var_os("E3_CHROMIUM_REQUIRED").is_none(),
            "there is no Chromium in PATH, and E3_CHROMIUM_REQUIRED is set"
        );
        eprintln!(
            "skipped: there is no Chromium in PATH (Debian: apt-get install chromium-headless-shell)"
        );
    }
    found
}

#[track_caller]
fn none(browser: &mut Browser, what: &str, expression: &str) {
    let found = browser.evaluate(expression);
    assert_eq!(found, Value::Array(Vec::new()), "{what}");
}

/// All that has to be so of a page in one window.
#[track_caller]
fn check(browser: &mut Browser, report: &Path, width: u32) {
    browser.open(report, width, 740);
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
    let across = browser.evaluate("document.documentElement.scrollWidth");
    assert_eq!(
        across.as_u64(),
        Some(u64::from(width)),
        "the page is as wide as the window"
    );
    none(browser, "nothing is wider than the window", TOO_WIDE);
    none(browser, "every picture can be seen", UNSEEN);
    none(browser, "texts stay in their pictures", OUTSIDE);
    none(browser, "letters can be read", TINY);
    for (event, what) in [
        ("Runtime.consoleAPICalled", "the console says nothing"),
        ("Runtime.exceptionThrown", "nothing is thrown"),
        ("Log.entryAdded", "nothing is logged"),
        ("Network.loadingFailed", "no request fails"),
    ] {
        assert_eq!(browser.told(event), Vec::<Value>::new(), "{what}");
    }
    let requests = browser.told("Network.requestWillBeSent");
    let own = format!("file://{}", report.display());
    let others: Vec<&Value> = requests
        .iter()
        .map(|request| &request["request"]["url"])
        .filter(|url| **url != own.as_str() && !url.as_str().unwrap().starts_with("data:"))
        .collect();
    assert!(
        others.is_empty(),
        "nothing but the page is asked for: {others:?}"
    );
}

#[test]
fn a_report_reads_well_on_every_screen() {
    let Some(program) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let written = e3_report::write(folder.path()).unwrap();
    let mut browser = Browser::start(&program);
    for (width, is_dark) in [(PHONE, false), (PHONE, true), (820, false), (1280, false)] {
        browser.look(is_dark, true);
        check(&mut browser, &written.html, width);
    }
}

#[test]
fn hostile_text_does_nothing_in_a_browser() {
    let Some(program) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let long = "W".repeat(300);
    let hostile = format!(
        "</td></table></svg><script>console.log(1)</script><img src=http://127.0.0.1/x>\\\" onload=\\\"{long}"
    );
    for file in [
        "security.jsonl",
        "measurements.jsonl",
        "effort.jsonl",
        "privacy.jsonl",
        "plan.json",
    ] {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text
            .replace("wireguard", &hostile)
            .replace("pinned", &hostile)
            .replace("Three parties", &hostile);
        let text = text
            .replace("an example", &hostile)
            .replace("documentation", &hostile)
            .replace("packets were", &hostile);
        std::fs::write(&path, text).unwrap();
    }
    let written = e3_report::write(folder.path()).unwrap();
    assert!(written.unreadable.is_empty(), "{:?}", written.unreadable);
    let mut browser = Browser::start(&program);
    check(&mut browser, &written.html, PHONE);
    assert_eq!(
        browser.evaluate("document.querySelectorAll('script, img').length"),
        0
    );
}

#[test]
fn a_screen_reader_finds_a_name_for_everything() {
    let Some(program) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let written = e3_report::write(folder.path()).unwrap();
    let mut browser = Browser::start(&program);
    browser.open(&written.html, 1280, 740);
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
    let all = browser.read_aloud();
    for role in [
        "image",
        "table",
        "heading",
        "link",
        "columnheader",
        "rowheader",
    ] {
        let mine: Vec<&(String, String)> = all.iter().filter(|(is, _)| is == role).collect();
        assert!(!mine.is_empty(), "no {role}");
        let unnamed = mine
            .iter()
            .filter(|(_, name)| name.trim().is_empty())
            .count();
        assert_eq!(unnamed, 0, "{role} without a name");
    }
    let drawn = browser.evaluate("document.querySelectorAll('svg').length");
    let heard = all.iter().filter(|(role, _)| role == "image").count();
    assert_eq!(
        drawn.as_u64(),
        Some(heard as u64),
        "every picture is one thing with a name"
    );
}
