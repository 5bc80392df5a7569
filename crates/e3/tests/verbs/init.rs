//! `e3 init`

use crate::helper::{Desk, holds};

#[test]
fn every_template_passes_the_check_as_it_is() {
    for template in ["lab", "home", "world"] {
        let desk = Desk::new();
        desk.e3(&["init", "--template", template]).succeeded();
        let checked = desk.e3(&["check"]).succeeded();
        assert!(
            checked.out.contains("is right"),
            "{template}: {}",
            checked.out
        );
    }
}

#[test]
fn a_new_folder_is_made_and_told() {
    let desk = Desk::new();
    let ran = desk.e3(&["init", "new/one", "--json"]).succeeded();
    let document = ran.json();
    assert_eq!(document["schema"], "e3/init/1");
    assert_eq!(document["template"], "lab");
    assert_eq!(
        document["written"],
        serde_json::json!(["new/one/e3.toml", "new/one/program.py"])
    );
    assert!(holds(&desk.path("new/one"), "e3.toml"));
}

#[test]
fn nothing_is_overwritten() {
    let desk = Desk::new();
    desk.put("e3.toml", "# mine")
        .put("program.py", "# mine too");
    let ran = desk.e3(&["init"]).refused();
    assert!(ran.err.contains("e3.toml exists already"), "{}", ran.err);
    assert_eq!(desk.read("e3.toml"), "# mine");

    std::fs::remove_file(desk.path("e3.toml")).unwrap();
    desk.e3(&["init"]).succeeded();
    assert_eq!(desk.read("program.py"), "# mine too");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let desk = Desk::new();
    desk.put("file", "");
    let ran = desk.e3(&["init", "file/below"]).refused();
    assert!(ran.err.contains("file/below"), "{}", ran.err);
}
