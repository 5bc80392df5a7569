//! What an authority issues, held against OpenSSL and Python's ssl, and against whoever would abuse it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod abuse;
mod independent;
#[path = "../common/interpreter.rs"]
mod interpreter;

use e3_identity::{
    Credential, Did, Identity, Serial, Validity,
    authority::{Authority, CertificateError, Certified, Expected, NetworkKey, check_chain},
};

/// A moment in 2026, in Unix seconds.
const NOW: u64 = 1_790_000_000;

const DAY: u64 = 24 * 60 * 60;

/// An authority, and what it has issued to one party.
struct Office {
    authority: Authority,
    did: Did,
    key: NetworkKey,
    credential: Credential,
    leaf: Vec<u8>,
}

impl Office {
    /// With the certificate of party 1.
    fn at(now: u64) -> Self {
        let authority =
            Authority::generate("hospital", Validity::starting(now, 365 * DAY)).unwrap();
        let did = Identity::generate().unwrap().did().clone();
        let key = NetworkKey::generate().unwrap();
        let mut office = Self {
            credential: authority.issue(
                Serial::generate().unwrap(),
                &did,
                vec!["alice".to_owned()],
                Validity::starting(now, DAY),
            ),
            authority,
            did,
            key,
            leaf: Vec::new(),
        };
        office.leaf = office.certify("MPyC party 1").unwrap();
        office
    }

    fn request(&self) -> Vec<u8> {
        self.key.request(&self.did).unwrap()
    }

    fn certify(&self, name: &str) -> Result<Vec<u8>, CertificateError> {
        self.authority
            .certify(&self.request(), name, &self.credential)
    }

    fn chain(&self) -> [Vec<u8>; 2] {
        [self.leaf.clone(), self.authority.root().to_vec()]
    }

    /// Checks a chain as a peer of party 1 does.
    fn check(&self, chain: &[Vec<u8>]) -> Result<Certified, CertificateError> {
        self.check_at(chain, NOW, "MPyC party 1")
    }

    fn check_at(
        &self,
        chain: &[Vec<u8>],
        now: u64,
        name: &str,
    ) -> Result<Certified, CertificateError> {
        let expected = Expected {
            authority: self.authority.did(),
            subject: &self.did,
            name,
            key: &self.key.public(),
            now,
        };
        check_chain(chain, &expected)
    }
}

#[test]
fn what_was_issued_is_accepted() {
    let office = Office::at(NOW);
    let certified = office.check(&office.chain()).unwrap();
    assert_eq!(certified.leaf, office.leaf);
    assert_eq!(certified.root, office.authority.root());
    let document = office.authority.did().document().unwrap();
    let credential = office
        .credential
        .verify(&document, &office.did, "alice", NOW);
    credential.unwrap();
}

/// An authority for one session, for which another vouches; and what it has issued to the party.
fn deputed(office: &Office) -> [Vec<u8>; 3] {
    let deputy = Authority::generate("hospital", office.authority.validity()).unwrap();
    let voucher = office.authority.vouch(&deputy).unwrap();
    let leaf = deputy.certify(&office.request(), "MPyC party 1", &office.credential);
    [leaf.unwrap(), voucher, deputy.root().to_vec()]
}

#[test]
fn an_authority_may_have_a_deputy_that_is_trusted_in_its_place() {
    let office = Office::at(NOW);
    let chain = deputed(&office);
    let certified = office.check(&chain).unwrap();
    assert_eq!(certified.root, chain[2]);
}

#[test]
fn an_authority_that_was_kept_is_the_same() {
    let office = Office::at(NOW);
    let key = office.authority.secret().to_pem();
    let root = office.authority.root().to_vec();
    let again = Authority::open("hospital", &key, root).unwrap();
    assert_eq!(again.did(), office.authority.did());
    assert_eq!(
        again.validity(),
        Validity {
            // Hosts whose clocks are behind find it good as well.
            not_before: NOW - 60,
            not_after: NOW + 365 * DAY,
        }
    );
    let leaf = again.certify(&office.request(), "MPyC party 1", &office.credential);
    office
        .check(&[leaf.unwrap(), again.root().to_vec()])
        .unwrap();
}

#[test]
fn a_key_and_a_certificate_of_two_authorities_are_none() {
    let (one, other) = (Office::at(NOW), Office::at(NOW));
    let key = one.authority.secret().to_pem();
    let opened = Authority::open("hospital", &key, other.authority.root().to_vec());
    let error = opened.unwrap_err().to_string();
    assert!(
        error.contains("not the one that its certificate is for"),
        "{error}"
    );
}
