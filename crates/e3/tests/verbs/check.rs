//! `e3 check` and `e3 plan`

use crate::helper::Desk;

const TWO: &str = "[hosts.ams]\nregion = \"ams3\"\n\n[hosts.home]\nregion = \"fra1\"\nnat = \"home\"\nrate = \"20 Mbit/s\"\n";

#[test]
fn all_errors_are_shown_with_their_lines() {
    let desk = Desk::new();
    desk.put(
        "e3.toml",
        "overlay = \"dirct\"\n\n[hosts.ams]\nregion = \"ansterdam\"\ncuont = 3\n",
    );
    let ran = desk.e3(&["check"]).refused();
    for expected in [
        "e3.toml:1:11",
        "did you mean `direct`?",
        "e3.toml:4:10",
        "did you mean `ams3`?",
        "e3.toml:5:1",
        "did you mean `count`?",
        "error: e3.toml has 3 errors",
    ] {
        assert!(ran.err.contains(expected), "no {expected} in:\n{}", ran.err);
    }
}

#[test]
fn errors_are_data_with_json() {
    let desk = Desk::new();
    desk.put("e3.toml", "[hosts.ams]\nregion = \"ansterdam\"\n");
    let ran = desk.e3(&["check", "--json"]);
    assert_eq!(ran.code, 1);
    let document = ran.json();
    assert_eq!(document["schema"], "e3/error/1");
    let diagnostic = &document["diagnostics"][0];
    assert_eq!(diagnostic["file"], "e3.toml");
    assert_eq!(diagnostic["line"], 2);
    assert_eq!(diagnostic["suggestion"], "ams3");
    assert_eq!(ran.err, "");
}

#[test]
fn what_is_not_there_is_named_and_the_way_on_too() {
    let desk = Desk::new();
    let none = desk.e3(&["check"]).refused();
    assert!(
        none.err.contains("there is no e3.toml in this folder"),
        "{}",
        none.err
    );
    assert!(none.err.contains("\n\nhint: "), "{}", none.err);

    let nowhere = desk.e3(&["check", "nowhere"]).refused();
    assert!(
        nowhere.err.contains("nowhere does not exist"),
        "{}",
        nowhere.err
    );

    desk.put("empty/other.txt", "");
    let empty = desk.e3(&["check", "empty"]).refused();
    assert!(empty.err.contains("e3 init empty"), "{}", empty.err);

    desk.put(
        "e3.toml",
        "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"none.py\"\n",
    );
    let program = desk.e3(&["check"]).refused();
    assert!(program.err.contains("e3.toml:4:8"), "{}", program.err);
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let desk = Desk::new();
    std::fs::write(desk.path("e3.toml"), [0xff, 0xfe, 0]).unwrap();
    let ran = desk.e3(&["check"]).refused();
    assert!(ran.err.contains("e3.toml:1: "), "{}", ran.err);
}

#[test]
fn a_program_needs_no_file() {
    let desk = Desk::new();
    desk.put("mine/program.py", "");
    let ran = desk
        .e3(&[
            "check",
            "--program",
            "mine/program.py",
            "--parties",
            "4",
            "--json",
        ])
        .succeeded();
    let document = ran.json();
    assert_eq!(
        document["environment"]["hosts"].as_array().unwrap().len(),
        4
    );
    assert!(document["file"].is_null());
    assert_eq!(document["travels"]["program"]["entry"], "program.py");
}

#[test]
fn what_travels_and_what_stays_is_said() {
    let desk = Desk::new();
    desk.put(
        "e3.toml",
        &format!("{TWO}input = \"secret.csv\"\n[program]\npath = \"p/run.py\"\n"),
    );
    desk.put("secret.csv", "1")
        .put("p/run.py", "")
        .put("p/.hidden", "")
        .put("p/table.csv", "1,2");
    let ran = desk.e3(&["check"]).succeeded();
    assert!(ran.out.contains("to every host: 2 files"), "{}", ran.out);
    assert!(ran.out.contains("to home alone: "), "{}", ran.out);
    assert!(!ran.out.contains(".hidden"), "{}", ran.out);
}

#[test]
fn a_plan_for_what_is_not_up_creates_everything() {
    let desk = Desk::new();
    desk.put("e3.toml", TWO);
    let ran = desk.e3(&["plan"]).succeeded();
    // What firewalls must let through is another test's matter.
    let (created, firewalls) = ran.out.split_once("\n\n").unwrap();
    assert_eq!(
        created,
        "+ host ams   lab in ams3, site ams, public address\n\
         + host home  lab in fra1, site home, private address behind a home router, 20 Mbit/s\n\
         + overlay quic\n\
         + identity pinned\n\
         + service relay: relay on host relay"
    );
    assert!(firewalls.starts_with("what firewalls"), "{firewalls}");
    let document = desk
        .e3(&["plan", "--json", "--region", "sgp1"])
        .succeeded()
        .json();
    assert_eq!(document["schema"], "e3/plan/1");
    assert_eq!(document["up"], false);
    assert_eq!(document["create"][1]["region"], "sgp1");
    assert_eq!(document["change"], serde_json::json!([]));
}
