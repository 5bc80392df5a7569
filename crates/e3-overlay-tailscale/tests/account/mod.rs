//! A Headscale that stands in for Tailscale's service, as an account has it that nobody has changed: all whom it lets in may
//! speak with one another.

use std::{fs, path::Path};

use serde_json::Value;

const OPEN: &str = r#"{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}"#;

/// Opens it to all who have the key, which this gives; `asked` is what its server answers to whoever runs its host.
pub(crate) fn open(folder: &Path, asked: impl Fn(&[&str]) -> Value) -> String {
    let policy = folder.join("open.json");
    fs::write(&policy, OPEN).unwrap();
    asked(&["policy", "set", "-f", policy.to_str().unwrap()]);
    let user = asked(&["users", "list"])[0]["id"].to_string();
    let words = [
        "preauthkeys",
        "create",
        "-u",
        &user,
        "--reusable",
        "--ephemeral",
    ];
    asked(&words)["key"].as_str().unwrap().to_owned()
}
