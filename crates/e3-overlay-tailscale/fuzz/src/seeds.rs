//! Writes what is read when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("tailnet");
    fs::create_dir_all(&folder).expect("a folder");
    let node = r#"{"PublicKey":"nodekey:0202020202020202020202020202020202020202020202020202020202020202","HostName":"ams","TailscaleIPs":["100.64.0.2"],"AllowedIPs":["100.64.0.2/32"],"CurAddr":"198.18.0.2:1","Relay":"e3","TxBytes":1,"RxBytes":2}"#;
    let status =
        format!(r#"{{"BackendState":"Running","Self":{node},"Peer":{{"nodekey:02":{node}}}}}"#);
    for (name, seed) in [
        ("answer", b"+hskey-auth-1".as_slice()),
        ("refusal", b"-not now"),
        ("status", status.as_bytes()),
        ("keys", &[9; 64]),
        ("letter", &[0; 101]),
        (
            "told",
            b"\x02\x20ccRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR\x20\xfb\x20\xfc\x0d\x96",
        ),
        (
            "pong",
            br#"{"LatencySeconds":0.002,"Endpoint":"198.18.0.2:41641"}"#,
        ),
        ("token", br#"{"access_token":"tok-1"}"#),
        ("made", br#"{"key":"tskey-auth-1"}"#),
        ("refused", br#"{"message":"no"}"#),
    ] {
        fs::write(folder.join(name), seed).expect("a seed");
    }
}
