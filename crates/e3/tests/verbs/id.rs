//! `e3 id`

use std::os::unix::fs::PermissionsExt as _;

use crate::helper::Desk;

#[test]
fn an_identity_is_made_once_and_shown() {
    let desk = Desk::new();
    let new = desk.e3(&["id", "new", "--json"]).succeeded().json();
    assert_eq!(new["schema"], "e3/id-new/1");
    let shown = desk.e3(&["id", "show", "--json"]).succeeded().json();
    assert_eq!(shown["did"], new["did"]);
    assert_eq!(shown["document"]["id"], new["did"]);
    let key = desk.path("home/data/e3/identity/key.pem");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret = std::fs::read_to_string(key).unwrap();
    let secret = secret.lines().nth(1).unwrap().to_owned();

    let text = desk.e3(&["id", "show"]).succeeded();
    assert!(text.out.contains(new["did"].as_str().unwrap()));
    assert!(!text.out.contains(&secret) && !shown.to_string().contains(&secret));

    let again = desk.e3(&["id", "new"]).refused();
    assert!(
        again.err.contains("holds an identity already"),
        "{}",
        again.err
    );
    let none = desk.e3(&["id", "show", "elsewhere"]).refused();
    assert!(none.err.contains("e3 id new"), "{}", none.err);
}

#[test]
fn rotation_gives_a_new_did_and_a_succession() {
    let desk = Desk::new();
    for method in ["key", "peer2", "peer4"] {
        let old = desk.e3(&["id", "new", "--method", method, "--out", method, "--json"]);
        let old = old.succeeded().json();
        let new = desk
            .e3(&["id", "rotate", method, "--json"])
            .succeeded()
            .json();
        assert_ne!(new["did"], old["did"]);
        assert_eq!(new["method"], old["method"]);
        assert_eq!(new["successions"][0]["old"], old["did"]);
        assert_eq!(new["successions"][0]["new"], new["did"]);
        let text = desk.e3(&["id", "show", method]).succeeded().out;
        assert!(text.contains("succeeds     did:"), "{text}");
    }
}

#[test]
fn a_did_web_prints_what_to_publish() {
    let desk = Desk::new();
    let new = [
        "id",
        "new",
        "--method",
        "web",
        "--domain",
        "example.org/mpc",
        "--out",
        "web",
    ];
    let made = desk.e3(&new).succeeded();
    assert_eq!(made.json()["id"], "did:web:example.org:mpc");
    assert!(
        made.err.contains("https://example.org/mpc/did.json"),
        "{}",
        made.err
    );
    let rotated = desk.e3(&["id", "rotate", "web"]).succeeded();
    assert_eq!(rotated.json()["id"], "did:web:example.org:mpc");
    assert_eq!(
        rotated.json()["verificationMethod"][0]["id"],
        "did:web:example.org:mpc#key-2"
    );
    assert_ne!(
        rotated.json()["verificationMethod"][0]["publicKeyMultibase"],
        made.json()["verificationMethod"][0]["publicKeyMultibase"]
    );

    desk.e3(&["id", "new", "--method", "web"]).refused();
    desk.e3(&["id", "new", "--domain", "example.org"]).refused();
    let wrong = ["id", "new", "--method", "web", "--domain", "127.0.0.1"];
    desk.e3(&wrong).refused();
}

#[test]
fn a_did_is_resolved_by_what_it_contains() {
    let desk = Desk::new();
    let did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    let resolved = desk
        .e3(&["id", "resolve", did, "--json"])
        .succeeded()
        .json();
    assert_eq!(resolved["signing_keys"][0]["key"], did[8..]);
    let text = desk.e3(&["id", "resolve", did, "--offline"]).succeeded();
    assert!(text.out.contains("signs with   z6Mkha"), "{}", text.out);

    let web = desk
        .e3(&["id", "resolve", "did:web:example.org", "--offline"])
        .refused();
    assert!(web.err.contains("has to be fetched"), "{}", web.err);
    let nobody = desk
        .e3(&["id", "resolve", "did:web:localhost%3A1"])
        .refused();
    assert!(
        nobody
            .err
            .contains("https://localhost:1/.well-known/did.json"),
        "{}",
        nobody.err
    );
    desk.e3(&["id", "resolve", "nobody"]).refused();
}
