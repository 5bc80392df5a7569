//! The file: pcapng (draft-ietf-opsawg-pcapng).

use std::io::Read;

use pcap_file::{
    DataLink,
    pcapng::{
        Block, PcapNgReader,
        blocks::{
            interface_description::InterfaceDescriptionOption,
            interface_statistics::InterfaceStatisticsOption,
        },
    },
};
use thiserror::Error;

use super::packet::{Link, Packet};

/// A block may be so long: a packet of 256 KiB, and what is said of it.
const BLOCK: usize = 1 << 20;

/// Within so many bytes is the beginning of what a packet carries, and of what an error quotes.
const HEADERS: usize = 256;

/// Packets that were seen at one or several points.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    /// In the order of the file.
    pub packets: Vec<Packet>,
    /// The points at which they were seen, as they are called in the file.
    pub points: Vec<String>,
    /// How many packets passed and are not in the file.
    pub missed: u64,
}

/// Why a file cannot be read.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// It is no capture, or broken.
    #[error(
        "after {packets} packets: {error}; expected is a pcapng file as `e3 lab capture` writes it"
    )]
    Format {
        /// How many had been read.
        packets: usize,
        /// What is wrong.
        error: String,
    },
}

impl Capture {
    /// Reads a file. What is not IP over Ethernet, or IP, is kept as bytes alone.
    ///
    /// # Errors
    /// It is no such file, or it is broken. One that ends within a block, because it was cut off, is read until there.
    pub fn read(file: impl Read) -> Result<Self, CaptureError> {
        let mut capture = Self::default();
        let mut links = Vec::new();
        let mut reader =
            PcapNgReader::with_capacity(file, BLOCK).map_err(|error| CaptureError::Format {
                packets: 0,
                error: error.to_string(),
            })?;
        while let Some(block) = reader.next_block() {
            let block = block.map_err(|error| CaptureError::Format {
                packets: capture.packets.len(),
                error: error.to_string(),
            })?;
            match block.0 {
                Block::InterfaceDescription(block) => {
                    let name = block.options.iter().find_map(|option| match option {
                        InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
                        _ => None,
                    });
                    let number = capture.points.len();
                    capture
                        .points
                        .push(name.unwrap_or_else(|| format!("interface {number}")));
                    links.push(match block.linktype {
                        DataLink::ETHERNET => Link::Ethernet,
                        DataLink::RAW => Link::Ip,
                        _ => Link::Other,
                    });
                }
                Block::EnhancedPacket(block) => {
                    let point = usize::try_from(block.interface_id).unwrap_or(usize::MAX);
                    let link = links.get(point).copied().unwrap_or(Link::Other);
                    let length = usize::try_from(block.original_len).unwrap_or(usize::MAX);
                    let bytes = block.data.into_owned();
                    let packet = Packet::new(point, block.timestamp, link, length, bytes);
                    capture.packets.push(packet);
                }
                Block::InterfaceStatistics(block) => {
                    let missed = block.options.iter().find_map(|option| match option {
                        InterfaceStatisticsOption::IsbIfDrop(count) => Some(*count),
                        _ => None,
                    });
                    capture.missed += missed.unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(capture)
    }

    /// Takes out the packets that begin, behind their headers, with these bytes, and errors that quote such a packet: what
    /// whoever observes has sent himself.
    #[must_use]
    pub fn take_marked(&mut self, mark: &[u8]) -> Self {
        let is_marked = |packet: &Packet| {
            let beginning = packet.bytes.get(..HEADERS).unwrap_or(&packet.bytes);
            let mut places = beginning.windows(mark.len().max(1));
            places.any(|place| place == mark)
        };
        let all = std::mem::take(&mut self.packets);
        let (marked, others) = all.into_iter().partition(is_marked);
        self.packets = others;
        Self {
            packets: marked,
            points: self.points.clone(),
            missed: 0,
        }
    }
}
