//! What a comparison does beside measuring: which attacks it tries, what is observed and of what it is told what it takes.

use e3_evaluate::finding::Attack;
use e3_evaluate::plan::words::canonical;
use e3_evaluate::plan::{LeftOut, Offer, Part, Pattern, Trial, suite};

use super::{ask, count};
use crate::cli::{Asked, Compare};
use crate::fault::Fault;

/// It.
pub struct Others {
    /// What is attacked.
    pub trials: Vec<Trial>,
    /// The ways that are observed.
    pub observed: Vec<String>,
    /// For how long programs talk then, in seconds.
    pub observed_s: u32,
    /// The ways whose effort is told.
    pub counted: Vec<String>,
    /// What a suite leaves out.
    pub left_out: Vec<LeftOut>,
}

/// What these parts are of the suite of that name.
///
/// # Errors
/// The user's: a cell's name names nothing.
pub fn others(
    name: &str,
    parts: &[Part],
    offers: &[Offer],
    args: &Compare,
) -> Result<Others, Fault> {
    let has = |part: Part| parts.contains(&part);
    let wanted = Wanted::of(&args.asked)?;
    let is_quick = name == suite::QUICK;
    let trials = if !has(Part::Security) {
        Vec::new()
    } else if is_quick {
        suite::trials(offers, &suite::QUICK_ATTACKS, |offer, identity| {
            offer
                .identities
                .first()
                .is_some_and(|usual| usual == identity)
        })
    } else {
        suite::trials(offers, &Attack::ALL, |offer, identity| {
            wanted.has(&offer.overlay, Some(identity))
        })
    };
    let here = offers.iter().filter(|offer| offer.lacks.is_none());
    let mut ways: Vec<String> = here.map(|offer| offer.overlay.clone()).collect();
    ways.retain(|way| wanted.has(way, None));
    let counted = if has(Part::Effort) {
        let counted = count::ways().into_iter();
        counted.filter(|way| wanted.has(way, None)).collect()
    } else {
        Vec::new()
    };
    let (quick, quick_s) = suite::QUICK_OBSERVED;
    ways.retain(|way| has(Part::Privacy) && (!is_quick || way == quick));
    let left_out = if is_quick && has(Part::Security) && has(Part::Privacy) {
        suite::quick_leaves_out()
    } else {
        Vec::new()
    };
    Ok(Others {
        trials,
        observed: ways,
        observed_s: if is_quick { quick_s } else { suite::OBSERVED_S },
        counted,
        left_out,
    })
}

/// Which ways are asked for.
struct Wanted<'a> {
    asked: &'a Asked,
    cells: Vec<Pattern>,
}

impl<'a> Wanted<'a> {
    fn of(asked: &'a Asked) -> Result<Self, Fault> {
        let cells = asked.cells.iter().map(|name| ask::parse(name));
        Ok(Self {
            asked,
            cells: cells.collect::<Result<_, _>>()?,
        })
    }

    /// Whether this way is, believed in this way if any is said. Whoever names no way wants all.
    fn has(&self, way: &str, identity: Option<&str>) -> bool {
        let Asked {
            ways, identities, ..
        } = self.asked;
        let is_either =
            |word: &Option<String>, said: &str| word.as_deref().is_none_or(|word| word == said);
        let in_cells = self.cells.iter().any(|cell| {
            is_either(&cell.overlay, way)
                && identity.is_none_or(|identity| is_either(&cell.identity, identity))
        });
        let names_none = ways.is_empty() && self.cells.is_empty();
        let is_way = names_none || ways.iter().any(|one| canonical(one) == way);
        let is_identity = identity.is_none_or(|identity| {
            identities.is_empty() || identities.iter().any(|one| one == identity)
        });
        in_cells || (is_way && is_identity)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Verb};

    fn offers() -> Vec<Offer> {
        let offer = |overlay: &str, identities: &[&str]| Offer {
            overlay: overlay.to_owned(),
            identities: identities.iter().map(|one| (*one).to_owned()).collect(),
            lacks: None,
        };
        vec![
            offer("direct", &["pinned", "did", "ca"]),
            offer("tls", &["ca"]),
            offer("quic", &["pinned", "did", "ca"]),
        ]
    }

    fn of(name: &str, parts: &[Part], words: &[&str]) -> Others {
        let words = ["e3", "compare"].iter().chain(words);
        let Verb::Compare(args) = Cli::parse_from(words).verb else {
            panic!("not that verb");
        };
        others(name, parts, &offers(), &args).unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    #[test]
    fn suites_do_what_they_say() {
        let quick = of(suite::QUICK, &Part::ALL, &[]);
        assert_eq!(quick.trials.len(), 3 * suite::QUICK_ATTACKS.len());
        assert_eq!(quick.observed, ["quic"]);
        assert_eq!(quick.left_out.len(), 2);
        let standard = of(suite::STANDARD, &Part::ALL, &[]);
        assert_eq!(standard.trials.len(), 7 * Attack::ALL.len());
        assert_eq!(standard.observed, ["direct", "tls", "quic"]);
        assert!(standard.left_out.is_empty());
        assert!(standard.counted.contains(&"nebula-1.6".to_owned()));
        let none = of(suite::STANDARD, &[Part::Performance], &[]);
        assert!(none.trials.is_empty() && none.observed.is_empty() && none.counted.is_empty());
    }

    #[test]
    fn ways_and_identities_are_those_that_are_asked_for() {
        let asked = |words: &[&str]| of("asked", &Part::ALL, words);
        let quic = asked(&["--way", "quic"]);
        assert_eq!(quic.trials.len(), 3 * Attack::ALL.len());
        assert_eq!(quic.observed, ["quic"]);
        assert_eq!(quic.counted, ["quic"]);
        let ca = asked(&["--identity", "ca"]);
        assert_eq!(ca.trials.len(), 3 * Attack::ALL.len());
        let cells = asked(&["--cell", "quic.did.lan", "--way", "tls"]);
        assert_eq!(cells.trials.len(), 2 * Attack::ALL.len());
        assert_eq!(cells.observed, ["tls", "quic"]);
    }
}
