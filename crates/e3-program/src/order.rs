//! The order of parties: which comes first decides who opens connections to whom.
//!
//! A party behind a home router can open connections but not receive any. Where a program's lower parties
//! dial its higher ones, as `MPyC`'s do, such a party can still take part: as party 0.

use std::fmt;

use e3_session::types::{Dial, PartyIndex};

/// Finds an order in which every connection that the program opens is possible.
///
/// Hosts are numbered 0…`count`−1 as declared; `can_dial(a, b)` says whether host `a` can open a connection to
/// host `b`. The answer lists hosts in the order of their party indices, and keeps the declared order wherever
/// it may: among the hosts that can come next, the one declared first does.
///
/// # Errors
/// [`Impossible`] names every pair that no order can connect, and the hosts that would all have to come before
/// one another.
pub fn order(
    count: usize,
    dial: Dial,
    can_dial: impl Fn(usize, usize) -> bool,
) -> Result<Vec<usize>, Impossible> {
    // Asked of the first two indices, the pattern tells whether a pair needs one direction or both.
    let (first, second) = (PartyIndex(0), PartyIndex(1));
    let forward = dial.dials(first, second);
    let backward = dial.dials(second, first);
    let may_precede =
        |a: usize, b: usize| (!forward || can_dial(a, b)) && (!backward || can_dial(b, a));

    let pairs = || (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
    let unreachable: Vec<_> = pairs()
        .filter(|&(a, b)| !may_precede(a, b) && !may_precede(b, a))
        .collect();
    if !unreachable.is_empty() {
        return Err(Impossible {
            unreachable,
            circle: Vec::new(),
        });
    }

    let mut left: Vec<usize> = (0..count).collect();
    let mut ordered = Vec::with_capacity(count);
    while !left.is_empty() {
        let next = left
            .iter()
            .position(|&a| left.iter().all(|&b| a == b || may_precede(a, b)));
        let Some(next) = next else {
            return Err(Impossible {
                unreachable: Vec::new(),
                circle: left,
            });
        };
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

/// Whether hosts in this very order can open every connection; the pairs (from, to) that they cannot.
///
/// For an environment that fixes the order of its parties.
pub fn missing(
    count: usize,
    dial: Dial,
    can_dial: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let index = |host: usize| PartyIndex(u16::try_from(host).unwrap_or(u16::MAX));
    (0..count)
        .flat_map(|a| (0..count).map(move |b| (a, b)))
        .filter(|&(a, b)| a != b && dial.dials(index(a), index(b)) && !can_dial(a, b))
        .collect()
}

/// Why no order connects everybody. Numbers are those of the declared hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible {
    /// Pairs that the program needs connected and no order can connect.
    pub unreachable: Vec<(usize, usize)>,
    /// Hosts each of which would have to come before another of them; empty if `unreachable` is not.
    pub circle: Vec<usize>,
}

impl Impossible {
    /// The same in words, with the hosts' names.
    pub fn describe(&self, name: impl Fn(usize) -> String) -> String {
        if self.unreachable.is_empty() {
            let names: Vec<_> = self.circle.iter().map(|&host| name(host)).collect();
            return format!(
                "no order of the parties works: each of {} must come before another of them",
                names.join(", ")
            );
        }
        let pairs: Vec<_> = self
            .unreachable
            .iter()
            .map(|&(a, b)| format!("{} and {}", name(a), name(b)))
            .collect();
        format!(
            "in no order of the parties can these connect: {}",
            pairs.join("; ")
        )
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(|host| format!("host {host}")))
    }
}

impl std::error::Error for Impossible {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hosts in `hidden` can open connections but not receive any.
    fn behind_routers(hidden: &[usize]) -> impl Fn(usize, usize) -> bool + '_ {
        |_, to| !hidden.contains(&to)
    }

    #[test]
    fn keeps_the_declared_order_where_everybody_reaches_everybody() {
        assert_eq!(
            order(4, Dial::LowerToHigher, |_, _| true),
            Ok(vec![0, 1, 2, 3])
        );
        assert_eq!(order(0, Dial::LowerToHigher, |_, _| false), Ok(vec![]));
        assert_eq!(order(1, Dial::Mesh, |_, _| false), Ok(vec![0]));
    }

    #[test]
    fn puts_the_one_behind_a_router_first() {
        assert_eq!(
            order(4, Dial::LowerToHigher, behind_routers(&[3])),
            Ok(vec![3, 0, 1, 2])
        );
    }

    #[test]
    fn names_the_pair_that_nothing_connects() {
        let failed = order(4, Dial::LowerToHigher, behind_routers(&[1, 3])).unwrap_err();
        assert_eq!(failed.unreachable, vec![(1, 3)]);
        let words = failed.describe(|host| ["ams", "home", "nyc", "lab"][host].to_owned());
        assert_eq!(
            words,
            "in no order of the parties can these connect: home and lab"
        );
    }

    #[test]
    fn a_mesh_needs_both_directions() {
        let failed = order(3, Dial::Mesh, behind_routers(&[2])).unwrap_err();
        assert_eq!(failed.unreachable, vec![(0, 2), (1, 2)]);
    }

    #[test]
    fn finds_a_circle() {
        // 0 reaches only 1, 1 only 2, 2 only 0.
        let failed = order(3, Dial::LowerToHigher, |a, b| (a + 1) % 3 == b).unwrap_err();
        assert_eq!(failed.unreachable, vec![]);
        assert_eq!(failed.circle, vec![0, 1, 2]);
    }

    #[test]
    fn a_fixed_order_is_checked_as_it_stands() {
        let hidden = behind_routers(&[3]);
        assert_eq!(
            missing(4, Dial::LowerToHigher, hidden),
            vec![(0, 3), (1, 3), (2, 3)]
        );
    }

    /// Whether any order at all works, by trying every one.
    fn some_order_works(
        rest: &mut Vec<usize>,
        taken: &mut Vec<usize>,
        reach: &[Vec<bool>],
    ) -> bool {
        if rest.is_empty() {
            return true;
        }
        (0..rest.len()).any(|at| {
            let host = rest.remove(at);
            let fits = taken.iter().all(|&before| reach[before][host]);
            taken.push(host);
            let works = fits && some_order_works(rest, taken, reach);
            taken.pop();
            rest.insert(at, host);
            works
        })
    }

    proptest! {
        #[test]
        fn finds_an_order_exactly_if_there_is_one(
            reach in (1usize..6).prop_flat_map(|m| {
                prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.7), m), m)
            })
        ) {
            let count = reach.len();
            match order(count, Dial::LowerToHigher, |a, b| reach[a][b]) {
                Ok(found) => {
                    let mut sorted = found.clone();
                    sorted.sort_unstable();
                    prop_assert_eq!(sorted, (0..count).collect::<Vec<_>>());
                    for (at, &a) in found.iter().enumerate() {
                        for &b in &found[at + 1..] {
                            prop_assert!(reach[a][b]);
                        }
                    }
                }
                Err(impossible) => {
                    prop_assert!(!some_order_works(&mut (0..count).collect(), &mut vec![], &reach));
                    prop_assert!(impossible.unreachable.len() + impossible.circle.len() > 0);
                }
            }
        }
    }
}
