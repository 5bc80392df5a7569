//! Whose turn it is: a round-robin tournament, in which nobody plays two at once and every pair plays once.

use e3_session::types::PartyIndex;

/// From whom to whom.
pub(super) type Way = (PartyIndex, PartyIndex);

/// How many rounds a tournament takes: with an odd number of players one rests in each.
pub(super) fn rounds(players: usize) -> usize {
    (players + players % 2).saturating_sub(1)
}

/// Whether two play each other in this round (the circle method: one stays, the others go round).
pub(super) fn plays_in((a, b): Way, round: usize, players: usize) -> bool {
    let (a, b) = (usize::from(a.0), usize::from(b.0));
    let rounds = rounds(players);
    if rounds == 0 {
        return false;
    }
    // The last of an even number stays; it plays whoever would play itself.
    let sum = match (a == rounds, b == rounds) {
        (true, _) => 2 * b,
        (_, true) => 2 * a,
        _ => a + b,
    };
    sum % rounds == round
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_plays_once_and_nobody_twice_in_a_round() {
        for players in 2..20_u16 {
            let everybody = usize::from(players);
            let pairs = || {
                (0..players)
                    .flat_map(|a| (a + 1..players).map(move |b| (PartyIndex(a), PartyIndex(b))))
            };
            let mut played = 0;
            for round in 0..rounds(everybody) {
                let mut busy = vec![false; everybody];
                for way in pairs().filter(|way| plays_in(*way, round, everybody)) {
                    played += 1;
                    for player in [way.0, way.1] {
                        assert!(
                            !std::mem::replace(&mut busy[usize::from(player.0)], true),
                            "{players} {round}"
                        );
                    }
                }
            }
            assert_eq!(played, pairs().count(), "{players}");
        }
    }
}
