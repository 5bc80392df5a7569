//! What a party tells of itself: the certificates of its authority, one of each version that its nebula reads.

use e3_identity::canonical;
use e3_nebula::{Certificate, Version};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

const DOMAIN: &str = "e3/nebula/introduction/1";

/// An authority, as others know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Introduced {
    /// Of version 1, where the networks have IPv4.
    first: Option<Certificate>,
    /// Of version 2, where its nebula reads that.
    second: Option<Certificate>,
}

/// Empty for what there is not.
#[derive(Serialize, Deserialize)]
struct Form(ByteBuf, ByteBuf);

impl Introduced {
    pub(crate) fn of(certificates: &[Certificate]) -> Self {
        let of = |version| {
            let mut all = certificates.iter();
            let found = all.find(|certificate| certificate.version() == version);
            found.cloned()
        };
        Self {
            first: of(Version::V1),
            second: of(Version::V2),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let bytes = |certificate: &Option<Certificate>| {
            let bytes = certificate.as_ref().map(Certificate::encode);
            ByteBuf::from(bytes.unwrap_or_default())
        };
        canonical::bytes(DOMAIN, &Form(bytes(&self.first), bytes(&self.second)))
    }

    /// Reads one; none from bytes that [`Introduced::bytes`] would not have written.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (domain, form): (String, Form) = ciborium::from_reader(bytes).ok()?;
        let certificate = |version, bytes: &[u8]| {
            if bytes.is_empty() {
                return Some(None);
            }
            Certificate::decode(version, bytes).ok().map(Some)
        };
        let read = Self {
            first: certificate(Version::V1, &form.0)?,
            second: certificate(Version::V2, &form.1)?,
        };
        (domain == DOMAIN && read.bytes() == bytes).then_some(read)
    }

    pub(crate) fn certificate(&self, version: Version) -> Option<&Certificate> {
        match version {
            Version::V1 => self.first.as_ref(),
            Version::V2 => self.second.as_ref(),
        }
    }
}

/// The version that all of these read: that which is in use, else the newest, or none that they have in common.
pub(crate) fn common(all: &[&Introduced], in_use: Option<Version>) -> Option<Version> {
    let mut versions = in_use.into_iter().chain([Version::V2, Version::V1]);
    versions.find(|version| all.iter().all(|one| one.certificate(*version).is_some()))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::identity::Identity;

    fn made(newest: Version) -> Introduced {
        let network = [
            "10.233.0.0/16".parse().unwrap(),
            "fd12::/64".parse().unwrap(),
        ];
        let identity = Identity::make("ams", newest, &network).unwrap();
        Introduced::of(&identity.certificates)
    }

    #[test]
    fn what_is_told_is_read() {
        for newest in [Version::V1, Version::V2] {
            let introduced = made(newest);
            assert_eq!(Introduced::read(&introduced.bytes()), Some(introduced));
        }
    }

    #[test]
    fn the_newest_that_all_read_is_used() {
        let (old, new) = (made(Version::V1), made(Version::V2));
        assert_eq!(common(&[&new, &new], None), Some(Version::V2));
        assert_eq!(common(&[&new, &old], None), Some(Version::V1));
        let first = Some(Version::V1);
        assert_eq!(common(&[&new, &new], first), first);
        assert_eq!(common(&[&new, &old], Some(Version::V2)), first);
        let network = ["fd12::/64".parse().unwrap()];
        let six = Identity::make("six", Version::V2, &network).unwrap();
        let six = Introduced::of(&six.certificates);
        assert_eq!(common(&[&six, &old], None), None);
        let none = Identity::make("six", Version::V1, &network);
        assert!(none.is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
            crate::fuzzing::introduction(&bytes);
        }

        #[test]
        fn no_changed_byte_goes_unnoticed(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let before = made(Version::V2);
            let mut bytes = before.bytes();
            *place.get_mut(&mut bytes) ^= 1 << bit;
            crate::fuzzing::introduction(&bytes);
            prop_assert_ne!(Introduced::read(&bytes), Some(before));
        }
    }
}
