//! What `headscale` is told: no server but itself, no name server, no logs elsewhere, no updates.

use std::{net::IpAddr, path::Path};

use serde_json::{Map, Value, json};

use crate::{
    desk::server::Guest,
    introduced::NodeKey,
    ports::ALL,
    told::{Ports, url},
};

/// The one user of the server, whose tags all parties' nodes have.
pub(crate) const USER: &str = "e3";

/// The names of files in the server's folder.
pub(crate) mod files {
    pub(crate) const CONFIG: &str = "config.yaml";
    pub(crate) const POLICY: &str = "policy.json";
    pub(crate) const KEY: &str = "tls.key";
    pub(crate) const CERTIFICATE: &str = "tls.crt";
    pub(crate) const SOCKET: &str = "s";
    pub(crate) const DATABASE: &str = "db.sqlite";
    pub(crate) const NOISE: &str = "noise.key";
    /// What the desk remembers; the server knows nothing of it.
    pub(crate) const BOOK: &str = "desk.json";
    pub(crate) const DERP: &str = "derp.key";
}

/// The configuration. Every JSON text is YAML (YAML 1.2, section 1.3), which is what the server reads.
pub(crate) fn config(folder: &Path, socket: &Path, (address, ports): (IpAddr, Ports)) -> Value {
    let file = |name: &str| folder.join(name).display().to_string();
    let (v4, v6) = match address {
        IpAddr::V4(v4) => (v4.to_string(), String::new()),
        IpAddr::V6(v6) => (String::new(), v6.to_string()),
    };
    json!({
        "server_url": url(address, ports.server),
        "listen_addr": format!(":{}", ports.server),
        "metrics_listen_addr": "",
        "grpc_listen_addr": "127.0.0.1:0",
        "noise": {"private_key_path": file(files::NOISE)},
        "prefixes": {"v4": "100.64.0.0/10", "v6": "fd7a:115c:a1e0::/48", "allocation": "sequential"},
        "derp": {
            "server": {
                "enabled": true, "region_id": 999, "region_code": USER, "region_name": USER,
                "verify_clients": true, "stun_listen_addr": format!(":{}", ports.stun),
                "private_key_path": file(files::DERP),
                "automatically_add_embedded_derp_region": true, "ipv4": v4, "ipv6": v6,
            },
            "urls": [], "paths": [], "auto_update_enabled": false,
        },
        "disable_check_updates": true,
        // Who is away for a while stays a party; who leaves, logs out and is forgotten at once.
        "node": {"expiry": 0, "ephemeral": {"inactivity_timeout": "24h"}},
        "database": {"type": "sqlite", "sqlite": {"path": file(files::DATABASE), "write_ahead_log": true}},
        "tls_cert_path": file(files::CERTIFICATE),
        "tls_key_path": file(files::KEY),
        "log": {"level": "info", "format": "text"},
        // Kept with the rest, and the same after a restart.
        "policy": {"mode": "database"},
        "dns": {
            "magic_dns": false, "base_domain": "e3.invalid", "override_local_dns": false,
            "nameservers": {"global": [], "split": {}}, "search_domains": [],
        },
        "unix_socket": socket.display().to_string(),
        "unix_socket_permission": "0700",
        // Longer than the usual 5 s, which a hash of a key may take on a busy machine.
        "cli": {"timeout": "15s"},
        "logtail": {"enabled": false},
        "taildrop": {"enabled": false},
        // It waits for more changes before it tells of one; a computation has few, and waits for them.
        "tuning": {"batch_change_delay": "20ms", "node_store_batch_timeout": "10ms"},
    })
}

/// Who may speak with whom: the parties' nodes with one another, over TCP, each at the port that it has told for itself, and nobody
/// else with anybody. A node has the tag of the party that was given its key, which is decided at the desk.
pub(crate) fn policy(guests: &[Guest]) -> Value {
    let owned = guests
        .iter()
        .map(|guest| (tag(&guest.node), json!([format!("{USER}@")])));
    let owned: Map<String, Value> = owned.collect();
    let all: Vec<&String> = owned.keys().collect();
    let to = guests.iter().filter_map(|guest| {
        let tag = tag(&guest.node);
        Some(match guest.port? {
            ALL => format!("{tag}:*"),
            port => format!("{tag}:{port}"),
        })
    });
    let to: Vec<String> = to.collect();
    let mut rules = Vec::new();
    if !to.is_empty() {
        rules.push(json!({"action": "accept", "proto": "tcp", "src": all, "dst": to}));
    }
    json!({"tagOwners": owned, "acls": rules})
}

/// The tag of a party's node.
pub(crate) fn tag(node: &NodeKey) -> String {
    format!("tag:{USER}-{}", hex::encode(node.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text in a value.
    fn texts(value: &Value) -> Vec<&str> {
        match value {
            Value::String(text) => vec![text],
            Value::Array(all) => all.iter().flat_map(texts).collect(),
            Value::Object(all) => all.values().flat_map(texts).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn no_server_is_named_but_its_own() {
        let ports = Ports {
            server: 8443,
            desk: 8444,
            stun: 3478,
        };
        let config = config(
            Path::new("/x"),
            Path::new("/x/s"),
            ("198.18.0.1".parse().unwrap(), ports),
        );
        let urls: Vec<_> = texts(&config)
            .into_iter()
            .filter(|text| text.contains("//"))
            .collect();
        assert_eq!(urls, ["https://198.18.0.1:8443"]);
        assert_eq!(config["derp"]["urls"], json!([]));
        assert_eq!(config["logtail"]["enabled"], false);
    }

    #[test]
    fn a_party_opens_its_own_node_alone() {
        let guest = |number, port| Guest {
            node: NodeKey([number; 32]),
            port,
        };
        let [one, two, three] = [1, 2, 3].map(|number: u8| tag(&NodeKey([number; 32])));
        // Without a list at all everything would be open.
        assert_eq!(policy(&[]), json!({"tagOwners": {}, "acls": []}));
        assert_eq!(policy(&[guest(1, None)])["acls"], json!([]));
        let policy = policy(&[guest(1, Some(11_365)), guest(2, Some(0)), guest(3, None)]);
        let to = [format!("{one}:11365"), format!("{two}:*")];
        let rule =
            json!([{"action": "accept", "proto": "tcp", "src": [one, two, three], "dst": to}]);
        assert_eq!(policy["acls"], rule);
    }
}
