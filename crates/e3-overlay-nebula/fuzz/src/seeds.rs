//! Writes what is read when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

use e3_overlay_nebula::fuzzing;

const ISSUER: &str = "f58c60598ff109ca0e92405f1883942f39d48e66cdf75310eb8c30628eb4935c";

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("nebula_words");
    fs::create_dir_all(&folder).expect("a folder");
    let lines = [
        format!(
            r#"{{"certName":"b","fingerprint":"{ISSUER}","issuer":"{ISSUER}","msg":"Handshake message received","udpAddr":{{"ip":"192.0.2.12","port":40594}},"vpnIp":"10.233.0.2"}}"#
        ),
        format!(
            r#"{{"msg":"Handshake message received","vpnAddrs":["10.233.0.2"],"from":{{"direct":"192.0.2.12:40594"}},"issuer":"{ISSUER}","fingerprint":"{ISSUER}"}}"#
        ),
        r#"{"msg":"Host roamed to new udp ip/port.","newAddr":{"ip":"192.0.2.9","port":7},"vpnIp":"10.233.0.2"}"#.to_owned(),
        r#"{"msg":"Tunnel status","tunnelCheck":{"method":"active","state":"dead"},"vpnIp":"10.233.0.5"}"#.to_owned(),
        r#"{"msg":"Nebula interface is active"}"#.to_owned(),
    ];
    for (number, line) in lines.iter().enumerate() {
        fs::write(folder.join(format!("line-{number}")), line).expect("a seed");
    }
    for (number, bytes) in fuzzing::introductions().iter().enumerate() {
        fs::write(folder.join(format!("introduction-{number}")), bytes).expect("a seed");
    }
}
