//! Who has knocked and not proven yet to be a party: so many in all, and so many from one network. Where there are more, the one
//! that has been there for longest goes: a party needs some round trips, and whoever says nothing is soon the oldest.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
};

use tokio::task::AbortHandle;

/// At the same time, in all.
const ALL: usize = 512;

/// From one network: as many parties may be behind one router.
const EACH: usize = 64;

/// Those who have knocked, the first first.
#[derive(Debug, Default)]
pub(super) struct Door(VecDeque<(IpAddr, AbortHandle)>);

impl Door {
    /// Takes one more, for whom others may have to go.
    pub(super) fn enter(&mut self, from: IpAddr, task: AbortHandle) {
        self.0.retain(|(_, task)| !task.is_finished());
        let from = network(from);
        let same = || self.0.iter().filter(|(other, _)| *other == from).count();
        let goes = if same() >= EACH {
            self.0.iter().position(|(other, _)| *other == from)
        } else {
            (self.0.len() >= ALL).then_some(0)
        };
        if let Some((_, task)) = goes.and_then(|at| self.0.remove(at)) {
            task.abort();
        }
        self.0.push_back((from, task));
    }
}

/// What one host may choose its addresses from: of IPv6, half of their bits (RFC 4291, section 2.5.1).
fn network(of: IpAddr) -> IpAddr {
    match of.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn at(last: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0xc633_6400 + last).into()
    }

    /// Whoever was sent away is gone.
    async fn aborted() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn the_oldest_goes_and_who_is_through_is_none() {
        let mut door = Door::default();
        let knock = || tokio::spawn(pending::<()>());
        let first = knock();
        door.enter(at(0), first.abort_handle());
        let busy: Vec<_> = (0..EACH).map(|_| knock()).collect();
        for one in &busy {
            door.enter(at(1), one.abort_handle());
        }
        let one_more = knock();
        door.enter(at(1), one_more.abort_handle());
        aborted().await;
        assert!(busy[0].is_finished() && !busy[1].is_finished());
        assert!(!first.is_finished(), "another network's");
        busy[1].abort();
        aborted().await;
        door.enter(at(1), knock().abort_handle());
        aborted().await;
        assert!(!busy[2].is_finished(), "there was room");

        for last in 2..2 + u32::try_from(ALL).unwrap() {
            door.enter(at(last), knock().abort_handle());
        }
        aborted().await;
        assert!(first.is_finished() && door.0.len() == ALL);
    }

    #[test]
    fn a_host_has_half_of_its_bits() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_ne!(of("198.51.100.1"), of("198.51.100.2"));
        assert_eq!(of("::ffff:198.51.100.1"), of("198.51.100.1"));
    }
}
