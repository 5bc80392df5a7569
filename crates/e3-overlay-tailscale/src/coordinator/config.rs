//! What `headscale` is told: no server but itself, no name server, no logs elsewhere, no updates.

use std::{net::IpAddr, path::Path};

use serde_json::{Value, json};

use crate::{
    ports::Open,
    told::{Ports, url},
};

/// The one user of the server: all parties' nodes are its.
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
        "logtail": {"enabled": false},
        "taildrop": {"enabled": false},
        // It waits for more changes before it tells of one; a computation has few, and waits for them.
        "tuning": {"batch_change_delay": "20ms", "node_store_batch_timeout": "10ms"},
    })
}

/// Who may speak with whom: the parties' nodes with one another, over TCP at these ports, and nobody else with anybody. Which
/// nodes are parties' is decided at the desk.
pub(crate) fn policy(open: &Open) -> Value {
    let all = format!("{USER}@");
    let ports: Vec<String> = match open {
        Open::All => vec!["*".to_owned()],
        Open::These(ports) => ports.iter().map(u16::to_string).collect(),
    };
    let rules: Vec<Value> = match ports.join(",") {
        none if none.is_empty() => Vec::new(),
        ports => vec![json!({
            "action": "accept", "proto": "tcp", "src": [all], "dst": [format!("{all}:{ports}")],
        })],
    };
    json!({"acls": rules})
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
    fn only_ports_that_parties_have_named_are_open() {
        let open = |ports: &[u16]| policy(&ports.iter().copied().collect());
        // Without a list at all everything would be open.
        assert_eq!(open(&[]), json!({"acls": []}));
        let rule = |dst: &str| json!({"acls": [{"action": "accept", "proto": "tcp", "src": ["e3@"], "dst": [dst]}]});
        assert_eq!(open(&[11366, 11365]), rule("e3@:11365,11366"));
        assert_eq!(open(&[11365, 0]), rule("e3@:*"));
    }
}
