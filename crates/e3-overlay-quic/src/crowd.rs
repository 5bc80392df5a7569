//! Callers who stand in a doorway: so many at a time that they fill no memory, and nobody can hold all places by standing
//! there. Where a place is wanted and none is free, whoever has had one for longest makes room.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
};

use tokio::task::{AbortHandle, JoinSet};

/// Callers, each of which comes from an `S`.
#[derive(Debug)]
pub(crate) struct Crowd<S> {
    tasks: JoinSet<()>,
    /// In the order in which they came.
    inside: VecDeque<(S, AbortHandle)>,
    places: usize,
    places_each: usize,
}

impl<S: PartialEq> Crowd<S> {
    /// With room for so many, and for so many of them that come from the same.
    pub(crate) fn new(places: usize, places_each: usize) -> Self {
        Self {
            tasks: JoinSet::new(),
            inside: VecDeque::new(),
            places,
            places_each,
        }
    }

    /// How many there are.
    pub(crate) fn len(&mut self) -> usize {
        while self.tasks.try_join_next().is_some() {}
        self.inside.retain(|(_, caller)| !caller.is_finished());
        self.inside.len()
    }

    /// Lets in another.
    pub(crate) fn enter(&mut self, from: S, speak: impl Future<Output = ()> + Send + 'static) {
        if self.len() >= self.places {
            self.send_away(0);
        }
        let like = |(known, _): &(S, AbortHandle)| *known == from;
        if self.inside.iter().filter(|caller| like(caller)).count() >= self.places_each
            && let Some(oldest) = self.inside.iter().position(like)
        {
            self.send_away(oldest);
        }
        let caller = self.tasks.spawn(speak);
        self.inside.push_back((from, caller));
    }

    fn send_away(&mut self, index: usize) {
        if let Some((_, caller)) = self.inside.remove(index) {
            caller.abort();
        }
    }
}

/// What one caller can easily have all addresses of: an address, or a network of IPv6 as every household has one.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(network).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use tokio::{sync::mpsc, task::yield_now, time::timeout};

    use super::*;

    /// Says its name when it is sent away.
    struct Caller(u32, mpsc::UnboundedSender<u32>);

    impl Drop for Caller {
        fn drop(&mut self) {
            _ = self.1.send(self.0);
        }
    }

    async fn stay(caller: Caller) {
        let _caller = caller;
        pending::<()>().await;
    }

    async fn next(gone: &mut mpsc::UnboundedReceiver<u32>) -> u32 {
        let gone = timeout(Duration::from_secs(10), gone.recv()).await;
        gone.expect("nobody is sent away").unwrap()
    }

    #[tokio::test]
    async fn the_oldest_makes_room() {
        let (sender, mut gone) = mpsc::unbounded_channel();
        let mut crowd = Crowd::new(3, 3);
        for number in 0..3 {
            crowd.enter(number, stay(Caller(number, sender.clone())));
        }
        assert_eq!(crowd.len(), 3);
        gone.try_recv().unwrap_err();
        crowd.enter(3, stay(Caller(3, sender.clone())));
        assert_eq!(next(&mut gone).await, 0);
        assert_eq!(crowd.len(), 3);
    }

    #[tokio::test]
    async fn who_comes_often_makes_room_for_itself() {
        let (sender, mut gone) = mpsc::unbounded_channel();
        let mut crowd = Crowd::new(10, 2);
        for (number, from) in [(0, "a"), (1, "b"), (2, "b"), (3, "b"), (4, "b")] {
            crowd.enter(from, stay(Caller(number, sender.clone())));
        }
        assert_eq!([next(&mut gone).await, next(&mut gone).await], [1, 2]);
        assert_eq!(crowd.len(), 3);
    }

    #[tokio::test]
    async fn who_has_spoken_needs_no_place() {
        let mut crowd = Crowd::new(1, 1);
        let (sender, mut gone) = mpsc::unbounded_channel();
        crowd.enter((), async {});
        while crowd.len() > 0 {
            yield_now().await;
        }
        crowd.enter((), stay(Caller(1, sender)));
        gone.try_recv().unwrap_err();
        drop(crowd);
        assert_eq!(next(&mut gone).await, 1, "all go when the door is closed");
    }

    #[test]
    fn a_household_has_many_addresses_of_ipv6() {
        let of = |address: &str| household(address.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
