//! `e3 ca`

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use crate::helper::{Desk, Ran, holds};

/// A did:key of the specification (W3C CCG, v0.9).
const DID: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

const NO_SERIAL: &str = "00112233445566778899aabbccddeeff";

const FOLDER: &str = "home/data/e3/authorities/hospital";

fn desk() -> (Desk, Value) {
    let desk = Desk::new();
    let made = desk.e3(&["ca", "init", "hospital", "--json"]).succeeded();
    let document = made.json();
    (desk, document)
}

fn issue(desk: &Desk) -> Value {
    let arguments = ["ca", "issue", "hospital", DID, "--as", "alice", "--json"];
    desk.e3(&arguments).succeeded().json()
}

#[test]
fn an_authoritys_key_is_closed_and_shown_by_nothing() {
    let (desk, made) = desk();
    assert_eq!(made["schema"], "e3/ca-init/1");
    assert!(made["did"].as_str().unwrap().starts_with("did:key:z6Mk"));
    let folder = desk.path(FOLDER);
    let rights = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&folder), 0o700);
    assert_eq!(rights(&folder.join("key.pem")), 0o600);

    let key = desk.read(&format!("{FOLDER}/key.pem"));
    let secret = key.lines().nth(1).unwrap();
    let said = |ran: Ran| ran.out + &ran.err;
    let shown = [
        made.to_string(),
        issue(&desk).to_string(),
        said(desk.e3(&["ca", "show", "-vv"])),
        said(desk.e3(&["ca", "revoke", "hospital", DID])),
    ];
    for text in shown {
        assert!(!text.contains(secret), "{text}");
    }
    for name in [
        "authority.pem",
        "register.json",
        "revocations.json",
        "revocations.crl",
    ] {
        assert!(holds(&folder, name), "{name}");
        assert!(
            !desk.read(&format!("{FOLDER}/{name}")).contains(secret),
            "{name}"
        );
    }
}

#[test]
fn what_is_issued_is_listed_and_can_be_taken_back() {
    let (desk, made) = desk();
    let issued = issue(&desk);
    assert_eq!(issued["schema"], "e3/ca-issue/1");
    assert_eq!(issued["endorsement"]["ca"]["authority"], made["did"]);
    let serial = issued["serial"].as_str().unwrap();

    let shown = desk.e3(&["ca", "show", "hospital"]).succeeded().out;
    assert!(shown.contains(serial) && shown.contains("alice"), "{shown}");

    let revoked = desk
        .e3(&["ca", "revoke", "hospital", serial, "--json"])
        .succeeded();
    assert_eq!(revoked.json()["revoked"][0]["serial"], serial);
    assert_eq!(revoked.json()["barred"], false);
    let list: Value =
        serde_json::from_str(&desk.read(&format!("{FOLDER}/revocations.json"))).unwrap();
    assert_eq!(list["serials"][0], serial);
    assert_eq!(list["number"], 1);
    let shown = desk.e3(&["ca", "show", "hospital"]).succeeded().out;
    assert!(shown.contains("revoked"), "{shown}");
    // Once is enough.
    let again = desk.e3(&["ca", "revoke", "hospital", serial]).refused();
    let told = format!("has revoked {serial} already");
    assert!(again.err.contains(&told), "{}", again.err);
}

#[test]
fn nothing_is_issued_to_a_revoked_did_until_somebody_says_so() {
    let (desk, _) = desk();
    issue(&desk);
    let revoked = desk
        .e3(&["ca", "revoke", "hospital", DID, "--json"])
        .succeeded();
    assert_eq!(revoked.json()["barred"], true);
    let arguments = ["ca", "issue", "hospital", DID, "--as", "alice"];
    let refused = desk.e3(&arguments).refused();
    assert!(
        refused.err.contains("has revoked did:key:"),
        "{}",
        refused.err
    );
    // What it says to do can be done as it stands there.
    let told = refused.err.split('`').find(|part| part.contains("--again"));
    let told: Vec<_> = told.unwrap().split(' ').skip(1).collect();
    desk.e3(&told).succeeded();
    // What was revoked stays so.
    let shown = desk.e3(&["ca", "show", "--json"]).succeeded().json();
    let hospital = &shown["authorities"][0];
    assert_eq!(hospital["issued"].as_array().unwrap().len(), 2);
    assert_eq!(hospital["revoked"].as_array().unwrap().len(), 1);
}

#[test]
fn an_endorsement_is_printed_or_written() {
    let (desk, _) = desk();
    let arguments = [
        "ca", "issue", "hospital", DID, "--as", "alice", "--as", "bob",
    ];
    let printed = desk.e3(&arguments).succeeded();
    let endorsement: Value = serde_json::from_str(&printed.out).unwrap();
    let names = &endorsement["ca"]["credential"]["names"];
    assert_eq!(*names, serde_json::json!(["alice", "bob"]));
    assert!(printed.err.starts_with("issued "), "{}", printed.err);
    desk.e3(&[&arguments[..], &["--out", "alice.json"]].concat())
        .succeeded();
    let written: Value = serde_json::from_str(&desk.read("alice.json")).unwrap();
    assert_eq!(written["ca"]["credential"]["subject"], DID);
}

#[test]
fn an_authority_is_never_made_twice() {
    let (desk, made) = desk();
    let again = desk.e3(&["ca", "init", "hospital"]).refused();
    assert!(
        again.err.contains("there is an authority hospital already"),
        "{}",
        again.err
    );
    let shown = desk.e3(&["ca", "show", "--json"]).succeeded().json();
    assert_eq!(shown["authorities"][0]["did"], made["did"]);
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let (desk, _) = desk();
    for (arguments, told) in [
        (
            &["ca", "show", "clinic"][..],
            "`e3 ca init clinic` makes it",
        ),
        (&["ca", "init", "Not a name"], "a name for an authority"),
        (&["ca", "issue", "hospital", DID], "--as alice"),
        (
            &["ca", "issue", "hospital", "did:key:zz", "--as", "a"],
            "did:key",
        ),
        (&["ca", "issue", "hospital", "nowhere.json"], "nowhere.json"),
        (
            &["ca", "revoke", "hospital", "12ab"],
            "\"12ab\" is not a serial number, which has 32 hexadecimal digits",
        ),
        (
            &["ca", "revoke", "hospital", NO_SERIAL],
            "has no credential 00112233445566778899aabbccddeeff that is good",
        ),
    ] {
        let ran = desk.e3(arguments).refused();
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
    assert_eq!(
        desk.e3(&["ca", "show", "--json"]).json()["authorities"][0]["issued"],
        serde_json::json!([])
    );
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let (desk, _) = desk();
    let key = desk.path(FOLDER).join("key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.e3(&["ca", "show", "hospital"]).refused();
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
}

#[test]
fn one_damaged_register_hides_no_other_authority() {
    let (desk, made) = desk();
    desk.e3(&["ca", "init", "clinic"]).succeeded();
    desk.put("home/data/e3/authorities/clinic/register.json", "{}");
    for json in [false, true] {
        let arguments = [&["ca", "show"][..], if json { &["--json"] } else { &[] }].concat();
        let ran = desk.e3(&arguments);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.out.contains(made["did"].as_str().unwrap()), "{ran:#?}");
        assert!(
            ran.err.contains("clinic/register.json is damaged"),
            "{ran:#?}"
        );
    }
}

#[test]
fn an_authority_that_is_not_there_is_missed_before_anything_is_made() {
    let desk = Desk::new();
    desk.put("env/program.py", "");
    desk.put(
        "env/e3.toml",
        "identity = \"ca\"\nauthority = \"nope\"\n[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"ams3\"\n\
         [program]\npath = \"program.py\"\n",
    );
    for verb in ["check", "up", "run"] {
        let ran = desk.e3(&[verb, "env"]).refused();
        let told = "there is no authority nope on this machine: `e3 ca init nope` makes it";
        assert!(ran.err.contains(told), "{verb}: {}", ran.err);
        nothing_was_begun(&desk, &ran);
    }
    desk.e3(&["ca", "init", "nope"]).succeeded();
    desk.e3(&["check", "env"]).succeeded();
}

#[test]
fn whoever_is_accepted_is_a_party_before_anything_is_made() {
    let desk = Desk::new();
    desk.put("env/program.py", "");
    let hosts = "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"program.py\"\n";
    let lasting = hosts.replace("[program]", "identity = \"/nowhere\"\n[program]");
    let pinned = format!("{lasting}[pins]\na = {DID:?}\n");
    let listed = format!("identity = \"did\"\n{lasting}[identities]\na = {DID:?}\n");
    for (text, accept, told) in [
        (hosts, "zz", "`--accept zz` names no host"),
        (&pinned, "a", "under [pins]"),
        (&listed, "a", "under [identities]"),
    ] {
        desk.put("env/e3.toml", text);
        for verb in ["up", "run"] {
            let ran = desk.e3(&[verb, "env", "--accept", accept]).refused();
            assert!(ran.err.contains(told), "{verb}: {}", ran.err);
            nothing_was_begun(&desk, &ran);
        }
    }
}

/// Nothing is left of an environment, not even the folder in which its state would have been.
#[track_caller]
fn nothing_was_begun(desk: &Desk, ran: &Ran) {
    assert!(
        !desk.path("home/state/e3/environments").exists(),
        "{ran:#?}"
    );
    assert!(!desk.path("runs").exists(), "{ran:#?}");
}
