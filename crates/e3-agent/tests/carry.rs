//! Sealed messages between overlays, carried by a controller that cannot read them.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::sync::Arc;

use async_trait::async_trait;
use common::*;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Properties,
    Registry, Scene, ServiceKind,
};
use e3_session::{
    controller::Heard,
    message::{RefusalCode, Reply, Request},
    types::{Contact, Dial, DialTable, LinkReport, Options, PartyIndex, Path, Ports, Roster},
};
use serde_bytes::ByteBuf;

/// An overlay that only writes letters: each party tells its peers a word, and reports the words that it was told.
#[derive(Debug)]
struct Letters;

const WORD: &str = "rendezvous at the old bridge";

#[async_trait]
impl Overlay for Letters {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn summary(&self) -> &'static str {
        "writes letters"
    }

    fn properties(&self) -> Properties {
        Registry::builtin().make("direct").unwrap().properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        Addressing::Host
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[]
    }

    fn mode(&self, _: &Options) -> String {
        "plain".to_owned()
    }

    fn flows(&self, _: &Scene) -> Vec<Flow> {
        Vec::new()
    }

    async fn introduce(&self, _: &Introducing) -> Result<ByteBuf, OverlayError> {
        Ok(ByteBuf::from(b"a public key".to_vec()))
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let Joining {
            roster,
            me,
            mut mailbox,
            ..
        } = joining;
        let peers = (0..u16::try_from(roster.parties.len()).unwrap())
            .map(PartyIndex)
            .filter(|peer| *peer != me);
        for peer in peers.clone() {
            mailbox.send(peer, WORD.into()).await.unwrap();
        }
        let mut links = Vec::new();
        for _ in peers {
            let (from, word) = mailbox.receive().await.unwrap();
            let address = String::from_utf8(word).unwrap();
            links.push(LinkReport::new(me, from, Path::Direct { address }, None));
        }
        Ok(Box::new(Read { me, links }))
    }
}

struct Read {
    me: PartyIndex,
    links: Vec<LinkReport>,
}

#[async_trait]
impl Joined for Read {
    fn dial_table(&self) -> DialTable {
        DialTable {
            me: self.me,
            parties: Vec::new(),
        }
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.links.clone()
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        Err(OverlayError::NoSuchParty { index: peer.0 })
    }

    async fn change(&mut self, _: &Roster, _: &[Contact]) -> Result<(), OverlayError> {
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        Ok(())
    }
}

/// Two admitted parties that have been asked to connect.
async fn writing() -> ([Party; 2], [u32; 2]) {
    let mut registry = Registry::builtin();
    registry.add(|| Arc::new(Letters));
    let mut parties = [
        Party::start("p0", registry.clone()),
        Party::start("p1", registry),
    ];
    let roster = admit(&mut parties, "letters").await;
    let public = &roster.parties[1].introduction.overlays["letters"];
    assert_eq!(public.as_slice(), b"a public key");
    let connect = Request::Connect {
        contacts: Vec::new(),
        dial: Dial::Mesh,
        ports: Ports::one(PORT),
        timeout_ms: 5000,
    };
    let [first, second] = &mut parties;
    let asked = [first.ask(connect.clone()).await, second.ask(connect).await];
    (parties, asked)
}

/// The sealed message that a party gives to be carried.
async fn letter(party: &mut Party) -> (PartyIndex, ByteBuf) {
    match party.hear().await {
        Heard::Carry { to, sealed } => (to, sealed),
        heard => panic!("{heard:?}"),
    }
}

#[tokio::test]
async fn letters_arrive_and_cannot_be_read_on_the_way() {
    let (mut parties, asked) = writing().await;
    for from in [0, 1] {
        let (to, sealed) = letter(&mut parties[from]).await;
        assert_eq!(usize::from(to.0), 1 - from);
        assert!(
            !sealed
                .windows(WORD.len())
                .any(|window| window == WORD.as_bytes())
        );
        let from = PartyIndex(u16::try_from(from).unwrap());
        let deliver = Request::Deliver { from, sealed };
        assert_eq!(
            parties[usize::from(to.0)].request(deliver).await,
            Reply::Stored
        );
    }
    for (party, id) in parties.iter_mut().zip(asked) {
        let Reply::Connected { links, .. } = party.finish(id).await else {
            panic!()
        };
        assert!(matches!(&links[0].path, Path::Direct { address } if address == WORD));
    }
    for party in parties {
        party.leave().await;
    }
}

#[tokio::test]
async fn a_letter_that_was_changed_or_sent_again_is_refused() {
    let (mut parties, _) = writing().await;
    let (_, sealed) = letter(&mut parties[0]).await;
    let from = PartyIndex(0);
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    for (sealed, refused) in [(changed, true), (sealed.clone(), false), (sealed, true)] {
        let reply = parties[1].request(Request::Deliver { from, sealed }).await;
        match reply {
            Reply::Refused(refusal) => assert!(refused && refusal.code == RefusalCode::Mismatch),
            reply => assert!(!refused && reply == Reply::Stored),
        }
    }
    // Party 0 still waits for its letter: leaving breaks that off.
    for party in parties {
        party.leave().await;
    }
}
