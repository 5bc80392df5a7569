//! Captures that tests make.

use std::{borrow::Cow, net::IpAddr, time::Duration};

use etherparse::{
    IpFragOffset, Ipv4Header, PacketBuilder, PacketBuilderStep, UdpHeader, ip_number,
};
use pcap_file::{
    DataLink,
    pcapng::{
        PcapNgWriter,
        blocks::{
            enhanced_packet::EnhancedPacketBlock, interface_description::InterfaceDescriptionBlock,
        },
    },
};

use crate::capture::{Capture, End};

/// Packets of Ethernet, in the order in which they are seen, a millisecond apart.
#[derive(Default)]
pub(crate) struct Made(Vec<Vec<u8>>);

pub(crate) fn end(address: &str, port: u16) -> End {
    let address = address.parse().unwrap();
    End { address, port }
}

fn four(end: End) -> [u8; 4] {
    match end.address {
        IpAddr::V4(four) => four.octets(),
        IpAddr::V6(_) => panic!("tests make IPv4"),
    }
}

impl Made {
    pub(crate) fn syn(&mut self, from: End, to: End, sequence: u32) {
        let tcp = Self::ip(from, to).tcp(from.port, to.port, sequence, 1000);
        let mut bytes = Vec::new();
        tcp.syn().write(&mut bytes, &[]).unwrap();
        self.0.push(bytes);
    }

    pub(crate) fn tcp(&mut self, from: End, to: End, sequence: u32, payload: &[u8]) {
        let tcp = Self::ip(from, to).tcp(from.port, to.port, sequence, 1000);
        let mut bytes = Vec::new();
        tcp.ack(1).write(&mut bytes, payload).unwrap();
        self.0.push(bytes);
    }

    pub(crate) fn udp(&mut self, from: End, to: End, payload: &[u8]) {
        let udp = Self::ip(from, to).udp(from.port, to.port);
        let mut bytes = Vec::new();
        udp.write(&mut bytes, payload).unwrap();
        self.0.push(bytes);
    }

    /// A datagram in two parts, the last first; the first has so many bytes behind IP's header.
    pub(crate) fn fragments(&mut self, from: End, to: End, payload: &[u8], first: usize) {
        let udp = UdpHeader::without_ipv4_checksum(from.port, to.port, payload.len()).unwrap();
        let whole = [&udp.to_bytes()[..], payload].concat();
        let (one, two) = whole.split_at(first);
        let parts = [(first, two, false), (0, one, true)];
        for (at, part, more) in parts {
            let length = part.len().try_into().unwrap();
            let mut header =
                Ipv4Header::new(length, 64, ip_number::UDP, four(from), four(to)).unwrap();
            header.identification = 7;
            header.more_fragments = more;
            let offset = u16::try_from(at / 8).unwrap();
            header.fragment_offset = IpFragOffset::try_new(offset).unwrap();
            header.header_checksum = header.calc_header_checksum();
            self.ethernet([8, 0], &[&header.to_bytes()[..], part].concat());
        }
    }

    /// A frame of this type.
    pub(crate) fn ethernet(&mut self, kind: [u8; 2], payload: &[u8]) {
        self.raw(&[&[0; 12][..], &kind, payload].concat());
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.push(bytes.to_vec());
    }

    /// As it is read from a file.
    pub(crate) fn read(&self) -> Capture {
        let mut writer = PcapNgWriter::new(Vec::new()).unwrap();
        writer
            .write_pcapng_block(InterfaceDescriptionBlock {
                linktype: DataLink::ETHERNET,
                snaplen: 1 << 18,
                options: Vec::new(),
            })
            .unwrap();
        for (number, packet) in (0..).zip(&self.0) {
            let block = EnhancedPacketBlock {
                interface_id: 0,
                timestamp: Duration::from_millis(number),
                original_len: packet.len().try_into().unwrap(),
                data: Cow::Borrowed(packet),
                options: Vec::new(),
            };
            writer.write_pcapng_block(block).unwrap();
        }
        Capture::read(&writer.into_inner()[..]).unwrap()
    }

    fn ip(from: End, to: End) -> PacketBuilderStep<etherparse::IpHeaders> {
        PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(four(from), four(to), 64)
    }
}
