//! `e3 doctor`

use crate::helper::{Desk, Ran};

#[test]
fn the_exit_code_says_whether_something_needed_is_missing() {
    let ran = Desk::new().e3(&["doctor", "--json"]);
    let document = ran.json();
    assert_eq!(document["schema"], "e3/doctor/1");
    assert_eq!(ran.code, i32::from(document["ok"] == false), "{ran:#?}");
    let findings = document["findings"].as_array().unwrap();
    for what in [
        "namespaces",
        "TUN",
        "python3",
        "venv",
        "uv",
        "disk",
        "open files",
    ] {
        let finding = findings.iter().find(|finding| finding["what"] == what);
        let finding = finding.unwrap_or_else(|| panic!("nobody looked for {what}"));
        assert_eq!(
            finding["mend"].is_string(),
            finding["ok"] == false,
            "{finding}"
        );
    }
}

#[test]
fn without_python_it_says_how_to_get_it() {
    let desk = Desk::new();
    let output = desk
        .command(&["doctor"])
        .env("PATH", desk.path("empty"))
        .output();
    let ran = Ran::of(&output.unwrap());
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.out.contains("missing  python3"), "{}", ran.out);
    assert!(ran.out.contains("install"), "{}", ran.out);
}
