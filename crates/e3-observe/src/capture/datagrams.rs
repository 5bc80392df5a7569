//! What each direction between two sockets of UDP has carried: its datagrams one behind the other, so that what was cut
//! between two of them is whole.

use std::collections::BTreeMap;

use etherparse::{SlicedPacket, UdpSlice, defrag::IpDefragPool, ip_number};

use super::{
    file::Capture,
    packet::{End, Transport},
    text::{Place, Text},
};

/// So many packets may wait for their other parts, each with up to 64 KiB.
const WAITING: usize = 1024;

/// One datagram.
pub(super) struct Datagram {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) packet: usize,
    pub(super) bytes: Vec<u8>,
}

/// All datagrams of a capture, those that were cut put together.
pub(super) fn datagrams(capture: &Capture) -> Vec<Datagram> {
    let mut parts = Parts::default();
    let mut all = Vec::new();
    for (number, packet) in capture.packets.iter().enumerate() {
        let Some(headers) = &packet.headers else {
            continue;
        };
        match headers.transport {
            Transport::Udp => all.push(Datagram {
                from: headers.from,
                to: headers.to,
                packet: number,
                bytes: packet.payload().to_vec(),
            }),
            Transport::Fragment => {
                let ip = packet.bytes.get(headers.ip..).unwrap_or_default();
                let whole = parts.add(packet.point, ip);
                all.extend(whole.map(|(from, to, bytes)| Datagram {
                    from: End {
                        port: from,
                        ..headers.from
                    },
                    to: End {
                        port: to,
                        ..headers.to
                    },
                    packet: number,
                    bytes,
                }));
            }
            Transport::Tcp { .. } | Transport::Other => {}
        }
    }
    all
}

/// As texts to be searched.
pub(super) fn texts(datagrams: &[Datagram]) -> Vec<Text> {
    let mut flows: BTreeMap<(End, End), Text> = BTreeMap::new();
    for one in datagrams {
        let (from, to) = (one.from, one.to);
        let text = flows.entry((from, to)).or_insert_with(|| Text {
            place: Place::Datagrams { from, to },
            bytes: Vec::new(),
            packets: Vec::new(),
        });
        text.packets.push((text.bytes.len(), one.packet));
        text.bytes.extend_from_slice(&one.bytes);
    }
    flows.into_values().collect()
}

/// Parts of packets that wait for the others.
#[derive(Default)]
struct Parts {
    pool: IpDefragPool<(), usize>,
    waiting: usize,
}

impl Parts {
    /// The ports and the payload of UDP, if this was the last part of it.
    fn add(&mut self, point: usize, ip: &[u8]) -> Option<(u16, u16, Vec<u8>)> {
        if self.waiting >= WAITING {
            *self = Self::default();
        }
        let sliced = SlicedPacket::from_ip(ip).ok()?;
        self.waiting += 1;
        let whole = self.pool.process_sliced_packet(&sliced, (), point).ok()??;
        self.waiting = self.waiting.saturating_sub(1);
        if whole.ip_number != ip_number::UDP {
            return None;
        }
        let udp = UdpSlice::from_slice_lax(&whole.payload).ok()?;
        let bytes = udp.payload().to_vec();
        Some((udp.source_port(), udp.destination_port(), bytes))
    }
}
