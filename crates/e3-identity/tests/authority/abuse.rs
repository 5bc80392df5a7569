//! Whoever would pass for somebody else.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use e3_identity::authority::read_request;

static OFFICE: LazyLock<Office> = LazyLock::new(|| Office::at(NOW));

fn error(result: Result<Certified, CertificateError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn another_index_is_refused() {
    let office = Office::at(NOW);
    let text = error(office.check_at(&office.chain(), NOW, "MPyC party 2"));
    assert!(
        text.contains("is for MPyC party 1") && text.contains("expected MPyC party 2"),
        "{text}"
    );
}

#[test]
fn another_party_and_another_key_are_refused() {
    let (office, other) = (Office::at(NOW), Office::at(NOW));
    // The same authority has certified the key of somebody else.
    let leaf = office.authority.certify(
        &other.request(),
        "MPyC party 1",
        &Credential {
            subject: other.did.clone(),
            ..office.credential.clone()
        },
    );
    let chain = [leaf.unwrap(), office.authority.root().to_vec()];
    assert!(error(office.check(&chain)).contains(&other.did.to_string()));
    // Its own name on somebody else's key.
    let key = Office {
        key: NetworkKey::generate().unwrap(),
        ..office
    };
    assert_eq!(key.check(&key.chain()), Err(CertificateError::OtherKey));
}

#[test]
fn another_authority_of_the_same_name_is_refused() {
    let (office, other) = (Office::at(NOW), Office::at(NOW));
    let [leaf, root] = other.chain();
    let [own, _] = office.chain();
    for chain in [[leaf.clone(), root.clone()], [own, root]] {
        let refused = office.check(&chain).unwrap_err();
        assert!(
            matches!(refused, CertificateError::OtherAuthority { .. }),
            "{refused}"
        );
    }
    let refused = office
        .check(&[leaf, office.authority.root().to_vec()])
        .unwrap_err();
    assert!(
        matches!(refused, CertificateError::Signature { .. }),
        "{refused}"
    );
}

#[test]
fn a_party_cannot_issue() {
    let office = Office::at(NOW);
    let refused = office
        .check(&[office.leaf.clone(), office.leaf.clone()])
        .unwrap_err();
    assert!(
        matches!(refused, CertificateError::OtherAuthority { .. }),
        "{refused}"
    );
    let root = office.authority.root().to_vec();
    let refused = office.check(&[root.clone(), root]).unwrap_err();
    assert!(
        matches!(refused, CertificateError::Usage { .. }),
        "{refused}"
    );
}

#[test]
fn nobody_else_is_a_deputy() {
    let (office, other) = (Office::at(NOW), Office::at(NOW));
    let [leaf, voucher, root] = deputed(&office);
    let [others_leaf, others_voucher, others_root] = deputed(&other);
    for chain in [
        // Vouched for by another authority; another's root; what another has issued; no voucher at all.
        [leaf.clone(), others_voucher, root.clone()],
        [leaf.clone(), voucher.clone(), others_root],
        [others_leaf, voucher, root.clone()],
        [leaf.clone(), root.clone(), root.clone()],
        // A party's certificate is no voucher, and a deputy cannot have deputies.
        [leaf, office.leaf.clone(), root.clone()],
        deputed_twice(&office),
    ] {
        assert!(office.check(&chain).is_err());
    }
    // Nor is a deputy the authority itself.
    let leaf = deputed(&office)[0].clone();
    assert!(office.check(&[leaf, root]).is_err());
}

/// A chain whose voucher is by a deputy.
fn deputed_twice(office: &Office) -> [Vec<u8>; 3] {
    let validity = office.authority.validity();
    let deputy = Authority::generate("hospital", validity).unwrap();
    let second = Authority::generate("hospital", validity).unwrap();
    let voucher = deputy.vouch(&second).unwrap();
    let leaf = second.certify(&office.request(), "MPyC party 1", &office.credential);
    [leaf.unwrap(), voucher, second.root().to_vec()]
}

#[test]
fn time_is_kept() {
    let office = Office::at(NOW);
    for (now, good) in [
        (NOW - 121, false),
        (NOW - 60, true),
        (NOW + DAY, true),
        (NOW + DAY + 1, false),
    ] {
        let checked = office.check_at(&office.chain(), now, "MPyC party 1");
        assert_eq!(checked.is_ok(), good, "{now}: {checked:?}");
    }
}

#[test]
fn a_request_is_good_for_its_own_did_alone() {
    let (office, other) = (Office::at(NOW), Office::at(NOW));
    let request = office.request();
    assert_eq!(read_request(&request, &office.did), Ok(office.key.public()));
    let refused = read_request(&request, &other.did).unwrap_err();
    assert!(
        matches!(refused, CertificateError::OtherName { .. }),
        "{refused}"
    );
    // Nor is one certified that somebody else has made.
    let stolen = office.authority.certify(
        &request,
        "MPyC party 0",
        &Credential {
            subject: other.did.clone(),
            ..office.credential.clone()
        },
    );
    assert!(stolen.is_err());
}

#[test]
fn names_that_would_say_more_are_refused() {
    let office = Office::at(NOW);
    for name in ["", "a,O=b", "a+CN=b", "a\nb", " a", "ä", &"x".repeat(65)] {
        let refused = office.certify(name).unwrap_err();
        assert!(
            matches!(refused, CertificateError::Name { .. }),
            "{name}: {refused}"
        );
    }
}

#[test]
fn chains_of_another_length_are_refused() {
    let office = Office::at(NOW);
    let [leaf, root] = office.chain();
    let four = vec![leaf.clone(), root.clone(), root.clone(), root];
    for chain in [vec![], vec![leaf], four] {
        let refused = office.check(&chain).unwrap_err();
        assert_eq!(refused, CertificateError::Count { found: chain.len() });
    }
    let refused = office.check(&[vec![0x30; 9000], vec![]]).unwrap_err();
    assert!(matches!(
        refused,
        CertificateError::Form { .. } | CertificateError::TooLong { .. }
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bit_of_a_certificate_can_be_changed(at in any::<prop::sample::Index>(), bit in 0..8u8, which in 0..2usize) {
        let mut chain = OFFICE.chain();
        let byte = at.index(chain[which].len());
        chain[which][byte] ^= 1 << bit;
        prop_assert!(OFFICE.check(&chain).is_err());
    }

    #[test]
    fn no_bit_of_a_request_can_be_changed(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut request = OFFICE.request();
        let byte = at.index(request.len());
        request[byte] ^= 1 << bit;
        prop_assert!(read_request(&request, &OFFICE.did).is_err());
    }

    #[test]
    fn nothing_panics_on_bytes(leaf in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = OFFICE.check(&[leaf.clone(), OFFICE.authority.root().to_vec()]);
        let _ = read_request(&leaf, &OFFICE.did);
    }
}
