//! What is asked for as combinations.

use super::words::{BASE, CONTROL};
use super::{Bench, Goal, LeftOut, Offer, Way, Work};

/// Combinations: every one of these in every one of those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// Overlays and variants; none for all that this machine has. `direct` and its control are always there.
    pub overlays: Vec<String>,
    /// Identities; none for that which each overlay is used with unless another is said.
    pub identities: Vec<String>,
    /// Networks.
    pub networks: Vec<String>,
    /// Programs.
    pub programs: Vec<String>,
    /// Sizes.
    pub sizes: Vec<String>,
    /// Numbers of parties.
    pub parties: Vec<u16>,
}

/// What comes of a grid on this machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Laid {
    /// What can be measured.
    pub benches: Vec<Bench>,
    /// What cannot, each once.
    pub left_out: Vec<LeftOut>,
}

impl Grid {
    /// All combinations that there are of what this machine offers.
    pub fn lay(&self, offers: &[Offer], goal: Goal) -> Laid {
        let mut laid = Laid::default();
        let ways = self.ways(offers, &mut laid);
        for network in &self.networks {
            for program in &self.programs {
                for size in &self.sizes {
                    for parties in &self.parties {
                        let work = Work::new(network, program, size, *parties);
                        laid.add(work, &ways, goal);
                    }
                }
            }
        }
        laid
    }

    /// An environment as its e3.toml has it, with so many parties: over the ways and identities of this grid, whatever else
    /// it asks for.
    pub fn lay_own(&self, parties: u16, offers: &[Offer], goal: Goal) -> Laid {
        let mut laid = Laid::default();
        let ways = self.ways(offers, &mut laid);
        laid.add(Work::own(parties), &ways, goal);
        laid
    }

    /// The ways, the base first and its control after it.
    fn ways(&self, offers: &[Offer], laid: &mut Laid) -> Vec<Way> {
        let mut ways = Vec::new();
        for base in offers.iter().filter(|offer| offer.overlay == BASE) {
            let identity = base.identities.first();
            let identity = identity.map_or("pinned", String::as_str);
            ways = vec![Way::new(BASE, identity), Way::new(CONTROL, identity)];
        }
        for overlay in &self.overlays {
            let known = offers.iter().any(|offer| offer.overlay == *overlay);
            if !known && overlay != CONTROL {
                laid.leave_out(overlay, "there is no such way here");
            }
        }
        let wanted =
            |offer: &&Offer| self.overlays.is_empty() || self.overlays.contains(&offer.overlay);
        for offer in offers.iter().filter(wanted) {
            if let Some(why) = &offer.lacks {
                laid.leave_out(&offer.overlay, why);
                continue;
            }
            for identity in self.identities_of(offer, laid) {
                let way = Way::new(&offer.overlay, &identity);
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        ways
    }

    fn identities_of(&self, offer: &Offer, laid: &mut Laid) -> Vec<String> {
        if self.identities.is_empty() {
            return offer.identities.iter().take(1).cloned().collect();
        }
        let (some, none): (Vec<_>, Vec<_>) = self
            .identities
            .iter()
            .cloned()
            .partition(|identity| offer.identities.contains(identity));
        for identity in none {
            let why = format!("{} does not work with this identity", offer.overlay);
            laid.leave_out(&format!("{}.{identity}", offer.overlay), &why);
        }
        some
    }
}

impl Laid {
    /// Adds a work over all ways that can do it. One that is there already gets the ways that it does not have.
    fn add(&mut self, work: Work, ways: &[Way], goal: Goal) {
        if let Some(why) = work.impossible() {
            self.leave_out(&work.to_string(), &why);
            return;
        }
        let mut able = Vec::new();
        for way in ways {
            match way.unable(&work) {
                Some(why) => self.leave_out(&work.by(way).to_string(), why),
                None => able.push(way.clone()),
            }
        }
        match self.benches.iter_mut().find(|bench| bench.work == work) {
            Some(bench) => {
                let new = able.into_iter().filter(|way| !bench.ways.contains(way));
                let new: Vec<Way> = new.collect();
                bench.ways.extend(new);
            }
            None => self.benches.push(Bench {
                work,
                ways: able,
                goal,
            }),
        }
    }

    fn leave_out(&mut self, what: &str, why: &str) {
        let one = LeftOut {
            what: what.to_owned(),
            why: why.to_owned(),
        };
        if !self.left_out.contains(&one) {
            self.left_out.push(one);
        }
    }

    /// Both together: a work that stands in both is measured once, by all ways of either, with the goal of the first.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for bench in other.benches {
            self.add(bench.work, &bench.ways, bench.goal);
        }
        for LeftOut { what, why } in other.left_out {
            self.leave_out(&what, &why);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offers;

    fn grid() -> Grid {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Grid {
            networks: own(&["lan", "nat"]),
            programs: own(&["secret-santa", "round-trip"]),
            sizes: own(&["small"]),
            parties: vec![1, 3],
            ..Grid::default()
        }
    }

    fn said(laid: &Laid) -> Vec<String> {
        let said = laid.left_out.iter();
        said.map(|left| format!("{}: {}", left.what, left.why))
            .collect()
    }

    #[test]
    fn all_combinations_that_there_are() {
        let laid = grid().lay(&offers(), Goal::default());
        let works: Vec<String> = laid
            .benches
            .iter()
            .map(|bench| bench.work.to_string())
            .collect();
        assert_eq!(
            works,
            [
                "lan.secret-santa.small.1",
                "lan.secret-santa.small.3",
                "lan.round-trip.small.3",
                "nat.secret-santa.small.1",
                "nat.secret-santa.small.3",
                "nat.round-trip.small.3",
            ]
        );
        let ways = |at: usize| -> Vec<String> {
            let ways = laid.benches[at].ways.iter();
            ways.map(ToString::to_string).collect()
        };
        let all = [
            "direct.pinned",
            "direct-again.pinned",
            "tls.ca",
            "quic.pinned",
        ];
        assert_eq!(ways(1), all);
        let probe = ["direct.pinned", "direct-again.pinned", "quic.pinned"];
        assert_eq!(ways(2), probe);
        let left = said(&laid);
        assert!(
            left.contains(&"headscale: headscale is not installed".to_owned()),
            "{left:?}"
        );
        assert!(
            left.iter()
                .any(|one| one.starts_with("tls.ca.lan.round-trip.small.3"))
        );
        assert!(left.contains(&"lan.round-trip.small.1: round-trip needs 2 parties".to_owned()));
    }

    #[test]
    fn identities_are_those_that_an_overlay_works_with() {
        let grid = Grid {
            overlays: vec!["tls".to_owned(), "quic".to_owned(), "strange".to_owned()],
            identities: vec!["pinned".to_owned(), "ca".to_owned()],
            networks: vec!["lan".to_owned()],
            programs: vec!["secret-santa".to_owned()],
            ..grid()
        };
        let laid = grid.lay(&offers(), Goal::default());
        let ways: Vec<String> = laid.benches[0]
            .ways
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            ways,
            [
                "direct.pinned",
                "direct-again.pinned",
                "tls.ca",
                "quic.pinned",
                "quic.ca"
            ]
        );
        assert_eq!(
            said(&laid),
            [
                "strange: there is no such way here",
                "tls.pinned: tls does not work with this identity"
            ]
        );
    }

    #[test]
    fn what_stands_twice_is_measured_once() {
        let some = Grid {
            overlays: vec!["tls".to_owned()],
            ..grid()
        };
        let both = some
            .lay(&offers(), Goal::default())
            .and(grid().lay(&offers(), Goal::default()));
        assert_eq!(both.benches.len(), 6);
        assert_eq!(both.benches[1].ways.len(), 4);
    }
}
