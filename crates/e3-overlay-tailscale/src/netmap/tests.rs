use proptest::prelude::*;
use serde_json::json;

use super::*;

fn peer(number: u8, name: &str) -> serde_json::Value {
    let address = format!("100.64.0.{number}");
    json!({
        "PublicKey": NodeKey([number; 32]).to_string(), "HostName": name, "TailscaleIPs": [address],
        "AllowedIPs": [format!("{address}/32")], "CurAddr": "", "Relay": "e3", "TxBytes": 1, "RxBytes": 2,
    })
}

fn status(peers: &[(u8, &str)]) -> serde_json::Value {
    let peers = peers.iter().map(|(number, name)| {
        let key = NodeKey([*number; 32]).to_string();
        (key, peer(*number, name))
    });
    json!({
        "BackendState": "Running",
        "Self": peer(1, "home"),
        "Peer": peers.collect::<serde_json::Map<_, _>>(),
    })
}

fn expected() -> Expected {
    Expected {
        own: Some(NodeKey([1; 32])),
        peers: [
            (NodeKey([2; 32]), "ams".to_owned()),
            (NodeKey([3; 32]), "nyc".to_owned()),
        ]
        .into(),
        former: [(NodeKey([5; 32]), "lon".to_owned())].into(),
    }
}

fn told(status: &serde_json::Value, seen: &[u8]) -> Vec<String> {
    let netmap = Netmap::read(status.to_string().as_bytes()).unwrap();
    let then = |number: u8| vec![IpAddr::from([100, 64, 0, number])];
    let seen = seen
        .iter()
        .map(|number| (NodeKey([*number; 32]), then(*number)));
    let seen: Seen = seen.collect();
    let differences = netmap.differences(&expected(), &seen);
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn the_roster_itself_differs_in_nothing() {
    let all = status(&[(2, "ams"), (3, "nyc")]);
    assert!(told(&all, &[2, 3]).is_empty());
    let netmap = Netmap::read(all.to_string().as_bytes()).unwrap();
    assert!(netmap.is_running);
    assert_eq!(
        netmap.own.unwrap().addresses,
        ["100.64.0.1".parse::<IpAddr>().unwrap()]
    );
    assert_eq!(netmap.peers[&NodeKey([2; 32])].derp, "e3");
}

#[test]
fn a_node_added_is_named() {
    let told = told(&status(&[(2, "ams"), (3, "nyc"), (9, "nobody")]), &[2, 3]);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("\"nobody\"") && told[0].contains(&"09".repeat(32)),
        "{told:?}"
    );
}

#[test]
fn a_key_swapped_is_a_stranger_and_a_party_missing() {
    let told = told(&status(&[(2, "ams"), (9, "nyc")]), &[2, 3]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("does not name") && told[1].contains("party nyc"),
        "{told:?}"
    );
}

#[test]
fn who_was_never_there_is_not_missing() {
    assert!(told(&status(&[(2, "ams")]), &[2]).is_empty());
    assert_eq!(told(&status(&[(2, "ams")]), &[2, 3]).len(), 1);
}

#[test]
fn who_was_a_party_is_no_stranger() {
    let told = told(&status(&[(2, "ams"), (3, "nyc"), (5, "lon")]), &[2, 3]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("of lon, who is no party any more"),
        "{told:?}"
    );
}

#[test]
fn another_key_of_ones_own_and_routes_are_told() {
    let mut lie = status(&[(2, "ams"), (3, "nyc")]);
    lie["Self"] = peer(8, "home");
    lie["Peer"][NodeKey([2; 32]).to_string()]["AllowedIPs"] = json!(["100.64.0.2/32", "0.0.0.0/0"]);
    let told = told(&lie, &[2, 3]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("party ams") && told[1].contains("this party"),
        "{told:?}"
    );
}

#[test]
fn a_name_that_a_coordinator_gives_is_repeated_but_in_part() {
    let long = "long ".repeat(1000);
    let told = told(&status(&[(2, "ams"), (3, "nyc"), (9, &long)]), &[2, 3]);
    assert_eq!(told.len(), 1);
    assert!(told[0].len() < 400, "{}", told[0].len());
    let error = Netmap::read(format!(r#"{{"BackendState":"Running","Self":"{long}"}}"#).as_bytes());
    assert!(error.unwrap_err().to_string().len() < 400);
}

#[test]
fn an_address_that_is_given_to_another_is_told() {
    let key = NodeKey([2; 32]).to_string();
    let mut moved = status(&[(2, "ams"), (3, "nyc")]);
    moved["Peer"][&key]["TailscaleIPs"] = json!(["100.64.0.7"]);
    moved["Peer"][&key]["AllowedIPs"] = json!(["100.64.0.7/32"]);
    let said = told(&moved, &[2, 3]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("party ams another address"), "{said:?}");
    assert!(told(&moved, &[3]).is_empty(), "it was not seen before");

    // To another party, of which more than one address was told.
    moved["Peer"][&key]["TailscaleIPs"] = json!(["100.64.0.3"]);
    moved["Peer"][&key]["AllowedIPs"] = json!(["100.64.0.3/32"]);
    let said = told(&moved, &[3]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("that another has, too: 100.64.0.3"),
        "{said:?}"
    );

    let mut own = status(&[(2, "ams"), (3, "nyc")]);
    own["Self"]["TailscaleIPs"] = json!(["100.64.0.8"]);
    own["Self"]["AllowedIPs"] = json!(["100.64.0.8/32"]);
    let said = told(&own, &[1, 2, 3]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("of this party"), "{said:?}");
}

#[test]
fn what_was_seen_first_stays() {
    let netmap = |status: serde_json::Value| Netmap::read(status.to_string().as_bytes()).unwrap();
    let mut seen = Seen::new();
    netmap(status(&[(2, "ams"), (9, "nobody")])).remember(&expected(), &mut seen);
    assert_eq!(seen.keys().map(|key| key.0[0]).collect::<Vec<_>>(), [1, 2]);
    let before = seen.clone();
    let mut moved = status(&[(2, "ams")]);
    moved["Peer"][NodeKey([2; 32]).to_string()]["TailscaleIPs"] = json!(["100.64.0.7"]);
    netmap(moved).remember(&expected(), &mut seen);
    assert_eq!(seen, before);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Netmap::read(&bytes);
    }

    #[test]
    fn whoever_is_handed_out_is_a_party_or_told(numbers in proptest::collection::btree_set(2_u8..12, 0..10)) {
        let peers: Vec<_> = numbers.iter().map(|number| (*number, "x")).collect();
        let strangers = numbers.iter().filter(|number| **number > 3).count();
        prop_assert_eq!(told(&status(&peers), &[]).len(), strangers);
    }
}
