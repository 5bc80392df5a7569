//! Nebula's own `nebula-cert`, of the versions that this host has, and ours: each reads what the other writes.
//!
//! A host with neither skips this, unless `E3_STOCK_REQUIRED` is set.

// Tests may unwrap, in their helpers, too.
#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{SystemTime, UNIX_EPOCH},
};

use e3_nebula::{
    Authority, Certificate, Details, HostKey, Network, Version, verify_authority, verify_host,
};
use serde_json::Value;

/// A `nebula-cert`, and whether it knows certificates of version 2.
struct Stock {
    path: PathBuf,
    newer: bool,
    folder: tempfile::TempDir,
}

/// All that differ, in the folders of `E3_STOCK`, on PATH and in the user's cache.
fn all() -> Vec<Stock> {
    let mut folders = Vec::new();
    for list in ["E3_STOCK", "PATH"] {
        folders.extend(env::split_paths(&env::var_os(list).unwrap_or_default()));
    }
    let home = env::var_os("HOME").map(PathBuf::from);
    folders.extend(home.map(|home| home.join(".cache/e3/peers/bin")));
    let mut found: Vec<(String, Stock)> = Vec::new();
    for folder in folders {
        let path = folder.join("nebula-cert");
        let is_program = path
            .metadata()
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
        if !is_program {
            continue;
        }
        let said = Command::new(&path).arg("-version").output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        if found.iter().any(|(other, _)| *other == said) {
            continue;
        }
        let help = Command::new(&path).args(["ca", "-h"]).output().unwrap();
        let newer =
            String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).contains("-version");
        let folder = tempfile::tempdir().unwrap();
        found.push((
            said,
            Stock {
                path,
                newer,
                folder,
            },
        ));
    }
    if found.is_empty() {
        assert!(
            env::var_os("E3_STOCK_REQUIRED").is_none(),
            "this host has no nebula-cert: apt-get install nebula, or scripts/peers"
        );
        let _ = writeln!(
            std::io::stderr(),
            "skipped: this host has no nebula-cert (apt-get install nebula, or scripts/peers)"
        );
    }
    let mut all = Vec::new();
    for (said, stock) in found {
        eprintln!("{}: {}", stock.path.display(), said.trim());
        all.push(stock);
    }
    all
}

impl Stock {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.path);
        let output = command.args(arguments).current_dir(self.folder.path());
        output.output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    fn versions(&self) -> &'static [Version] {
        if self.newer {
            &[Version::V1, Version::V2]
        } else {
            &[Version::V1]
        }
    }

    fn print(&self, name: &str) -> Value {
        let said = self.done(&["print", "-json", "-path", name]);
        match serde_json::from_str(&said).unwrap() {
            // Newer ones print all of a file.
            Value::Array(mut all) => all.remove(0),
            one => one,
        }
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

fn networks(texts: &[&str]) -> Vec<Network> {
    let one = |text: &&str| {
        let (address, prefix) = text.split_once('/').unwrap();
        Network::new(address.parse().unwrap(), prefix.parse().unwrap()).unwrap()
    };
    texts.iter().map(one).collect()
}

fn details(name: &str, of: &[&str]) -> Details {
    Details {
        name: name.to_owned(),
        networks: networks(of),
        unsafe_networks: Vec::new(),
        groups: vec!["e3".to_owned(), "parties of one".to_owned()],
        is_ca: false,
        not_before: now() - 60,
        not_after: now() + 3600,
        issuer: None,
        public_key: [0; 32],
    }
}

/// In Nebula's words, an address of each network.
fn worlds(version: Version) -> (&'static [&'static str], &'static [&'static str]) {
    match version {
        Version::V1 => (&["10.233.0.0/16"], &["10.233.0.7/16"]),
        Version::V2 => (
            &["10.233.0.0/16", "fd12::/64"],
            &["10.233.0.7/16", "fd12::7/64"],
        ),
    }
}

#[test]
fn ours_are_printed_and_verified_by_them() {
    for stock in all() {
        for version in stock.versions() {
            let (of_all, of_one) = worlds(*version);
            let authority = Authority::generate().unwrap();
            let limited = Details {
                unsafe_networks: networks(&["0.0.0.0/32"]),
                ..details("authority", of_all)
            };
            let own = authority.certificate(*version, limited).unwrap();
            let key = HostKey::generate().unwrap();
            let wanted = Details {
                public_key: key.public(),
                ..details("ams", of_one)
            };
            let host = authority.certify(&own, wanted.clone()).unwrap();
            stock.write("ca.crt", &own.to_pem());
            stock.write("host.crt", &host.to_pem());
            stock.done(&["verify", "-ca", "ca.crt", "-crt", "host.crt"]);
            for (file, certificate) in [("ca.crt", &own), ("host.crt", &host)] {
                let printed = stock.print(file);
                let fingerprint = certificate.fingerprint().to_string();
                assert_eq!(printed["fingerprint"], fingerprint, "{printed}");
                let said = &printed["details"];
                assert_eq!(said["name"], certificate.details().name);
                assert_eq!(said["isCa"], certificate.details().is_ca);
                let groups: Vec<Value> = said["groups"].as_array().unwrap().clone();
                assert_eq!(groups, certificate.details().groups);
                let networks = if said["networks"].is_array() {
                    &said["networks"]
                } else {
                    &said["ips"]
                };
                let wanted = certificate.details().networks.iter();
                let wanted: Vec<String> = wanted.map(ToString::to_string).collect();
                assert_eq!(networks.as_array().unwrap().clone(), wanted);
            }
            // What the authority may not give is refused by them as well.
            let elsewhere = Details {
                networks: networks(&["10.234.0.7/16"]),
                ..wanted.clone()
            };
            let behind = Details {
                unsafe_networks: networks(&["10.233.0.8/32"]),
                ..wanted.clone()
            };
            for outside in [elsewhere, behind] {
                let outside = authority.certify(&own, outside).unwrap();
                assert!(verify_host(&outside, &own, now()).is_err());
                stock.write("host.crt", &outside.to_pem());
                let output = stock.run(&["verify", "-ca", "ca.crt", "-crt", "host.crt"]);
                assert!(!output.status.success());
            }
            // The very same bytes come from theirs, from our key.
            stock.write("ca.key", &authority.to_pem());
            stock.write("host.pub", &public_pem(&key));
            let theirs = stock.sign(*version, of_one);
            let ours = Details {
                not_before: theirs.details().not_before,
                not_after: theirs.details().not_after,
                ..wanted
            };
            let ours = authority.certify(&own, ours).unwrap();
            assert_eq!(ours.to_pem(), theirs.to_pem());
        }
    }
}

impl Stock {
    /// Signs the key of host.pub by ca.key.
    fn sign(&self, version: Version, networks: &[&str]) -> Certificate {
        let _ = fs::remove_file(self.file("ams.crt"));
        let joined = networks.join(",");
        let mut arguments = vec![
            "sign",
            "-name",
            "ams",
            "-groups",
            "e3,parties of one",
            "-in-pub",
            "host.pub",
            "-out-crt",
            "ams.crt",
            "-duration",
            "30m",
        ];
        match (self.newer, version) {
            (false, _) => arguments.extend(["-ip", &joined]),
            (true, Version::V1) => arguments.extend(["-version", "1", "-networks", &joined]),
            (true, Version::V2) => arguments.extend(["-version", "2", "-networks", &joined]),
        }
        self.done(&arguments);
        self.read("ams.crt")
    }

    /// Reads one of theirs: what we would write is what they have written.
    fn read(&self, name: &str) -> Certificate {
        let text = fs::read_to_string(self.file(name)).unwrap();
        let read = Certificate::from_pem(&text).unwrap();
        assert_eq!(read.to_pem(), text);
        let printed = self.print(name);
        assert_eq!(printed["fingerprint"], read.fingerprint().to_string());
        read
    }
}

fn public_pem(key: &HostKey) -> String {
    let label = "NEBULA X25519 PUBLIC KEY";
    let ending = pem_rfc7468::LineEnding::LF;
    pem_rfc7468::encode_string(label, ending, &key.public()).unwrap()
}

#[test]
fn theirs_are_read_by_us_byte_for_byte() {
    for stock in all() {
        for version in stock.versions() {
            let (of_all, of_one) = worlds(*version);
            for file in ["ca.crt", "ca.key", "host.crt", "host.key"] {
                let _ = fs::remove_file(stock.file(file));
            }
            let (all, one) = (of_all.join(","), of_one.join(","));
            let mut ca = vec!["ca", "-name", "theirs", "-groups", "e3,lab"];
            let mut sign = vec![
                "sign", "-name", "fra", "-groups", "lab", "-out-crt", "host.crt", "-out-key",
                "host.key",
            ];
            match (stock.newer, version) {
                (false, _) => {
                    ca.extend(["-ips", &all, "-subnets", "192.168.0.0/16"]);
                    sign.extend(["-ip", &one, "-subnets", "192.168.7.0/24"]);
                }
                (true, version) => {
                    let number = if *version == Version::V1 { "1" } else { "2" };
                    let version = ["-version", number];
                    ca.extend(version);
                    ca.extend(["-networks", &all, "-unsafe-networks", "192.168.0.0/16"]);
                    sign.extend(version);
                    sign.extend(["-networks", &one, "-unsafe-networks", "192.168.7.0/24"]);
                }
            }
            stock.done(&ca);
            stock.done(&sign);
            let (own, host) = (stock.read("ca.crt"), stock.read("host.crt"));
            verify_authority(&own, now()).unwrap();
            verify_host(&host, &own, now()).unwrap();
            assert_eq!(host.details().networks, networks(of_one));
            assert_eq!(
                host.details().unsafe_networks,
                networks(&["192.168.7.0/24"])
            );
            let text = fs::read_to_string(stock.file("host.key")).unwrap();
            let key = HostKey::from_pem(&text).unwrap();
            assert_eq!(
                (key.public(), key.to_pem().as_str()),
                (host.details().public_key, &*text)
            );
            let text = fs::read_to_string(stock.file("ca.key")).unwrap();
            let authority = Authority::from_pem(&text).unwrap();
            assert_eq!(authority.to_pem().as_str(), text);
            // Signed by their key, in our words: the same bytes.
            let again = authority.certify(&own, host.details().clone()).unwrap();
            assert_eq!(again, host);
        }
    }
}

#[test]
fn a_prefix_of_their_certificates_is_none() {
    let Some(stock) = all().pop() else { return };
    stock.done(&["ca", "-name", "theirs"]);
    let bytes = stock.read("ca.crt");
    let whole = bytes.encode();
    for cut in 0..whole.len() {
        assert!(Certificate::decode(bytes.version(), &whole[..cut]).is_err());
    }
    assert!(Path::new(&stock.path).is_absolute());
}
