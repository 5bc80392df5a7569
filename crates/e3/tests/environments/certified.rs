//! Environments whose parties a named authority certifies.

use crate::support::workshop::Workshop;

/// Two hosts on one switch; `alice` is who she was before.
fn put(workshop: &Workshop) {
    let identity = workshop.path("alice");
    workshop.put(
        "e3.toml",
        &format!(
            "overlay = \"tls\"\nauthority = \"hospital\"\n\
             [hosts.alice]\nregion = \"ams3\"\nidentity = \"{}\"\n\
             [hosts.bob]\nregion = \"ams3\"\n\
             [program]\npath = \"program.py\"\n",
            identity.display()
        ),
    );
    workshop.put(
        "program.py",
        "from mpyc.runtime import mpc\n\
         mpc.run(mpc.start())\n\
         certificate = mpc.parties[1 - mpc.pid].protocol.transport.get_extra_info('peercert')\n\
         print('issued by', dict(entry[0] for entry in certificate['issuer'])['commonName'])\n\
         mpc.run(mpc.shutdown())\n",
    );
}

#[test]
fn an_authority_that_is_kept_certifies_and_takes_back() {
    let workshop = Workshop::new();
    put(&workshop);
    let made = workshop
        .e3(&["id", "new", "--out", "alice", "--json"])
        .succeeded();
    let alice = made.json()["did"].as_str().unwrap().to_owned();

    let missing = workshop.e3(&["run"]).refused();
    assert!(
        missing.err.contains("`e3 ca init hospital` makes it"),
        "{}",
        missing.err
    );
    let authority = workshop
        .e3(&["ca", "init", "hospital", "--json"])
        .succeeded()
        .json();

    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    assert_eq!(record["outcome"]["same"], "issued by hospital\n");
    let did = authority["did"].as_str().unwrap();
    assert_eq!(record["identity"], format!("ca {did}"));
    let shown = workshop
        .e3(&["ca", "show", "hospital", "--json"])
        .succeeded()
        .json();
    let issued = shown["authorities"][0]["issued"]
        .as_array()
        .unwrap()
        .clone();
    let names: Vec<_> = issued
        .iter()
        .map(|one| one["names"][0].as_str().unwrap())
        .collect();
    assert_eq!(names, ["alice", "bob"]);
    assert_eq!(issued[0]["subject"], alice);

    // The key is nowhere but in the authority's folder: no agent, record or log has it.
    let key = std::fs::read_to_string(
        workshop
            .root()
            .join("home/data/e3/authorities/hospital/key.pem"),
    );
    let key = key.unwrap();
    let secret = key.lines().nth(1).unwrap();
    for file in std::fs::read_dir(workshop.path("runs/latest")).unwrap() {
        let text = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(secret));
    }

    workshop
        .e3(&["ca", "revoke", "hospital", &alice])
        .succeeded();
    let refused = workshop.e3(&["run"]).refused();
    assert!(
        refused.err.contains("party alice") && refused.err.contains("has revoked did:key:"),
        "{}",
        refused.err
    );
    workshop
        .e3(&[
            "ca", "issue", "hospital", &alice, "--as", "alice", "--again",
        ])
        .succeeded();
    workshop.e3(&["run"]).succeeded();
    workshop.nothing_left();
}

/// Has the environment come up, and takes it down.
fn up(workshop: &Workshop, arguments: &[&str]) {
    workshop.e3(&[&["up"], arguments].concat()).succeeded();
    workshop.e3(&["down"]).succeeded();
}

/// Fails unless the environment is refused with all of these words.
#[track_caller]
fn refused(workshop: &Workshop, arguments: &[&str], words: &[&str]) {
    let refused = workshop.e3(&[&["up"], arguments].concat()).refused();
    for word in words {
        assert!(refused.err.contains(word), "{word}: {}", refused.err);
    }
}

/// What `e3 id` makes of alice; gives her DID.
fn alice(workshop: &Workshop, arguments: &[&str]) -> String {
    workshop.e3(arguments).succeeded();
    let line = std::fs::read_to_string(workshop.path("alice/did")).unwrap();
    line.trim().to_owned()
}

#[test]
fn a_name_stays_with_its_did_and_a_revoked_party_finds_no_way_around() {
    let workshop = Workshop::new();
    put(&workshop);
    let first = alice(&workshop, &["id", "new", "--out", "alice"]);
    workshop.e3(&["ca", "init", "hospital"]).succeeded();
    up(&workshop, &[]);

    // Another identity in her place is not her, until somebody says so. Bob, who has none, is new each time.
    std::fs::remove_dir_all(workshop.path("alice")).unwrap();
    let second = alice(&workshop, &["id", "new", "--out", "alice"]);
    let other = ["party alice", &first, &second, "e3 up --accept alice"];
    refused(&workshop, &[], &other);
    refused(&workshop, &["--accept", "bob"], &other);
    up(&workshop, &["--accept", "alice"]);
    up(&workshop, &[]);

    workshop
        .e3(&["ca", "revoke", "hospital", &second])
        .succeeded();
    // One that follows a revoked one is as little believed, whatever is accepted.
    let third = alice(&workshop, &["id", "rotate", "alice"]);
    let revoked = format!("has revoked {second}");
    refused(&workshop, &[], &["party alice", &revoked, &third]);
    let told = "--as alice --again`";
    refused(&workshop, &["--accept", "alice"], &[&revoked, told]);
    // Nor is one that has forgotten whom it follows.
    std::fs::remove_file(workshop.path("alice/successions.json")).unwrap();
    refused(&workshop, &[], &[&second, &third, "--accept alice"]);

    let issue = ["ca", "issue", "hospital", &third, "--as", "alice"];
    let issued = workshop.e3(&issue).succeeded();
    assert!(issued.err.contains(&second), "{}", issued.err);
    up(&workshop, &[]);
    workshop.nothing_left();
}
