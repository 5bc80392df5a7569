//! What both targets do.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use e3_observe::{
    capture::Capture,
    identifier::{Identifier, Kind},
    search::{Search, Seen},
    traffic::{Bins, Flows},
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

/// For a name; to make it takes longer than to go through what is fuzzed.
static SEARCH: LazyLock<Search> = LazyLock::new(|| {
    let name = Identifier::text(Kind::Name, 0, "a name".to_owned(), "quokka");
    Search::new(vec![name]).expect("one is not too many")
});

/// Does with a capture all that is done with those of an observer.
///
/// # Panics
/// Something in it is of a packet that there is not, or there is more in it than was captured.
pub fn look(capture: &Capture) {
    let captured: usize = capture
        .packets
        .iter()
        .map(|packet| packet.bytes.len())
        .sum();
    for text in capture.texts() {
        // Cut off and put together: nothing is there that nobody sent.
        assert!(text.bytes.len() <= captured, "{} is too long", text.place);
        for at in [0, text.bytes.len() / 2, text.bytes.len() - 1] {
            let packet = text.packet(at);
            assert!(
                (1..=capture.packets.len()).contains(&packet),
                "{}",
                text.place
            );
        }
    }
    let mut seen = Seen::new(&SEARCH);
    seen.capture("fuzzed", capture);
    let _ = seen.found();
    let bins = Bins::between(Duration::ZERO, Duration::from_secs(12));
    let flows = Flows::of(capture, &bins);
    let counted: u64 = flows.iter().map(|(_, _, volume)| volume.packets).sum();
    assert!(usize::try_from(counted).is_ok_and(|all| all <= capture.packets.len()));
}

/// A capture of packets, each behind its length in two bytes (the first bit says whether it begins with IP).
///
/// # Panics
/// A file cannot be written into memory.
#[must_use]
pub fn file(mut bytes: &[u8]) -> Vec<u8> {
    let mut writer = PcapNgWriter::new(Vec::new()).expect("memory takes it");
    for linktype in [DataLink::ETHERNET, DataLink::RAW] {
        let described = InterfaceDescriptionBlock {
            linktype,
            snaplen: 1 << 18,
            options: Vec::new(),
        };
        writer
            .write_pcapng_block(described)
            .expect("memory takes it");
    }
    let mut number = 0;
    while let Some((head, rest)) = bytes.split_first_chunk() {
        let head = u16::from_be_bytes(*head);
        let length = usize::from(head & 0x7fff).min(rest.len());
        let (packet, rest) = rest.split_at(length);
        let block = EnhancedPacketBlock {
            interface_id: u32::from(head >> 15),
            timestamp: Duration::from_millis(number),
            original_len: u32::try_from(packet.len()).unwrap_or_default(),
            data: Cow::Borrowed(packet),
            options: Vec::new(),
        };
        writer.write_pcapng_block(block).expect("memory takes it");
        number += 1;
        bytes = rest;
    }
    writer.into_inner()
}
