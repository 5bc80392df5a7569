//! Datagrams on their way out: those to one address are gathered, so that many go with one call.

use std::net::SocketAddr;

use e3_sys::udp::{Datagrams, MOST_BYTES, MOST_PIECES, Parcel};

/// What is to be sent.
#[derive(Debug, Default)]
pub(super) struct Post {
    bags: Vec<Bag>,
    /// How many of the bags are in use; the others keep their memory.
    used: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Bag {
    to: SocketAddr,
    bytes: Vec<u8>,
    segment: usize,
    count: usize,
    /// A shorter datagram has ended it.
    closed: bool,
}

impl Post {
    /// Adds a datagram; those to one address go in the order in which they were added.
    pub(super) fn add(&mut self, to: SocketAddr, datagram: &[u8]) {
        self.bytes += datagram.len();
        let used = self.bags.get_mut(..self.used).unwrap_or_default();
        let last = used.iter_mut().rev().find(|bag| bag.to == to);
        if let Some(bag) = last.filter(|bag| bag.takes(datagram.len())) {
            bag.bytes.extend_from_slice(datagram);
            bag.count += 1;
            bag.closed = datagram.len() < bag.segment;
            return;
        }
        if self.used == self.bags.len() {
            self.bags.push(Bag::new(to));
        }
        if let Some(bag) = self.bags.get_mut(self.used) {
            bag.to = to;
            bag.bytes.clear();
            bag.bytes.extend_from_slice(datagram);
            bag.segment = datagram.len();
            bag.count = 1;
            bag.closed = false;
            self.used += 1;
        }
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        self.bytes
    }

    /// Sends all.
    pub(super) fn send(&mut self, by: &Datagrams) {
        if self.used == 0 {
            return;
        }
        by.send(&self.parcels().collect::<Vec<_>>());
        self.used = 0;
        self.bytes = 0;
    }

    /// Gives all, one by one.
    pub(super) fn drain(&mut self, mut take: impl FnMut(SocketAddr, &[u8])) {
        for parcel in self.parcels() {
            for datagram in parcel.bytes.chunks(parcel.segment) {
                take(parcel.to, datagram);
            }
        }
        self.used = 0;
        self.bytes = 0;
    }

    /// What waits, as it would be sent.
    pub(super) fn parcels(&self) -> impl Iterator<Item = Parcel<'_>> {
        self.bags.iter().take(self.used).map(|bag| Parcel {
            to: bag.to,
            bytes: &bag.bytes,
            segment: bag.segment,
        })
    }
}

impl Bag {
    fn new(to: SocketAddr) -> Self {
        Self {
            to,
            bytes: Vec::new(),
            segment: 0,
            count: 0,
            closed: false,
        }
    }

    fn takes(&self, length: usize) -> bool {
        let room = self.count < MOST_PIECES && self.bytes.len() + length <= MOST_BYTES;
        room && !self.closed && length <= self.segment && length > 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whoever_gets_datagrams_gets_them_whole_and_in_order(
            all in prop::collection::vec((0_u8..3, prop_oneof![Just(1400_usize), 1_usize..1400]), 0..300),
        ) {
            let mut post = Post::default();
            let to = |number: u8| SocketAddr::from(([10, 0, 0, number], 1));
            for (number, (whom, length)) in all.iter().enumerate() {
                post.add(to(*whom), &vec![u8::try_from(number % 256).unwrap(); *length]);
            }
            for whom in 0..3 {
                let sent = all.iter().enumerate().filter(|(_, (to, _))| *to == whom);
                let sent: Vec<_> = sent.map(|(number, (_, length))| (number % 256, *length)).collect();
                let mut got = Vec::new();
                for parcel in post.parcels().filter(|parcel| parcel.to == to(whom)) {
                    prop_assert!(parcel.bytes.len() <= MOST_BYTES);
                    let each: Vec<&[u8]> = parcel.bytes.chunks(parcel.segment).collect();
                    prop_assert!(each.len() <= MOST_PIECES);
                    got.extend(each.iter().map(|bytes| (usize::from(bytes[0]), bytes.len())));
                }
                prop_assert_eq!(sent, got);
            }
        }
    }
}
