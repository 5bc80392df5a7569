//! What the holder has to do with an authority: endorse the parties of an environment.

use std::collections::{BTreeMap, BTreeSet};

use e3_identity::{
    Credential, Did, Endorsement, Introduction, Policy, RevocationList, Serial, Validity,
    authority::Authority,
};
use e3_overlay::Overlay;
use e3_session::types::PartyIndex;
use e3_spec::AuthorityName;
use serde_bytes::ByteBuf;

use super::{AuthorityFault, Claim, Kept};
use crate::{clock::now_s, state::StateRoot};

/// Seconds for which the certificate of an authority that belongs to one environment is good: longer than any stays up.
const PASSING: u64 = 365 * 24 * 60 * 60;

/// Seconds for which an authority vouches for its deputy in one environment.
const DEPUTY: u64 = 40 * 24 * 60 * 60;

/// Seconds for which nothing is endorsed beyond: the longest for which a party is asked to introduce itself, a day and the
/// longest time of a program, is less.
const LONGEST: u64 = 32 * 24 * 60 * 60;

/// The authority of one environment.
#[derive(Debug)]
pub struct Desk {
    place: Place,
    did: Did,
    revocations: Option<RevocationList>,
}

#[derive(Debug)]
enum Place {
    /// Kept on this machine; its folder is opened only while it is used.
    ///
    /// It does not certify the keys of networks itself: programs that trust a certificate trust all that it has issued,
    /// of other sessions too. For this session it vouches for a deputy, which is what programs are told to trust.
    Kept {
        root: StateRoot,
        name: AuthorityName,
        deeds: Deeds,
        deputy: Authority,
        voucher: Vec<u8>,
    },
    /// In the memory of this process, and gone with it.
    Passing(Authority),
}

/// What an environment knows of its parties' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// Parties whose identities outlive the environment: their names stay with them.
    pub lasting: BTreeSet<String>,
    /// Parties that may be others than they were.
    pub accepted: BTreeSet<String>,
}

impl Deeds {
    fn claim(&self, name: &str) -> Claim {
        Claim {
            name: name.to_owned(),
            lasts: self.lasting.contains(name),
            accepted: self.accepted.contains(name),
        }
    }
}

impl Desk {
    /// The desk of an authority that is kept on this machine.
    pub fn of(root: StateRoot, name: AuthorityName, deeds: Deeds) -> Result<Self, AuthorityFault> {
        let kept = Kept::open(&root, &name)?;
        let validity = Validity::starting(now_s(), DEPUTY);
        let deputy = Authority::generate(name.as_str(), validity)?;
        let voucher = kept.authority().vouch(&deputy)?;
        Ok(Self {
            did: kept.authority().did().clone(),
            revocations: Some(kept.revocations()),
            place: Place::Kept {
                root,
                name,
                deeds,
                deputy,
                voucher,
            },
        })
    }

    /// A new authority that nobody else has ever heard of.
    pub fn passing(environment: &str) -> Result<Self, AuthorityFault> {
        let validity = Validity::starting(now_s(), PASSING);
        let authority = Authority::generate(environment, validity)?;
        Ok(Self {
            did: authority.did().clone(),
            revocations: None,
            place: Place::Passing(authority),
        })
    }

    /// Whom to believe, and what it has taken back.
    pub fn policy(&self) -> Policy {
        Policy::Ca {
            authority: self.did.clone(),
            revocations: self.revocations.clone(),
        }
    }

    /// Endorses an introduction for the party at an index: a credential for its name, and a certificate where the overlay
    /// needs one. Both are good for as long as introductions are.
    pub fn endorse(
        &self,
        introduction: &Introduction,
        party: PartyIndex,
        overlay: &dyn Overlay,
    ) -> Result<Endorsement, AuthorityFault> {
        let now = now_s();
        let lifetime = introduction.not_after.saturating_sub(now).min(LONGEST);
        let (credential, certifier) = match &self.place {
            Place::Passing(authority) => {
                let validity = Validity::starting(now, lifetime);
                let serial = Serial::generate()?;
                let names = vec![introduction.name.clone()];
                let credential = authority.issue(serial, &introduction.did, names, validity);
                let certifier = Certifier {
                    authority,
                    voucher: None,
                };
                (credential, certifier)
            }
            Place::Kept {
                root,
                name,
                deeds,
                deputy,
                voucher,
            } => {
                let claim = deeds.claim(&introduction.name);
                let mut kept = Kept::open(root, name)?;
                let credential = kept.issue(introduction.into(), &[claim], lifetime)?;
                let certifier = Certifier {
                    authority: deputy,
                    voucher: Some(voucher),
                };
                (credential, certifier)
            }
        };
        endorsement(credential, &certifier, introduction, party, overlay)
    }
}

/// Who certifies keys that networks see.
struct Certifier<'a> {
    authority: &'a Authority,
    /// By which the credential's authority vouches for it, if it is another.
    voucher: Option<&'a [u8]>,
}

/// The endorsement that a credential makes of an introduction, with the certificate that the overlay needs of the party
/// at an index.
fn endorsement(
    credential: Credential,
    certifier: &Certifier<'_>,
    introduction: &Introduction,
    party: PartyIndex,
    overlay: &dyn Overlay,
) -> Result<Endorsement, AuthorityFault> {
    let Certifier { authority, voucher } = certifier;
    let mut certificates = BTreeMap::new();
    if let Some(name) = overlay.certificate_name(party) {
        let request = introduction.overlays.get(overlay.name());
        let request = request.map_or(&[][..], |request| request);
        let leaf = authority
            .certify(request, &name, &credential)
            .map_err(|cause| AuthorityFault::Certificate { cause })?;
        let above = voucher.iter().copied().chain([authority.root()]);
        let chain = [&*leaf].into_iter().chain(above).map(ByteBuf::from);
        certificates.insert(overlay.name().to_owned(), chain.collect());
    }
    Ok(Endorsement::Ca {
        authority: credential.authority.clone(),
        credential: Box::new(credential),
        certificates,
    })
}
