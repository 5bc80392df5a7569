//! Whom a policy believes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::BTreeMap;

use common::{NOW, introduction, party};
use e3_identity::{
    Credential, CredentialError, Documents, Endorsement, EndorsementError, Identity, Introduction,
    Kind, Pin, Policy, RevocationError, RevocationList, Serial, Succession, Validity, Verdict,
};

type Checked = Result<Verdict, EndorsementError>;

fn check(policy: &Policy, introduction: &Introduction, endorsement: &Endorsement) -> Checked {
    let document = introduction.did.document().unwrap();
    policy.check(introduction, endorsement, &document, &Documents::new(), NOW)
}

fn pinned(pins: &[(&str, Pin)], first_use: bool) -> Policy {
    let pins = pins
        .iter()
        .map(|(name, pin)| ((*name).to_owned(), pin.clone()));
    Policy::Pinned {
        pins: pins.collect(),
        first_use,
    }
}

fn new(kind: &Kind) -> Identity {
    Identity::create(kind).unwrap()
}

#[test]
fn a_pin_is_believed_and_a_change_refused_loudly() {
    for kind in [Kind::Key, Kind::Peer2, Kind::Peer4] {
        let identity = new(&kind);
        let did = identity.did().clone();
        let alice = introduction(&party(identity), "alice");
        for pin in [
            Pin::Did(did.clone()),
            Pin::Did(did.short()),
            did.fingerprint().parse().unwrap(),
        ] {
            let policy = pinned(&[("alice", pin.clone())], false);
            assert_eq!(
                check(&policy, &alice, &Endorsement::Pinned),
                Ok(Verdict::Believed)
            );
            let other = introduction(&party(new(&kind)), "alice");
            let error = check(&policy, &other, &Endorsement::Pinned).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, EndorsementError::Changed { .. }));
            for word in [
                "\"alice\"",
                &pin.to_string(),
                other.did.as_str(),
                "e3 up --accept alice",
            ] {
                assert!(text.contains(word), "{text}");
            }
        }
    }
}

#[test]
fn the_first_sight_is_accepted_where_that_is_allowed() {
    let alice = introduction(&party(new(&Kind::Peer4)), "alice");
    let short = alice.did.short();
    assert_eq!(
        check(&pinned(&[], true), &alice, &Endorsement::Pinned),
        Ok(Verdict::FirstUse(short))
    );
    assert!(matches!(
        check(&pinned(&[], false), &alice, &Endorsement::Pinned),
        Err(EndorsementError::NotPinned { .. })
    ));
}

#[test]
fn a_succession_from_the_pin_is_followed() {
    for kind in [Kind::Key, Kind::Peer2, Kind::Peer4] {
        let first = new(&kind);
        let second = first.rotate(NOW).unwrap();
        let third = second.rotate(NOW).unwrap();
        assert_eq!(third.successions().len(), 2);
        let (one, two) = (first.did().clone(), second.did().clone());
        let now = introduction(&party(third), "alice");
        for pin in [one, two] {
            let policy = pinned(&[("alice", Pin::Did(pin.clone()))], false);
            assert_eq!(
                check(&policy, &now, &Endorsement::Pinned),
                Ok(Verdict::Succeeded {
                    from: pin.short(),
                    to: now.did.short(),
                })
            );
        }
    }
}

#[test]
fn a_succession_that_the_old_did_has_not_signed_is_refused() {
    let (old, thief) = (new(&Kind::Key), new(&Kind::Key));
    let mut forged = Succession::new(&thief, &thief, NOW);
    forged.old = old.did().clone();
    let signature = thief.sign("e3/succession/1", &forged.form());
    forged.old_signature = signature;
    let signature = thief.sign("e3/succession/1", &forged.form());
    forged.new_signature = signature;
    let policy = pinned(&[("alice", Pin::Did(old.did().clone()))], true);
    let other = Succession::new(&old, &new(&Kind::Key), NOW);

    let shown = introduction(&party(new_with(&thief, vec![forged])), "alice");
    assert!(matches!(
        check(&policy, &shown, &Endorsement::Pinned),
        Err(EndorsementError::Succession { .. })
    ));
    // A sound one, to somebody else.
    let shown = introduction(&party(new_with(&thief, vec![other])), "alice");
    assert!(matches!(
        check(&policy, &shown, &Endorsement::Pinned),
        Err(EndorsementError::Changed { .. })
    ));
}

#[test]
fn successions_that_go_round_or_on_for_ever_end() {
    let (a, b) = (new(&Kind::Key), new(&Kind::Key));
    let round = vec![Succession::new(&a, &b, NOW), Succession::new(&b, &a, NOW)];
    let policy = pinned(&[("alice", Pin::Did(b.did().clone()))], false);
    let shown = introduction(&party(new_with(&a, round)), "alice");
    assert!(check(&policy, &shown, &Endorsement::Pinned).is_ok());

    let many = vec![Succession::new(&b, &a, NOW); 17];
    let shown = introduction(&party(new_with(&a, many)), "alice");
    assert!(check(&policy, &shown, &Endorsement::Pinned).is_err());
}

/// The same identity, which shows these successions.
fn new_with(identity: &Identity, successions: Vec<Succession>) -> Identity {
    let key = e3_identity::IdentityKey::from_pem(&identity.secret().to_pem()).unwrap();
    Identity::of_key(key).with_successions(successions)
}

#[test]
fn a_listed_did_is_believed() {
    let identity = new(&Kind::Peer4);
    let dids = BTreeMap::from([("alice".to_owned(), identity.did().short())]);
    let policy = Policy::Did { dids };
    let keys = party(identity);
    let did = Endorsement::Did;
    assert_eq!(
        check(&policy, &introduction(&keys, "alice"), &did),
        Ok(Verdict::Believed)
    );
    assert!(matches!(
        check(&policy, &introduction(&keys, "bob"), &did),
        Err(EndorsementError::NotListed { .. })
    ));
    let stranger = introduction(&party(new(&Kind::Key)), "alice");
    assert!(matches!(
        check(&policy, &stranger, &did),
        Err(EndorsementError::OtherDid { .. })
    ));
}

#[test]
fn one_kind_of_endorsement_is_none_of_another() {
    let alice = introduction(&party(new(&Kind::Key)), "alice");
    let policy = pinned(&[], true);
    for endorsement in [
        Endorsement::Did,
        certified(&new(&Kind::Key), &alice, &["alice"]),
    ] {
        assert!(matches!(
            check(&policy, &alice, &endorsement),
            Err(EndorsementError::Kind { .. })
        ));
    }
}

fn certified(authority: &Identity, subject: &Introduction, names: &[&str]) -> Endorsement {
    Endorsement::Ca {
        authority: authority.did().clone(),
        credential: Box::new(Credential::issue(
            authority,
            Serial([7; 16]),
            subject.did.clone(),
            names.iter().map(|name| (*name).to_owned()).collect(),
            Validity::starting(NOW, 3600),
        )),
        certificates: BTreeMap::new(),
    }
}

#[test]
fn a_credential_is_good_for_its_subject_name_and_time() {
    let authority = new(&Kind::Key);
    let alice = introduction(&party(new(&Kind::Key)), "alice");
    let bob = introduction(&party(new(&Kind::Key)), "bob");
    let policy = Policy::Ca {
        authority: authority.did().clone(),
        revocations: None,
    };
    let of_alice = certified(&authority, &alice, &["alice"]);
    assert_eq!(check(&policy, &alice, &of_alice), Ok(Verdict::Believed));

    let wrong = |introduction: &Introduction, endorsement: &Endorsement| match check(
        &policy,
        introduction,
        endorsement,
    ) {
        Err(EndorsementError::Credential { source, .. }) => *source,
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        wrong(&bob, &of_alice),
        CredentialError::OtherSubject { .. }
    ));
    assert!(matches!(
        wrong(&alice, &certified(&authority, &alice, &["bob"])),
        CredentialError::OtherName { .. }
    ));
    let by_another = certified(&new(&Kind::Key), &alice, &["alice"]);
    assert!(matches!(
        wrong(&alice, &by_another),
        CredentialError::OtherAuthority { .. }
    ));
    let Endorsement::Ca { mut credential, .. } = by_another else {
        panic!("a credential");
    };
    credential.authority = authority.did().clone();
    let forged = Endorsement::Ca {
        authority: authority.did().clone(),
        credential,
        certificates: BTreeMap::new(),
    };
    assert!(matches!(
        wrong(&alice, &forged),
        CredentialError::Signature(_)
    ));

    let document = alice.did.document().unwrap();
    for (now, early) in [(NOW - 61, true), (NOW + 3661, false)] {
        let checked = policy.check(&alice, &of_alice, &document, &Documents::new(), now);
        match checked {
            Err(EndorsementError::Credential { source, .. }) => assert!(
                matches!(*source, CredentialError::NotYet { .. }) == early
                    && matches!(*source, CredentialError::Expired { .. }) != early
            ),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_revoked_is_not_believed() {
    let authority = new(&Kind::Key);
    let alice = introduction(&party(new(&Kind::Key)), "alice");
    let endorsement = certified(&authority, &alice, &["alice"]);
    let list = |by: &Identity, serials: Vec<Serial>, from: u64| {
        RevocationList::issue(by, 1, Validity::starting(from, 3600), serials)
    };
    let with = |list: RevocationList| {
        let policy = Policy::Ca {
            authority: authority.did().clone(),
            revocations: Some(list),
        };
        check(&policy, &alice, &endorsement)
    };
    let others = vec![Serial([9; 16]), Serial([8; 16])];
    assert_eq!(with(list(&authority, others, NOW)), Ok(Verdict::Believed));
    let serials = vec![Serial([9; 16]), Serial([7; 16])];
    assert!(matches!(
        with(list(&authority, serials.clone(), NOW)),
        Err(EndorsementError::Revoked { .. })
    ));
    // A list that is not the authority's, was changed, or is out of date proves nothing.
    let reason = |list| match with(list) {
        Err(EndorsementError::Revocations { source, .. }) => *source,
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        reason(list(&new(&Kind::Key), vec![], NOW)),
        RevocationError::OtherAuthority { .. }
    ));
    let mut shortened = list(&authority, serials, NOW);
    shortened.serials.pop();
    assert!(matches!(reason(shortened), RevocationError::Signature(_)));
    assert!(matches!(
        reason(list(&authority, vec![], NOW - 3661)),
        RevocationError::Stale { .. }
    ));
    assert!(matches!(
        reason(list(&authority, vec![], NOW + 61)),
        RevocationError::NotYet { .. }
    ));
}

#[test]
fn policies_have_the_names_that_agreements_show() {
    let authority = new(&Kind::Key).did().clone();
    assert_eq!(pinned(&[], true).to_string(), "pinned");
    let dids = BTreeMap::new();
    assert_eq!(Policy::Did { dids }.to_string(), "did");
    let expected = format!("ca {authority}");
    let revocations = None;
    let policy = Policy::Ca {
        authority,
        revocations,
    };
    assert_eq!(policy.to_string(), expected);
}

/// Nobody is looked up who will not be believed anyway.
#[test]
fn what_needs_no_document_is_refused_before_it() {
    let alice = introduction(&party(new(&Kind::Web("example.org".to_owned()))), "alice");
    let stranger = introduction(&party(new(&Kind::Web("other.org".to_owned()))), "alice");
    let pin = Pin::Did(alice.did.clone());
    let dids = BTreeMap::from([("alice".to_owned(), alice.did.clone())]);
    let authority = new(&Kind::Key);
    let ca = Policy::Ca {
        authority: authority.did().clone(),
        revocations: None,
    };
    let certified = certified(&authority, &alice, &["alice"]);
    for (policy, endorsement) in [
        (pinned(&[("alice", pin)], true), &Endorsement::Pinned),
        (Policy::Did { dids }, &Endorsement::Did),
        (ca, &certified),
    ] {
        assert_eq!(policy.may_believe(&alice, endorsement, NOW), Ok(()));
        assert!(policy.may_believe(&stranger, endorsement, NOW).is_err());
    }
    let none = pinned(&[], false);
    assert!(none.may_believe(&alice, &Endorsement::Pinned, NOW).is_err());
}

#[test]
fn what_is_no_pin_is_refused() {
    for text in [
        "",
        "SHA256:",
        "SHA256:abc",
        "SHA256:*",
        "sha256:x",
        "did:nobody:x",
    ] {
        assert!(text.parse::<Pin>().is_err(), "{text}");
    }
}

/// As messages and as files hold them.
#[test]
fn policies_and_endorsements_are_read_as_they_were_written() {
    let authority = new(&Kind::Key);
    let alice = introduction(&party(new(&Kind::Peer4)), "alice");
    let endorsement = certified(&authority, &alice, &["alice"]);
    let serials = vec![Serial([7; 16])];
    let revocations = RevocationList::issue(&authority, 1, Validity::starting(NOW, 1), serials);
    let fingerprint = alice.did.fingerprint().parse().unwrap();
    for policy in [
        pinned(
            &[("alice", fingerprint), ("bob", Pin::Did(alice.did))],
            true,
        ),
        Policy::Ca {
            authority: authority.did().clone(),
            revocations: Some(revocations),
        },
    ] {
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
        let mut bytes = Vec::new();
        ciborium::into_writer(&(&policy, &endorsement), &mut bytes).unwrap();
        let read: (Policy, Endorsement) = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(read, (policy, endorsement.clone()));
    }
}
