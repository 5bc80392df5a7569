//! Properties of certificates: what is written is read, nothing else is, and only what may be is believed.

// Tests may unwrap, in their helpers, too.
#![allow(clippy::unwrap_used)]

use std::net::IpAddr;

use e3_nebula::{
    Authority, Certificate, CertificateError, Details, HostKey, Network, Refusal, Version,
    verify_authority, verify_host,
};
use proptest::{collection::vec, prelude::*};

const NOW: u64 = 1_800_000_000;

fn network(text: &str) -> Network {
    let (address, prefix) = text.split_once('/').unwrap();
    Network::new(address.parse().unwrap(), prefix.parse().unwrap()).unwrap()
}

fn details(name: &str, networks: &[&str]) -> Details {
    Details {
        name: name.to_owned(),
        networks: networks.iter().map(|text| network(text)).collect(),
        unsafe_networks: Vec::new(),
        groups: Vec::new(),
        is_ca: false,
        not_before: NOW - 60,
        not_after: NOW + 3600,
        issuer: None,
        public_key: HostKey::generate().unwrap().public(),
    }
}

fn any_network(version: Version) -> BoxedStrategy<Network> {
    let four = (1..=u32::MAX, 0..=32_u8)
        .prop_map(|(bits, prefix)| (IpAddr::V4(bits.into()), prefix))
        .boxed();
    let six = (1_u128 << 64..=u128::MAX, 0..=128_u8)
        .prop_map(|(bits, prefix)| (IpAddr::V6(bits.into()), prefix))
        .boxed();
    let any = match version {
        Version::V1 => four,
        Version::V2 => prop_oneof![four, six].boxed(),
    };
    any.prop_map(|(address, prefix)| Network::new(address, prefix).unwrap())
        .boxed()
}

fn networks(version: Version) -> BoxedStrategy<Vec<Network>> {
    vec(any_network(version), 1..6)
        .prop_map(|mut networks| {
            networks.sort();
            networks.dedup();
            networks
        })
        .boxed()
}

fn any_details(version: Version) -> impl Strategy<Value = Details> {
    let networks = (networks(version), networks(version));
    let times = (0..i64::MAX as u64, 0..i64::MAX as u64);
    let key = any::<[u8; 32]>();
    ("\\PC{1,60}", networks, vec("\\PC{1,20}", 0..4), times, key).prop_map(
        |(name, (networks, unsafe_networks), groups, (not_before, not_after), public_key)| {
            Details {
                name,
                networks,
                unsafe_networks,
                groups,
                not_before,
                not_after,
                public_key,
                ..details("x", &[])
            }
        },
    )
}

fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V1), Just(Version::V2)]
}

fn any_certificate() -> impl Strategy<Value = Certificate> {
    any_version().prop_flat_map(|version| {
        (any_details(version), any::<bool>()).prop_map(move |(details, ca)| {
            let authority = Authority::generate().unwrap();
            let own = authority.certificate(version, details.clone()).unwrap();
            if ca {
                return own;
            }
            authority.certify(&own, details).unwrap()
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(certificate in any_certificate()) {
        let bytes = certificate.encode();
        let read = Certificate::decode(certificate.version(), &bytes).unwrap();
        prop_assert_eq!(&read, &certificate);
        let read = Certificate::from_pem(&certificate.to_pem()).unwrap();
        prop_assert_eq!(read.fingerprint(), certificate.fingerprint());
    }

    #[test]
    fn no_bytes_make_it_panic(version in any_version(), bytes in vec(any::<u8>(), 0..400)) {
        let _ = Certificate::decode(version, &bytes);
        let _ = Certificate::from_pem(&String::from_utf8_lossy(&bytes));
    }

    /// Whatever is changed: it is no certificate, or another one that nobody has signed.
    #[test]
    fn no_changed_byte_is_believed(
        certificate in any_certificate(),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let mut bytes = certificate.encode();
        *place.get_mut(&mut bytes) ^= 1 << bit;
        if let Ok(read) = Certificate::decode(certificate.version(), &bytes) {
            prop_assert_ne!(read.fingerprint(), certificate.fingerprint());
            prop_assert_eq!(read.encode(), bytes);
            let now = read.details().not_before;
            prop_assert!(verify_authority(&read, now).is_err());
        }
    }

    #[test]
    fn nothing_may_follow_or_lack(certificate in any_certificate(), more in vec(any::<u8>(), 1..8)) {
        let bytes = certificate.encode();
        let version = certificate.version();
        let cut = bytes.len() - more.len();
        prop_assert!(Certificate::decode(version, &bytes[..cut]).is_err());
        prop_assert!(Certificate::decode(version, &[bytes, more].concat()).is_err());
    }
}

fn refused(change: impl FnOnce(&mut Details, &mut Details)) -> Result<(), Refusal> {
    let authority = Authority::generate().unwrap();
    let mut may = details("authority", &["10.233.0.0/16"]);
    may.groups = vec!["parties".to_owned()];
    let mut host = details("host", &["10.233.0.7/16"]);
    host.groups.clone_from(&may.groups);
    change(&mut may, &mut host);
    let own = authority.certificate(Version::V1, may).unwrap();
    let host = authority.certify(&own, host).unwrap();
    verify_authority(&own, NOW)?;
    verify_host(&host, &own, NOW)
}

#[test]
fn only_what_an_authority_may_give_is_believed() {
    assert_eq!(refused(|_, _| {}), Ok(()));
    let said = refused(|_, host| host.networks = vec![network("10.234.0.7/16")]);
    assert!(matches!(said, Err(Refusal::Network { .. })), "{said:?}");
    let said = refused(|_, host| host.networks = vec![network("10.233.0.7/8")]);
    assert!(matches!(said, Err(Refusal::Network { .. })), "{said:?}");
    let said = refused(|may, host| {
        may.unsafe_networks = vec![network("192.168.0.0/24")];
        host.unsafe_networks = vec![network("192.168.1.0/24")];
    });
    assert!(matches!(said, Err(Refusal::Network { .. })), "{said:?}");
    let said = refused(|_, host| host.groups.push("others".to_owned()));
    assert!(matches!(said, Err(Refusal::Group { .. })), "{said:?}");
    let said = refused(|_, host| host.not_after += 1);
    assert!(matches!(said, Err(Refusal::Outlives(_))), "{said:?}");
    let said = refused(|may, host| {
        (may.not_after, host.not_after) = (NOW - 1, NOW - 1);
    });
    assert!(matches!(said, Err(Refusal::Time { .. })), "{said:?}");
}

#[test]
fn only_an_authority_certifies() {
    let (one, other) = (
        Authority::generate().unwrap(),
        Authority::generate().unwrap(),
    );
    let named = |authority: &Authority, version| {
        let details = details("authority", &[]);
        authority.certificate(version, details).unwrap()
    };
    let (own, others) = (named(&one, Version::V1), named(&other, Version::V1));
    let host = one
        .certify(&own, details("host", &["10.233.0.7/16"]))
        .unwrap();
    let said = verify_host(&host, &others, NOW);
    assert!(matches!(said, Err(Refusal::Issuer { .. })), "{said:?}");
    let forged = other.certify(&own, host.details().clone()).unwrap();
    let said = verify_host(&forged, &own, NOW);
    assert!(matches!(said, Err(Refusal::Signature(_))), "{said:?}");
    let said = verify_host(&own, &own, NOW);
    assert!(matches!(said, Err(Refusal::Kind { .. })), "{said:?}");
    let said = verify_authority(&host, NOW);
    assert!(matches!(said, Err(Refusal::Kind { .. })), "{said:?}");
    let newer = named(&one, Version::V2);
    let said = verify_host(&host, &newer, NOW);
    assert!(matches!(said, Err(Refusal::Version(_))), "{said:?}");
}

#[test]
fn what_a_version_cannot_say_is_not_signed() {
    let authority = Authority::generate().unwrap();
    let refused = |version, details| authority.certificate(version, details).unwrap_err();
    let six = refused(Version::V1, details("six", &["fd00::1/64"]));
    assert!(matches!(six, CertificateError::Version(_)), "{six}");
    let order = refused(Version::V2, details("order", &["fd00::1/64", "10.0.0.1/8"]));
    assert_eq!(order, CertificateError::Order);
    let name = refused(Version::V1, details("", &[]));
    assert_eq!(name, CertificateError::Name(0));
    let mut late = details("late", &[]);
    late.not_after = u64::MAX;
    assert_eq!(refused(Version::V2, late), CertificateError::Time);
    let mut large = details("large", &[]);
    large.groups = vec!["g".repeat(253); 300];
    assert_eq!(refused(Version::V2, large), CertificateError::TooLong);
}

#[test]
fn an_authoritys_key_is_read_as_it_is_written() {
    let authority = Authority::generate().unwrap();
    let again = Authority::from_pem(&authority.to_pem()).unwrap();
    let named = |authority: &Authority| {
        let details = details("authority", &[]);
        authority
            .certificate(Version::V1, details)
            .unwrap()
            .details()
            .public_key
    };
    assert_eq!(named(&again), named(&authority));
    assert!(Authority::from_pem(&HostKey::generate().unwrap().to_pem()).is_err());
}
