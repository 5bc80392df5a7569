//! What captures are written into and read back from.

use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use e3_lab::{Capture, CaptureOptions, Family, Lab, Nat};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::interface_statistics::InterfaceStatisticsOption;
use pcap_file::pcapng::{Block, PcapNgReader};

use crate::common::{lab_in, site, two_regions};

/// A site in the open and a home, 10 ms from one another.
pub(crate) fn cloud_and_home() -> Lab {
    let sites = vec![
        site("cloud", "here", Nat::None, &["anna", "arno"]).family(Family::Dual),
        site("home", "there", Nat::port_restricted(), &["bert"]).family(Family::Dual),
    ];
    let way = Duration::from_millis(10);
    lab_in(two_regions(way, way), sites)
}

pub(crate) fn capture(lab: &Lab, points: &[&str], out: impl Write + Send + 'static) -> Capture {
    let points: Vec<_> = points.iter().map(|text| lab.point(text).unwrap()).collect();
    let capture = lab.capture(&points, CaptureOptions::default(), out);
    capture.unwrap_or_else(|error| panic!("{error}"))
}

/// A packet as it is read back.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) at: Duration,
    /// 1 for in, 2 for out.
    pub(crate) flags: Option<u32>,
    pub(crate) length: u32,
    pub(crate) data: Vec<u8>,
}

/// One interface of a file.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) ethernet: bool,
    pub(crate) packets: Vec<Found>,
    /// Received, and of these missed.
    pub(crate) statistics: Option<(u64, u64)>,
}

/// Reads a file back.
pub(crate) fn read(bytes: &[u8]) -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut reader = PcapNgReader::new(bytes).unwrap();
    while let Some(block) = reader.next_block() {
        match block.unwrap().0 {
            Block::InterfaceDescription(block) => {
                assert_eq!(block.ts_resolution(), InterfaceTsResolution::NANO);
                let name = block.options.iter().find_map(|option| match option {
                    InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
                    _ => None,
                });
                interfaces.push(Interface {
                    name: name.unwrap(),
                    ethernet: block.linktype == pcap_file::DataLink::ETHERNET,
                    ..Interface::default()
                });
            }
            Block::EnhancedPacket(block) => {
                let flags = block.options.iter().find_map(|option| match option {
                    EnhancedPacketOption::Flags(flags) => Some(*flags),
                    _ => None,
                });
                interfaces[block.interface_id as usize].packets.push(Found {
                    at: block.timestamp,
                    flags,
                    length: block.original_len,
                    data: block.data.to_vec(),
                });
            }
            Block::InterfaceStatistics(block) => {
                let mut counts = (0, 0);
                for option in &block.options {
                    match option {
                        InterfaceStatisticsOption::IsbIfRecv(count) => counts.0 = *count,
                        InterfaceStatisticsOption::IsbIfDrop(count) => counts.1 = *count,
                        _ => {}
                    }
                }
                interfaces[block.interface_id as usize].statistics = Some(counts);
            }
            _ => {}
        }
    }
    interfaces
}

impl Interface {
    /// The IP packets.
    pub(crate) fn ip(&self) -> impl Iterator<Item = (&Found, &[u8])> {
        let skip = if self.ethernet { 14 } else { 0 };
        self.packets
            .iter()
            .map(move |found| (found, &found.data[skip..]))
    }

    /// Those that hold this text.
    pub(crate) fn with(&self, text: &str) -> Vec<(&Found, &[u8])> {
        self.ip()
            .filter(|(_, ip)| ip.windows(text.len()).any(|part| part == text.as_bytes()))
            .collect()
    }
}

pub(crate) fn source(ip: &[u8]) -> Ipv4Addr {
    Ipv4Addr::from(<[u8; 4]>::try_from(&ip[12..16]).unwrap())
}

/// An IP packet, opened.
pub(crate) struct Opened<'a> {
    /// How long it says that it is.
    pub(crate) length: usize,
    pub(crate) protocol: u8,
    /// What IP carries.
    pub(crate) data: &'a [u8],
    addresses: &'a [u8],
    /// The header of IPv4, which has a sum.
    summed: &'a [u8],
}

/// Opens an IP packet.
pub(crate) fn open(ip: &[u8]) -> Opened<'_> {
    let short = |at: usize| usize::from(u16::from_be_bytes([ip[at], ip[at + 1]]));
    if ip[0] >> 4 == 6 {
        return Opened {
            length: 40 + short(4),
            protocol: ip[6],
            data: &ip[40..40 + short(4)],
            addresses: &ip[8..40],
            summed: &[],
        };
    }
    let header = usize::from(ip[0] & 0xf) * 4;
    Opened {
        length: short(2),
        protocol: ip[9],
        data: &ip[header..short(2)],
        addresses: &ip[12..20],
        summed: &ip[..header],
    }
}

/// Whether the sums of an IP packet, and of the TCP or UDP in it, are right (RFC 1071).
pub(crate) fn sums_are_right(ip: &[u8]) -> bool {
    let sum = |start: u64, bytes: &[u8]| {
        let words = bytes
            .chunks(2)
            .map(|pair| u64::from(pair[0]) << 8 | u64::from(*pair.get(1).unwrap_or(&0)));
        start + words.sum::<u64>()
    };
    let is_whole = |mut sum: u64| {
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum == 0xffff
    };
    let ip = open(ip);
    let pseudo = u64::from(ip.protocol) + ip.data.len() as u64;
    let header_is_right = ip.summed.is_empty() || is_whole(sum(0, ip.summed));
    header_is_right && is_whole(sum(sum(pseudo, ip.addresses), ip.data))
}
