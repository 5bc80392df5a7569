//! Labs of an e3.toml, with parties and without.

use crate::{answered, json, support::workshop::Workshop};

const TWO: &str = "[hosts.a]\nregion = \"ams3\"\n\n[hosts.b]\nregion = \"lon1\"\n";

#[test]
fn the_network_of_an_e3_toml_comes_up_without_parties() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", TWO);
    assert_eq!(json(&workshop, &["up"])["done"], "created");
    assert_eq!(json(&workshop, &["status"])["parties"], false);
    assert_eq!(answered(&workshop, "a", "b"), 5);
    for args in [&["status"][..], &["ping", "a", "b"]] {
        let refused = workshop.e3(args).refused();
        assert!(
            refused.err.contains("only the network"),
            "{args:?}: {}",
            refused.err
        );
    }
    let refused = workshop
        .e3(&["run", "--program", &crate::program(&workshop)])
        .refused();
    assert!(refused.err.contains("only the network"), "{}", refused.err);
    // `up` makes the whole of it.
    let up = workshop.e3(&["up", "--json"]).succeeded().json();
    assert_eq!(up["done"], "recreated");
    assert_eq!(json(&workshop, &["status"])["parties"], true);
    workshop.e3(&["lab", "down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn every_verb_works_on_an_environment_that_is_up() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", TWO);
    workshop.e3(&["up"]).succeeded();
    assert_eq!(
        json(&workshop, &["up"])["done"],
        "unchanged",
        "its parties stay"
    );
    assert_eq!(answered(&workshop, "a", "b"), 5);
    let ran = workshop
        .e3(&["lab", "exec", "b", "--", "hostname"])
        .succeeded();
    assert_eq!(ran.out, "b\n");
    json(&workshop, &["link", "a", "b", "--down"]);
    assert_eq!(answered(&workshop, "a", "b"), 0);
    json(&workshop, &["link", "a", "b", "--up"]);
    assert_eq!(answered(&workshop, "a", "b"), 5);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
