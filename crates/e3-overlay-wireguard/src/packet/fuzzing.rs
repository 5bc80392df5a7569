//! Packets of any kind, through all that looks at them.

use bytes::BytesMut;

use super::{Cutter, Joiner, destination, echo, is_plausible, source, unreachable};

/// Cuts a piece, joins what was cut, cuts that again: the same.
pub(crate) fn cut_and_join(bytes: &[u8]) {
    let once = cut(bytes);
    let mut joiner = Joiner::default();
    // As they come out of a tunnel: with the lengths that they say.
    let once: Vec<_> = once
        .into_iter()
        .filter(|packet| is_plausible(packet) == Some(packet.len()))
        .collect();
    for packet in &once {
        joiner.add(packet);
    }
    let mut again = Vec::new();
    joiner.drain(|piece| again.extend(cut(piece)));
    assert_eq!(once, again);
}

fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut piece = bytes.to_vec();
    let (mut all, mut packet) = (Vec::new(), BytesMut::new());
    if let Some(mut cutter) = Cutter::new(&mut piece) {
        while cutter.next_into(&mut packet) {
            all.push(packet.to_vec());
        }
    }
    all
}

/// Looks at a packet in every other way.
pub(crate) fn look(bytes: &[u8]) {
    assert!(unreachable(bytes).is_none_or(|told| is_plausible(&told) == Some(told.len())));
    let _ = (destination(bytes), source(bytes));
    let _ = echo::answered(bytes, [10, 0, 0, 1].into(), [7; 8]);
}
