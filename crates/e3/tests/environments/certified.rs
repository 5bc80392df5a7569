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
