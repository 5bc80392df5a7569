//! Which overlays are held to a check.

use e3_overlay::{Promise, Properties};
use e3_session::types::PlaceKind;

/// Which overlays are held to a check: a promise of theirs, or its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Every one.
    Always,
    /// Those that promise that one direction may end before the other.
    HalfCloses,
    /// Those that promise to traverse NATs.
    TraversesNat,
    /// Those that do not.
    StopsAtNat,
    /// Those that promise that a connection outlives an outage.
    OutlivesOutage,
    /// Those that promise that a connection outlives a change of address.
    OutlivesAddress,
    /// Those that promise it, and to take a changed roster.
    OutlivesAddressAmongChanges,
    /// Those that promise to take a changed roster.
    ChangesRoster,
    /// Those that promise it, and that whom it leaves out gets no connection.
    ExcludesRemoved,
    /// Those that promise to keep strangers out.
    ExcludesStrangers,
    /// Those that promise that the peer that is reached is the one that was meant.
    Authenticates,
    /// Those that promise that callers are taken for whom they are.
    NamesCallers,
    /// Those that promise that nobody else can read what is said.
    Confidential,
    /// Those that promise that nobody reaches a program past them.
    IsolatesProgram,
}

impl Condition {
    /// Whether an overlay of these properties is held to the check only where programs have namespaces.
    pub(crate) fn rests_on_namespace(self, properties: &Properties) -> bool {
        let unmet = |place| self.unmet(properties, place);
        unmet(PlaceKind::Namespace).is_none() && unmet(PlaceKind::Forwards).is_some()
    }

    /// Why an overlay of these properties is not held to the check where programs run in such a place: what it does not
    /// promise there, with its own reason.
    pub(crate) fn unmet(self, properties: &Properties, place: PlaceKind) -> Option<String> {
        if self == Self::StopsAtNat {
            let (what, traverses) = Self::TraversesNat.promise(properties)?;
            return traverses
                .is_given()
                .then(|| format!("promises that {what}"));
        }
        if matches!(
            self,
            Self::ExcludesRemoved | Self::OutlivesAddressAmongChanges
        ) {
            let changes = Self::ChangesRoster.unmet(properties, place);
            if changes.is_some() {
                return changes;
            }
        }
        let (what, promise) = self.promise(properties)?;
        let why = promise.missing_in(place)?;
        let promises = match promise {
            Promise::InNamespace(_) | Promise::InNamespaceBut { .. } => {
                "promises only of a program in a namespace"
            }
            Promise::Yes | Promise::But(_) | Promise::No(_) => "does not promise",
        };
        Some(format!("{promises} that {what}: {why}"))
    }

    /// Where an overlay of these properties is held to the check: what it promises with an exception, and which.
    pub(crate) fn exception(self, properties: &Properties) -> Option<(&'static str, &'static str)> {
        let (what, promise) = self.promise(properties)?;
        Some((what, promise.exception()?))
    }

    /// What it is about, in words, and what an overlay of these properties says of that.
    fn promise(self, properties: &Properties) -> Option<(&'static str, Promise)> {
        // What a changed packet does, and what leaked keys open, is a matter of experiments, not of conformance.
        let Properties {
            confidential,
            integrity: _,
            authenticated,
            names_callers,
            excludes_strangers,
            forward_secret: _,
            traverses_nat,
            half_closes,
            outlives_outage,
            outlives_address,
            isolates_program,
            changes_roster,
            excludes_removed,
        } = *properties;
        Some(match self {
            Self::Always | Self::StopsAtNat => return None,
            Self::HalfCloses => ("one direction may end before the other", half_closes),
            Self::TraversesNat => ("parties behind NATs reach one another", traverses_nat),
            Self::OutlivesOutage => ("a connection outlives an outage", outlives_outage),
            Self::OutlivesAddress | Self::OutlivesAddressAmongChanges => (
                "a connection outlives a change of address",
                outlives_address,
            ),
            Self::ChangesRoster => ("members come and go while others go on", changes_roster),
            Self::ExcludesRemoved => ("whom a roster leaves out is kept out", excludes_removed),
            Self::ExcludesStrangers => ("strangers are kept out", excludes_strangers),
            Self::Authenticates => ("the peer reached is the one that was meant", authenticated),
            Self::NamesCallers => ("callers are taken for whom they are", names_callers),
            Self::Confidential => ("nobody else can read what is said", confidential),
            Self::IsolatesProgram => ("nobody reaches a program past it", isolates_program),
        })
    }
}

#[cfg(test)]
mod tests {
    use e3_overlay::{Overlay as _, Registry};
    use e3_overlay_quic::QuicOverlay;

    use super::*;

    #[test]
    fn what_rests_on_a_namespace_is_not_promised_without() {
        let quic = QuicOverlay::default().properties();
        for (condition, rests) in [
            (Condition::NamesCallers, true),
            (Condition::ExcludesStrangers, true),
            (Condition::ExcludesRemoved, true),
            (Condition::IsolatesProgram, true),
            (Condition::Authenticates, false),
            (Condition::Confidential, false),
            (Condition::ChangesRoster, false),
            (Condition::Always, false),
        ] {
            assert_eq!(condition.rests_on_namespace(&quic), rests, "{condition:?}");
            assert_eq!(condition.unmet(&quic, PlaceKind::Namespace), None);
            for place in [PlaceKind::Forwards, PlaceKind::Host] {
                let why = condition.unmet(&quic, place);
                assert_eq!(why.is_some(), rests, "{condition:?}: {why:?}");
                let only = "promises only of a program in a namespace that ";
                assert!(why.is_none_or(|why| why.starts_with(only)));
            }
        }
    }

    #[test]
    fn what_is_never_promised_rests_on_nothing() {
        let direct = Registry::builtin().make("direct").unwrap().properties();
        let isolates = Condition::IsolatesProgram;
        assert!(!isolates.rests_on_namespace(&direct));
        let why = isolates.unmet(&direct, PlaceKind::Namespace).unwrap();
        assert!(why.starts_with("does not promise that "), "{why}");
    }
}
