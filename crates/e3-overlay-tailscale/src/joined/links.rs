//! How peers are reached.

use std::{net::IpAddr, time::Duration};

use e3_session::types::{LinkReport, PartyIndex, Path};
use futures::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, timeout};

use super::Member;
use crate::{introduced::NodeKey, local_api::Ping, netmap::Node};

/// How long a peer may take to answer a ping.
pub(super) const PING: Duration = Duration::from_secs(2);

/// Pause before the second attempt while a peer is waited for, and the longest: the first may have been made before the peer had
/// heard of this party, and does not keep others waiting. Each is a quarter longer than the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(150);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long the party with the greater index leaves it to the other to open the tunnel: where both do at once, each may have
/// to wait for five seconds (WireGuard's rekey time-out).
const COURTESY: Duration = Duration::from_secs(2);

/// How long looking for peers may take even where they may not be waited for that long: a path that has just changed is
/// found again by attempts that are seconds apart.
const LEAST: Duration = Duration::from_secs(10);

/// How long a pair that is relayed is given to find a direct path.
const BETTER: Duration = Duration::from_secs(4);

/// Between pings while a peer is waited for.
const AGAIN: Duration = Duration::from_millis(100);

/// A link as it was last measured.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) path: Path,
    pub(super) rtt: Option<Duration>,
}

impl Link {
    fn broken(reason: impl Into<String>) -> Self {
        Self {
            path: Path::Unreachable {
                reason: reason.into(),
            },
            rtt: None,
        }
    }
}

impl Member {
    /// All others, with their keys.
    pub(super) fn peers(&self) -> impl Iterator<Item = (PartyIndex, NodeKey)> {
        let all = (0..=u16::MAX).map(PartyIndex).zip(&self.parties);
        all.filter(|(index, _)| *index != self.me)
            .map(|(index, (_, keys))| (index, keys.node))
    }

    /// Waits until every peer answers, as long as one may take, and a little longer for a direct path.
    pub(super) async fn settle(&self) {
        let deadline = Instant::now() + self.timeout.max(LEAST);
        let peers: Vec<_> = self.peers().collect();
        let settling = peers
            .iter()
            .map(|(index, key)| self.settle_with(*index, *key, deadline));
        let looking = async {
            loop {
                // What is wrong is told by the watch.
                let _ = self.watched.look().await;
                sleep(AGAIN).await;
            }
        };
        let settled = tokio::select! {
            settled = join_all(settling) => settled,
            () = looking => Vec::new(),
        };
        let mut links = self.links.lock().await;
        *links = peers.iter().map(|(index, _)| *index).zip(settled).collect();
        drop(links);
    }

    async fn settle_with(&self, index: PartyIndex, key: NodeKey, deadline: Instant) -> Link {
        let link = self.look_for(key, deadline).await;
        if matches!(link.path, Path::Unreachable { .. }) {
            return link;
        }
        // Its first packets would wait for a handshake, or be lost.
        if self.is_open(key) {
            return link;
        }
        if self.me > index {
            self.let_begin(key).await;
        }
        let deadline = deadline.max(Instant::now() + LEAST);
        while let Some(address) = self.address(key)
            && Instant::now() < deadline
        {
            let opened = self.watched.api().ping(address, Ping::Tunnel, PING);
            // The answer to its handshake is there before that to the ping, which follows.
            let is_open = tokio::select! {
                opened = opened => opened.is_ok(),
                () = self.opened(key) => true,
            };
            if is_open {
                return link;
            }
        }
        Link::broken("its daemon answers, but its tunnel cannot be opened")
    }

    /// Waits until the peer has begun to open the tunnel, if it does.
    async fn let_begin(&self, key: NodeKey) {
        let _in_vain = timeout(COURTESY, self.opened(key)).await;
    }

    /// Resolves when something has come from a peer by the tunnel.
    async fn opened(&self, key: NodeKey) {
        while !self.is_open(key) {
            sleep(AGAIN / 2).await;
        }
    }

    /// Whether anything came from a peer by the tunnel.
    fn is_open(&self, key: NodeKey) -> bool {
        let netmap = self.watched.latest();
        let node = netmap.as_ref().and_then(|netmap| netmap.peers.get(&key));
        node.is_some_and(|node| node.received > 0)
    }

    /// Waits until the peer answers, and a little longer for a direct path.
    async fn look_for(&self, key: NodeKey, deadline: Instant) -> Link {
        let mut relayed_since = None;
        let mut pause = FIRST_PAUSE;
        let mut attempts = FuturesUnordered::new();
        let mut last = Link::broken("it was not tried yet");
        loop {
            attempts.push(self.measure(key, PING));
            let next = sleep(pause);
            tokio::pin!(next);
            loop {
                let link = tokio::select! {
                    Some(link) = attempts.next() => link,
                    () = &mut next => break,
                };
                match link.path {
                    Path::Direct { .. } => return link,
                    Path::Relayed { .. } => {
                        let since = *relayed_since.get_or_insert_with(Instant::now);
                        if since.elapsed() >= BETTER {
                            return link;
                        }
                        last = link;
                    }
                    // An attempt from before it answered may fail after it has.
                    Path::Unreachable { .. } if relayed_since.is_none() => last = link,
                    Path::Unreachable { .. } => {}
                }
            }
            if Instant::now() >= deadline {
                return last;
            }
            if self.address(key).is_some() {
                pause = (pause * 5 / 4).min(LONGEST_PAUSE);
            }
        }
    }

    /// A peer's address, as the coordinator has told it last.
    fn address(&self, key: NodeKey) -> Option<IpAddr> {
        let netmap = self.watched.latest()?;
        netmap.peers.get(&key)?.addresses.first().copied()
    }

    /// Exchanges a packet with a peer.
    pub(super) async fn measure(&self, key: NodeKey, within: Duration) -> Link {
        let Some(address) = self.address(key) else {
            return Link::broken("the coordinator has not told of it: it has not registered yet");
        };
        match self.watched.api().ping(address, Ping::Path, within).await {
            Ok(pong) => Link {
                path: match pong.direct {
                    Some(address) => Path::Direct { address },
                    None => Path::Relayed {
                        by: self.relay.clone(),
                    },
                },
                rtt: Some(pong.rtt),
            },
            Err(_) => Link::broken(format!("no answer in {} ms", within.as_millis())),
        }
    }

    /// What is told of a link.
    pub(super) fn report(
        &self,
        to: PartyIndex,
        link: Option<&Link>,
        node: Option<&Node>,
    ) -> LinkReport {
        let unknown = Link::broken("it was not tried yet");
        let link = link.unwrap_or(&unknown);
        let rtt_ms = link.rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        LinkReport {
            transport: Some("wireguard".to_owned()),
            sent: node.map(|node| node.sent),
            received: node.map(|node| node.received),
            ..LinkReport::new(self.me, to, link.path.clone(), rtt_ms)
        }
    }
}
