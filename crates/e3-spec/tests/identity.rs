//! Pins, listed DIDs and authorities: what a file says of who the parties are.

mod common;

use std::fmt::Write as _;

use e3_spec::{DidText, Environment, Identity, Overrides, Pin};

/// Published examples of the did:key specification (W3C CCG, v0.9).
const DIDS: [&str; 2] = [
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
];
const FINGERPRINT: &str = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

/// What lets the hosts of group `a` keep their identities.
const FOLDERS: &str = "identity = \"/keys/{host}\"";

/// Three hosts of two groups, with what belongs before and behind them.
fn file(before: &str, of_a: &str, behind: &str) -> String {
    format!(
        "{before}\n[hosts.a]\nregion = \"ams3\"\ncount = 2\n{of_a}\n[hosts.b]\nregion = \"fra1\"\n{behind}"
    )
}

fn parse(text: &str) -> Environment {
    common::parse(text, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn some_hosts_may_be_pinned() {
    let [did, _] = DIDS;
    let pins = format!("[pins]\na-1 = \"{did}\"\nb = \"{FINGERPRINT}\"\n");
    let text = file("", FOLDERS, &format!("identity = \"/keys/b\"\n{pins}"));
    let Identity::Pinned { pins } = parse(&text).identity else {
        panic!("not pinned");
    };
    let pin = |name: &str| &pins[&name.parse().unwrap()];
    assert_eq!(*pin("a-1"), Pin::Did(did.parse().unwrap()));
    assert_eq!(*pin("b"), Pin::Fingerprint(FINGERPRINT.parse().unwrap()));
    assert_eq!(pins.len(), 2);
}

#[test]
fn all_hosts_must_be_listed_and_keep_their_dids() {
    let [first, second] = DIDS;
    let listed = format!("[identities]\na = \"{first}\"\nb = \"{second}\"\n");
    let text = format!(
        "identity = \"did\"\n[hosts.a]\nregion = \"ams3\"\nidentity = \"/keys/a\"\n\
         [hosts.b]\nregion = \"ams3\"\nprovider = \"ssh\"\n{listed}"
    );
    let Identity::Did { dids } = parse(&text).identity else {
        panic!("not listed");
    };
    let shown: Vec<&str> = dids.values().map(DidText::as_str).collect();
    assert_eq!(shown, DIDS);
}

#[test]
fn an_authority_has_a_name_or_none() {
    let text = file("identity = \"ca\"\nauthority = \"clinics\"", "", "");
    let authority = Some("clinics".parse().unwrap());
    assert_eq!(parse(&text).identity, Identity::Ca { authority });
    let text = file("identity = \"ca\"", "", "");
    assert_eq!(parse(&text).identity, Identity::Ca { authority: None });
}

#[test]
fn an_overlay_that_needs_a_scheme_implies_it_and_says_so() {
    let overlay = |name: &str, before: &str| {
        let overrides = Overrides {
            overlay: Some(name.to_owned()),
            ..Overrides::default()
        };
        common::declared(&file(before, "", ""), &overrides).unwrap()
    };
    let tls = overlay("tls", "");
    assert_eq!(tls.environment.identity, Identity::Ca { authority: None });
    assert_eq!(
        tls.notes,
        ["overlay tls needs identity ca, so that is what is used"]
    );
    assert!(overlay("tls", "identity = \"ca\"").notes.is_empty());
    assert!(overlay("direct", "").notes.is_empty());
}

#[test]
fn each_host_has_its_own_folder() {
    let environment = parse(&file("", "identity = \"/keys/{host}\"", ""));
    let folders: Vec<Option<&str>> = environment
        .hosts
        .iter()
        .map(|host| host.identity.as_ref().map(e3_spec::FilePath::as_str))
        .collect();
    assert_eq!(folders, [Some("/keys/a-0"), Some("/keys/a-1"), None]);
    // Machines of their own may use the same path.
    let text = file("", "provider = \"ssh\"\nidentity = \"/keys/mine\"", "");
    assert_eq!(parse(&text).hosts.len(), 3);
}

#[test]
fn fewer_parties_need_fewer_pins() {
    let [did, other] = DIDS;
    let pins = format!("provider = \"ssh\"\n[pins]\na-1 = \"{did}\"\nb = \"{other}\"\n");
    let text = file("", FOLDERS, &pins);
    let text = text.replace("count = 2", "count = 3");
    let with = |parties| {
        let overrides = Overrides {
            parties: Some(parties),
            ..Overrides::default()
        };
        common::parse(&text, &overrides).map(|environment| environment.identity)
    };
    let pinned = |identity| match identity {
        Identity::Pinned { pins } => pins.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(with(3).map(pinned), Ok(2), "a-0, a-1, b");
    let said = with(2).unwrap_err().to_string();
    assert!(
        said.contains("there is no host `a-1`"),
        "its name has changed: {said}"
    );
    assert!(with(1).is_err(), "b is left out, and a-1 is a now");
}

#[test]
fn mistakes_are_pointed_at() {
    let [did, other] = DIDS;
    let cases = [
        (
            "a scheme that the overlay does not work with",
            file("overlay = \"tls\"\nidentity = \"pinned\"", "", ""),
        ),
        ("an unknown scheme", file("identity = \"trust-me\"", "", "")),
        (
            "an authority with a slash",
            file("identity = \"ca\"\nauthority = \"../a\"", "", ""),
        ),
        (
            "pins of hosts that are not there",
            file(
                "",
                "",
                &format!("[pins]\na = \"{did}\"\nbb = \"{other}\"\n"),
            ),
        ),
        (
            "pins that are none",
            file(
                "",
                "",
                "[pins]\na-0 = \"did:web\"\na-1 = \"SHA256:abc\"\nb = 7\n",
            ),
        ),
        (
            "two hosts with one DID",
            file(
                "",
                "",
                &format!("[pins]\na-0 = \"{did}\"\na-1 = \"{did}\"\n"),
            ),
        ),
        (
            "DIDs that are not listed",
            file(
                "identity = \"did\"",
                "",
                &format!("[identities]\na-0 = \"{did}\"\n"),
            ),
        ),
        ("no DIDs listed at all", file("identity = \"did\"", "", "")),
        (
            "DIDs of hosts that make new ones",
            format!(
                "identity = \"did\"\n[hosts.a]\nregion = \"ams3\"\n[identities]\na = \"{did}\"\n"
            ),
        ),
        (
            "pins of hosts that make new ones",
            file("", "", &format!("[pins]\na-0 = \"{did}\"\n")),
        ),
        (
            "a fingerprint where a DID belongs",
            file(
                "identity = \"did\"",
                "",
                &format!("[identities]\na-0 = \"{FINGERPRINT}\"\n"),
            ),
        ),
        (
            "two hosts in one folder",
            file("", "identity = \"/keys/a\"", ""),
        ),
        (
            "a folder that depends on the current one",
            file("", "identity = \"keys/{host}\"", ""),
        ),
    ];
    let mut shown = String::new();
    for (case, text) in &cases {
        let Err(said) = common::parse(text, &Overrides::default()) else {
            panic!("{case}: nothing was said");
        };
        let _ = write!(shown, "## {case}\n{said}\n\n");
    }
    insta::assert_snapshot!(shown);
}
