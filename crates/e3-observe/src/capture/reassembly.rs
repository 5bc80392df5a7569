//! Bytes put together from pieces that say where they belong, in whatever order, twice, or not at all.

/// A piece that was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// Where it belongs.
    pub(super) at: i64,
    /// In which packet it was.
    pub(super) packet: usize,
    pub(super) bytes: &'a [u8],
}

/// Bytes without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Where they belong.
    pub(super) at: i64,
    pub(super) bytes: Vec<u8>,
    /// From where on they are of which packet.
    pub(super) packets: Vec<(usize, usize)>,
}

/// Puts pieces together. Where two say something about the same byte, the one that was seen first is believed.
pub(super) fn runs(pieces: &[Piece<'_>]) -> Vec<Run> {
    let mut order: Vec<(usize, &Piece<'_>)> = pieces.iter().enumerate().collect();
    order.sort_by_key(|(seen, piece)| (piece.at, *seen));
    let mut runs: Vec<Run> = Vec::new();
    for (_, piece) in order {
        if piece.bytes.is_empty() {
            continue;
        }
        let open = runs.last_mut().filter(|run| piece.at <= run.end());
        let Some(run) = open else {
            runs.push(Run {
                at: piece.at,
                bytes: piece.bytes.to_vec(),
                packets: vec![(0, piece.packet)],
            });
            continue;
        };
        let known = usize::try_from(run.end() - piece.at).unwrap_or(usize::MAX);
        if let Some(new @ [_, ..]) = piece.bytes.get(known..) {
            run.packets.push((run.bytes.len(), piece.packet));
            run.bytes.extend_from_slice(new);
        }
    }
    runs
}

impl Run {
    fn end(&self) -> i64 {
        let length = i64::try_from(self.bytes.len()).unwrap_or(i64::MAX);
        self.at.saturating_add(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Cuts of a text, in any order, some of them twice, some overlapping.
    fn cuts(length: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
        vec((0..length, 1..=length), 1..40)
    }

    proptest! {
        #[test]
        fn pieces_in_any_order_are_what_they_were_cut_from(
            (whole, cuts) in vec(any::<u8>(), 1..200).prop_flat_map(|whole| {
                let cuts = cuts(whole.len());
                (Just(whole), cuts)
            }),
            start in -5_i64..1 << 40,
        ) {
            let range = |&(at, length): &(usize, usize)| at..(at + length).min(whole.len());
            let piece = |(packet, cut): (usize, &(usize, usize))| Piece {
                at: start + i64::try_from(range(cut).start).unwrap(),
                packet,
                bytes: &whole[range(cut)],
            };
            let pieces: Vec<_> = cuts.iter().enumerate().map(piece).collect();
            let runs = runs(&pieces);
            let mut covered = vec![false; whole.len()];
            for cut in &cuts {
                covered[range(cut)].fill(true);
            }
            let mut found = vec![false; whole.len()];
            for run in &runs {
                let at = usize::try_from(run.at - start).unwrap();
                prop_assert_eq!(&whole[at..at + run.bytes.len()], &run.bytes[..]);
                found[at..at + run.bytes.len()].fill(true);
                // Nothing that belongs to it is left beside it.
                prop_assert!(at == 0 || !covered[at - 1]);
                prop_assert_eq!(run.packets[0].0, 0);
                prop_assert!(run.packets.is_sorted_by(|a, b| a.0 < b.0));
            }
            prop_assert_eq!(found, covered);
        }
    }

    #[test]
    fn the_first_is_believed() {
        let piece = |at, packet, bytes| Piece { at, packet, bytes };
        let runs = runs(&[piece(0, 0, b"abc"), piece(0, 1, b"xyzd")]);
        assert_eq!(runs[0].bytes, b"abcd");
        assert_eq!(runs[0].packets, [(0, 0), (3, 1)]);
    }
}
