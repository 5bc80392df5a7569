//! By what a link knows whose it is.

use std::fmt;

/// A peer's public key, as its carriers prove it. Links belong to keys: indices are another's when the roster changes, and
/// a carrier that is on its way at that moment must not come to another party's link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(pub [u8; 32]);

impl fmt::Debug for PeerKey {
    /// Its first bytes, which tell it from others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerKey(")?;
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}
