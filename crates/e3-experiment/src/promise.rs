//! What an overlay promises of each attack, by what it says of itself.

use e3_conformance::trust::Scheme;
use e3_evaluate::finding::{Attack, Promised};
use e3_overlay::{Overlay, Promise, Properties};
use e3_session::types::PlaceKind;

/// What is promised where an authority's key is stolen: not even the best overlay could.
const STOLEN: &str =
    "whoever has the authority's key can certify whom it likes, in sessions to come";

/// What an overlay with parties that are believed in this way promises of an attack, of programs in namespaces of their
/// own.
pub fn promised(attack: Attack, overlay: &dyn Overlay, scheme: Scheme) -> Promised {
    // A property that is new has to be thought about: which attacks is it about?
    let Properties {
        confidential,
        integrity,
        authenticated,
        names_callers,
        excludes_strangers,
        forward_secret,
        traverses_nat: _,
        half_closes: _,
        outlives_outage: _,
        outlives_address: _,
        isolates_program: _,
        changes_roster: _,
        excludes_removed,
    } = overlay.properties();
    match attack {
        Attack::OutsiderConnects => weakest(&[excludes_strangers]),
        Attack::OutsiderJoins => weakest(&[excludes_strangers, authenticated]),
        Attack::MemberImpersonates => weakest(&[authenticated, names_callers]),
        Attack::BytesChanged | Attack::ReplayedNow => weakest(&[integrity]),
        Attack::ReplayedLater => weakest(&[integrity, excludes_strangers]),
        Attack::RevokedReturns => weakest(&[excludes_removed]),
        Attack::AuthorityStolen if scheme == Scheme::Ca => Promised::No(STOLEN.to_owned()),
        // Agents compare what each has signed before anything of an overlay begins; and where nobody certifies, there is
        // no key to steal.
        Attack::SplitRoster | Attack::AuthorityStolen => Promised::Yes,
        Attack::HostileCoordinator => {
            weakest(&[confidential, integrity, authenticated, excludes_strangers])
        }
        Attack::OpenedLater => weakest(&[forward_secret]),
        Attack::Downgrade => weakest(&[confidential, integrity]),
    }
}

/// What is promised where all of these are needed.
fn weakest(promises: &[Promise]) -> Promised {
    let missing = promises
        .iter()
        .find_map(|promise| promise.missing_in(PlaceKind::Namespace));
    let exception = || promises.iter().find_map(|promise| promise.exception());
    match missing {
        Some(why) => Promised::No(why.to_owned()),
        None => exception().map_or(Promised::Yes, |but| Promised::But(but.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use e3_overlay::Registry;

    use super::*;

    #[test]
    fn the_weakest_promise_is_what_is_promised() {
        let no = Promise::No("no");
        let but = Promise::But("but");
        let placed = Promise::InNamespace("elsewhere");
        assert_eq!(weakest(&[Promise::Yes, placed]), Promised::Yes);
        assert_eq!(weakest(&[Promise::Yes, but]), Promised::But("but".into()));
        assert_eq!(weakest(&[but, no]), Promised::No("no".into()));
    }

    #[test]
    fn direct_promises_what_agents_promise() {
        let direct = Registry::builtin().make("direct").unwrap();
        let yes = Attack::ALL
            .into_iter()
            .filter(|attack| promised(*attack, &*direct, Scheme::Pinned) == Promised::Yes);
        let yes: Vec<_> = yes.collect();
        assert_eq!(yes, [Attack::SplitRoster, Attack::AuthorityStolen]);
        let stolen = promised(Attack::AuthorityStolen, &*direct, Scheme::Ca);
        assert!(matches!(stolen, Promised::No(_)));
    }
}
