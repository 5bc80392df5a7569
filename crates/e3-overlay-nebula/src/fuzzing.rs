//! What fuzz targets reach: readers of others' bytes.
#![doc(hidden)]

use e3_nebula::{Version, verify_authority};
use e3_session::types::Subnet;

use crate::{ear::kind, identity::Identity, introduction::Introduced, log::Event, watch::Watch};

/// Reads any bytes as an introduction; what is read is what would be written, and an authority that is believed is one.
pub fn introduction(bytes: &[u8]) {
    let Some(read) = Introduced::read(bytes) else {
        return;
    };
    assert_eq!(read.bytes(), bytes);
    for version in [Version::V1, Version::V2] {
        if let Some(certificate) = read.certificate(version) {
            let details = certificate.details();
            if verify_authority(certificate, details.not_before).is_ok() {
                assert!(details.is_ca && certificate.version() == version);
            }
        }
    }
}

/// Reads any line as one of the stock program's. Where nobody is a party, none that can be read is a reason to stop.
pub fn line(text: &str) {
    let watch = Watch::default();
    if let Some(event) = Event::read(text) {
        let readable = event != Event::Unreadable;
        assert_eq!(watch.heed(event).is_none(), readable);
    }
    let _ = kind(text);
}

/// Introductions as parties write them.
pub fn introductions() -> Vec<Vec<u8>> {
    let networks = ["10.233.0.0/16", "fd12::/64"].map(str::parse::<Subnet>);
    let networks: Vec<Subnet> = networks.into_iter().filter_map(Result::ok).collect();
    let newest = [Version::V1, Version::V2].into_iter();
    let made = newest.filter_map(|newest| Identity::make("seed", newest, &networks).ok());
    made.map(|identity| Introduced::of(&identity.certificates).bytes())
        .collect()
}
