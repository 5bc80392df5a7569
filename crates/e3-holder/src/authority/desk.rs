//! What the holder has to do with an authority: endorse the parties of an environment.

use std::collections::BTreeMap;

use e3_identity::{
    Credential, Did, Endorsement, Introduction, Policy, RevocationList, Serial, Validity,
    authority::Authority, introduction::LIFETIME,
};
use e3_overlay::Overlay;
use e3_session::types::PartyIndex;
use e3_spec::AuthorityName;
use serde_bytes::ByteBuf;

use super::{AuthorityFault, Kept};
use crate::{clock::now_s, state::StateRoot};

/// Seconds for which the certificate of an authority that belongs to one environment is good: longer than any stays up.
const PASSING: u64 = 365 * 24 * 60 * 60;

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
    Kept(StateRoot, AuthorityName),
    /// In the memory of this process, and gone with it.
    Passing(Authority),
}

impl Desk {
    /// The desk of an authority that is kept on this machine.
    pub fn of(root: StateRoot, name: AuthorityName) -> Result<Self, AuthorityFault> {
        let kept = Kept::open(&root, &name)?;
        Ok(Self {
            did: kept.authority().did().clone(),
            revocations: Some(kept.revocations()),
            place: Place::Kept(root, name),
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
        match &self.place {
            Place::Passing(authority) => {
                let validity = Validity::starting(now_s(), LIFETIME);
                let names = vec![introduction.name.clone()];
                let serial = Serial::generate()?;
                let credential = authority.issue(serial, &introduction.did, names, validity);
                endorsement(authority, credential, introduction, party, overlay)
            }
            Place::Kept(root, name) => {
                let mut kept = Kept::open(root, name)?;
                let names = vec![introduction.name.clone()];
                let credential = kept.issue(&introduction.did, names, LIFETIME)?;
                endorsement(kept.authority(), credential, introduction, party, overlay)
            }
        }
    }
}

/// The endorsement that a credential makes of an introduction, with the certificate that the overlay needs of the party at an
/// index.
pub fn endorsement(
    authority: &Authority,
    credential: Credential,
    introduction: &Introduction,
    party: PartyIndex,
    overlay: &dyn Overlay,
) -> Result<Endorsement, AuthorityFault> {
    let mut certificates = BTreeMap::new();
    if let Some(name) = overlay.certificate_name(party) {
        let request = introduction.overlays.get(overlay.name());
        let request = request.map_or(&[][..], |request| request);
        let leaf = authority
            .certify(request, &name, &credential)
            .map_err(|cause| AuthorityFault::Certificate { cause })?;
        let chain = vec![ByteBuf::from(leaf), ByteBuf::from(authority.root())];
        certificates.insert(overlay.name().to_owned(), chain);
    }
    Ok(Endorsement::Ca {
        authority: authority.did().clone(),
        credential: Box::new(credential),
        certificates,
    })
}
