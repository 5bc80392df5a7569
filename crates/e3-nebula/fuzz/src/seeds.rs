//! Writes certificates of both versions: `seeds FOLDER`.

use std::{env, fs, path::Path};

use e3_nebula::{Authority, Details, HostKey, Network, Version};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("nebula_certificate");
    fs::create_dir_all(&folder).expect("a folder");
    let authority = Authority::generate().expect("a key");
    let network = Network::new([10, 233, 0, 7].into(), 16).expect("a network");
    let details = Details {
        name: "seed".to_owned(),
        networks: vec![network],
        unsafe_networks: vec![network],
        groups: vec!["e3".to_owned()],
        is_ca: false,
        not_before: 1,
        not_after: 1 << 33,
        issuer: None,
        public_key: HostKey::generate().expect("a key").public(),
    };
    for (version, name) in [(Version::V1, "v1"), (Version::V2, "v2")] {
        let own = authority
            .certificate(version, details.clone())
            .expect("a certificate");
        let host = authority
            .certify(&own, details.clone())
            .expect("a certificate");
        for (kind, certificate) in [("authority", &own), ("host", &host)] {
            fs::write(folder.join(format!("{kind}-{name}")), certificate.encode()).expect("a seed");
            fs::write(
                folder.join(format!("{kind}-{name}.pem")),
                certificate.to_pem(),
            )
            .expect("a seed");
        }
    }
}
