//! QUIC (RFC 9000), whose handshake is that of TLS 1.3 (RFC 9001).

mod frames;
mod packet;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::{
    frames::Crypto,
    packet::{Guard, Kind, Packet, packets},
};
use crate::{
    Conversation, Datagram, Keys, Protocol,
    tls::{FINISHED, Hellos, Schedule, Secret, messages},
};

/// Those whose handshake was recorded.
pub(crate) fn conversations(datagrams: &[Datagram], keys: &Keys) -> Vec<Conversation> {
    let all: Vec<_> = datagrams
        .iter()
        .flat_map(|datagram| packets(&datagram.bytes).into_iter())
        .collect();
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for datagram in datagrams {
        for packet in packets(&datagram.bytes) {
            let Some(connection) = Connection::begun_by(&packet, &mut known, &all) else {
                continue;
            };
            let mut conversation = Conversation::new(Protocol::Quic, datagram.from, datagram.to);
            conversation.handshake.push(HELLOS);
            connection.try_all(keys, &all, &mut conversation);
            found.push(conversation);
        }
    }
    found
}

/// What the first packets tell everybody.
const HELLOS: &str = "both hellos, without any key";

/// A connection of which the first packets are opened.
struct Connection {
    hellos: Hellos,
    /// The IDs that both sides have chosen, by which they are sent to.
    client: Vec<u8>,
    server: Vec<u8>,
}

/// What both sides have said in their handshakes, each on its own.
#[derive(Default)]
struct Said {
    client: Crypto,
    server: Crypto,
}

impl Connection {
    /// The connection that this packet begins, if it begins one that was not known.
    fn begun_by(
        packet: &Packet<'_>,
        known: &mut BTreeSet<Vec<u8>>,
        all: &[Packet<'_>],
    ) -> Option<Self> {
        if packet.kind != Kind::Initial || known.contains(packet.to) {
            return None;
        }
        let initial = Secret::initial(packet.to)?;
        let mut client = Guard::new(&initial.client)?;
        let mut server = Guard::new(&initial.server)?;
        client.open(packet, 0)?;
        known.insert(packet.to.to_vec());
        let mut said = Said::default();
        let mut chosen = Vec::new();
        let initials = all.iter().filter(|packet| packet.kind == Kind::Initial);
        for packet in initials {
            if let Some(frames) = client.open(packet, 0) {
                said.client.take(&frames);
                // Once the server has answered, its own ID stands there.
                known.insert(packet.to.to_vec());
            } else if let Some(frames) = server.open(packet, 0) {
                said.server.take(&frames);
                chosen = packet.from.to_vec();
            }
        }
        Some(Self {
            hellos: Hellos::read(&said.client.bytes(), &said.server.bytes())?,
            client: packet.from.to_vec(),
            server: chosen,
        })
    }

    fn try_all(&self, keys: &Keys, all: &[Packet<'_>], conversation: &mut Conversation) {
        conversation.barred = self.hellos.barred();
        if conversation.barred.is_some() {
            return;
        }
        for schedule in self.hellos.schedules(keys) {
            conversation.tried += 1;
            if let Some(opened) = self.open(&schedule, all) {
                conversation.handshake.push("all of the handshake");
                conversation.opened = opened;
                return;
            }
        }
    }

    /// What both said, where this is what they have derived.
    fn open(&self, schedule: &Schedule, all: &[Packet<'_>]) -> Option<Vec<u8>> {
        let pair = schedule.handshake(&self.hellos.messages)?;
        let mut server = Guard::new(&pair.server)?;
        let mut answered = Crypto::default();
        let own = |packet: &&Packet<'_>| packet.kind == Kind::Handshake && packet.to == self.client;
        for packet in all.iter().filter(own) {
            if let Some(frames) = server.open(packet, 0) {
                answered.take(&frames);
            }
        }
        let flight = answered.bytes();
        let last = |message: &&[u8]| message.first() == Some(&FINISHED);
        messages(&flight).find(last)?;
        let pair = schedule.application(&[&self.hellos.messages[..], &flight].concat())?;
        let mut opened = Vec::new();
        for (secret, id) in [(&pair.server, &self.client), (&pair.client, &self.server)] {
            let mut guard = Guard::new(secret)?;
            for packet in all.iter().filter(|packet| packet.kind == Kind::Short) {
                opened.extend(opened_by(&mut guard, packet, id.len()).unwrap_or_default());
            }
        }
        Some(opened)
    }
}

/// With the keys as they are, or with those that follow.
fn opened_by(guard: &mut Guard, packet: &Packet<'_>, id: usize) -> Option<Vec<u8>> {
    if let Some(opened) = guard.open(packet, id) {
        return Some(opened);
    }
    guard.open_following(packet, id)
}
