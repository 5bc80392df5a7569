//! The file: pcapng (draft-ietf-opsawg-pcapng).

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::interface_statistics::{
    InterfaceStatisticsBlock, InterfaceStatisticsOption,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};

use super::tap::Way;
use super::wire::Link;

/// A pcapng file that is being written.
pub(super) struct File<W: Write> {
    writer: PcapNgWriter<W>,
    snap_length: u32,
}

/// What stands in the file of a packet's way (the flags of an enhanced packet block).
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;

impl<W: Write> File<W> {
    /// Begins a file.
    pub(super) fn begin(out: W, snap_length: u32) -> io::Result<Self> {
        let application = concat!("e3 ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            options: vec![
                SectionHeaderOption::OS(Cow::Borrowed("Linux")),
                SectionHeaderOption::UserApplication(Cow::Borrowed(application)),
            ],
            ..SectionHeaderBlock::default()
        };
        let writer = PcapNgWriter::with_section_header(out, section).map_err(cause)?;
        Ok(Self {
            writer,
            snap_length,
        })
    }

    /// Describes an interface; they are numbered in this order.
    pub(super) fn interface(&mut self, name: &str, link: Link) -> io::Result<()> {
        let (linktype, description) = match link {
            Link::Ethernet => (DataLink::ETHERNET, "Ethernet"),
            Link::Ip => (DataLink::RAW, "IP"),
        };
        let block = InterfaceDescriptionBlock {
            linktype,
            snaplen: self.snap_length,
            options: vec![
                InterfaceDescriptionOption::IfName(Cow::Borrowed(name)),
                InterfaceDescriptionOption::IfDescription(Cow::Borrowed(description)),
                InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO),
            ],
        };
        self.write(block)
    }

    /// Writes a packet, up to the snap length.
    pub(super) fn packet(
        &mut self,
        interface: u32,
        at: Duration,
        way: Way,
        packet: &[u8],
        joined: bool,
    ) -> io::Result<()> {
        let mut options = Vec::new();
        match way {
            Way::In => options.push(EnhancedPacketOption::Flags(INBOUND)),
            Way::Out => options.push(EnhancedPacketOption::Flags(OUTBOUND)),
            Way::Past => {}
        }
        if joined {
            let comment = Cow::Borrowed(
                "several packets, seen as the one piece that their sender handed over",
            );
            options.push(EnhancedPacketOption::Common(CommonOption::Comment(comment)));
        }
        let kept = usize::try_from(self.snap_length).unwrap_or(usize::MAX);
        let block = EnhancedPacketBlock {
            interface_id: interface,
            timestamp: at,
            original_len: u32::try_from(packet.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(packet.get(..kept).unwrap_or(packet)),
            options,
        };
        self.write(block)
    }

    /// Writes how many packets there were, and how many of them are not in the file.
    pub(super) fn statistics(
        &mut self,
        interface: u32,
        [began, ended]: [Duration; 2],
        written: u64,
        missed: u64,
    ) -> io::Result<()> {
        let block = InterfaceStatisticsBlock {
            interface_id: interface,
            timestamp: ended,
            options: vec![
                InterfaceStatisticsOption::IsbStartTime(began),
                InterfaceStatisticsOption::IsbEndTime(ended),
                InterfaceStatisticsOption::IsbIfRecv(written + missed),
                InterfaceStatisticsOption::IsbIfDrop(missed),
                InterfaceStatisticsOption::IsbUsrDeliv(written),
            ],
        };
        self.write(block)
    }

    /// Lets whoever reads the file meanwhile have what has been written.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.writer.get_mut().flush()
    }

    fn write<'a>(&mut self, block: impl pcap_file::pcapng::PcapNgBlock<'a>) -> io::Result<()> {
        self.writer.write_pcapng_block(block).map_err(cause)?;
        Ok(())
    }
}

/// The system's own error, where it is one. The crate does not name its type.
fn cause(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    let system = error.source().and_then(|source| source.downcast_ref());
    let code = system.and_then(io::Error::raw_os_error);
    let kind = system.map_or(io::ErrorKind::Other, io::Error::kind);
    code.map_or_else(|| io::Error::new(kind, error), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full(io::ErrorKind);

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            match self.0 {
                io::ErrorKind::StorageFull => Err(rustix::io::Errno::NOSPC.into()),
                kind => Err(kind.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_systems_own_error_is_told() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::BrokenPipe] {
            let error = File::begin(Full(kind), 1).err().unwrap();
            assert_eq!(error.kind(), kind);
        }
    }
}
