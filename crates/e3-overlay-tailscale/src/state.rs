//! The state file of `tailscaled`, written before it starts: a profile that has a node key already and has never been
//! logged in.
//!
//! A `tailscaled` without state makes its node key when it registers, which is too late: the key has to stand in the
//! introduction. With a key in its profile it registers that one (`control/controlclient`, `doLogin` without `regen`).
//!
//! A party that joins anew, perhaps after its coordinator did not hear it leave, comes with the same node key: so it has to
//! be the same machine, or the coordinator takes it for a thief.

use std::{io, path::Path};

use base64ct::{Base64, Encoding as _};
use e3_sys::private;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::keys::PartyKeys;

/// The profile's name in the file: its first four characters name it, too.
const PROFILE: &str = "e3e3";

/// Writes the file, for nobody else to read. `url` is the coordinator's.
pub(crate) fn write(path: &Path, keys: &PartyKeys, name: &str, url: &str) -> io::Result<()> {
    private::write(path, text(keys, name, url).as_bytes())
}

fn text(keys: &PartyKeys, name: &str, url: &str) -> Zeroizing<String> {
    let key = format!("profile-{PROFILE}");
    let user = json!({"ID": 0, "LoginName": name, "DisplayName": "", "ProfilePicURL": ""});
    let profiles = json!({PROFILE: {
        "ID": PROFILE, "Name": name, "NetworkProfile": {}, "Key": key, "UserProfile": user,
        "NodeID": PROFILE, "LocalUserID": "", "ControlURL": url,
    }});
    // Private keys stand once in a text and once in its Base64; all are erased.
    let node = keys.node_text();
    let preferences = Zeroizing::new(format!(
        r#"{{"ControlURL":{},"Hostname":{},"WantRunning":false,"LoggedOut":true,"CorpDNS":false,"RouteAll":false,"NetfilterMode":0,"Config":{{"PrivateNodeKey":"{}","UserProfile":{user},"NodeID":""}}}}"#,
        Value::from(url),
        Value::from(name),
        &*node
    ));
    let packed = Zeroizing::new(Base64::encode_string(preferences.as_bytes()));
    let machine = Zeroizing::new(Base64::encode_string(keys.machine_text().as_bytes()));
    Zeroizing::new(format!(
        r#"{{"_machinekey":"{}","_current-profile":"{}","_profiles":"{}","{key}":"{}"}}"#,
        &*machine,
        Base64::encode_string(key.as_bytes()),
        Base64::encode_string(profiles.to_string().as_bytes()),
        &*packed
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_what_tailscaled_reads_and_nobody_else_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let keys = PartyKeys::generate().unwrap();
        write(&path, &keys, "home \"1\"", "https://198.18.0.1:8443").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let state: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let packed = state["profile-e3e3"].as_str().unwrap();
        let preferences = Base64::decode_vec(packed).unwrap();
        let preferences: Value = serde_json::from_slice(&preferences).unwrap();
        assert_eq!(preferences["Hostname"], "home \"1\"");
        assert_eq!(preferences["Config"]["PrivateNodeKey"], **keys.node_text());
        let machine = Base64::decode_vec(state["_machinekey"].as_str().unwrap()).unwrap();
        assert_eq!(machine, keys.machine_text().as_bytes());
    }
}
