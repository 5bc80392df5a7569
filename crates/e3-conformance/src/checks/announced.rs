//! What a firewall has to let through is what was said, and no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::{IpAddr, Ipv4Addr},
};

use anyhow::{Context as _, ensure};
use e3_lab::{CaptureOptions, Point, testing::MemoryFile};
use e3_overlay::{End, Flow, PortChoice, Scene};
use e3_session::{
    message::Request,
    types::{Dial, Options, PartyIndex, Ports, Transport},
};
use pcap_file::pcapng::{Block, PcapNgReader};

use crate::{
    field::{Field, PORT},
    sites::cities,
    subject::overlay,
    traffic,
};

/// Three parties connect, ping and talk; every connection that is opened between their sites is one that the overlay has
/// announced, and every one that it says is needed is opened.
pub(super) async fn connections_are_those_that_were_announced() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    field.admit().await?;
    field.connect().await?;
    for (from, to) in [(0, 1), (0, 2), (1, 2)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(1000, 100).await?;
        let peer = PartyIndex(u16::try_from(to)?);
        field
            .party_mut(from)?
            .request(Request::Ping { peer })
            .await?;
    }
    let places = places(&field);
    field.leave().await?;
    capture.finish()?;
    let opened = opened(&file.take(), &places)?;

    let announced = overlay()?.flows(&Scene {
        parties: 3,
        dial: Dial::LowerToHigher,
        ports: Ports::one(PORT),
        services: field.services().to_vec(),
        options: Options::default(),
    });
    for opening in &opened {
        ensure!(
            announced.iter().any(|flow| opening.is(flow)),
            "{opening} was not announced"
        );
    }
    for flow in announced.iter().filter(|flow| flow.purpose.is_needed()) {
        ensure!(
            opened.iter().any(|opening| opening.is(flow)),
            "announced as needed, and never opened: {flow:?}"
        );
    }
    Ok(())
}

/// Whose address is whose.
fn places(field: &Field) -> BTreeMap<IpAddr, End> {
    let indices = (0..=u16::MAX).map(PartyIndex);
    let parties = indices.zip(&field.parties).flat_map(|(index, party)| {
        let addresses = party.host.addresses().into_iter();
        addresses.map(move |address| (address, End::Party(index)))
    });
    let services = field.services().iter().flat_map(|service| {
        let addresses = service.addresses.iter();
        addresses.map(|address| (*address, End::Service(service.name.clone())))
    });
    parties.chain(services).collect()
}

/// A connection that somebody has opened, or a conversation that somebody has begun.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Opening {
    from: End,
    to: End,
    transport: Transport,
    port: u16,
}

impl Opening {
    fn is(&self, flow: &Flow) -> bool {
        flow.from == self.from
            && flow.to == self.to
            && flow.transport == self.transport
            && match flow.port {
                PortChoice::One(port) => port == self.port,
                PortChoice::Any => true,
            }
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from,
            to,
            transport,
            port,
        } = self;
        write!(f, "{transport:?} from {from:?} to {to:?}, port {port},")
    }
}

/// What was opened, by a file of packets that begin with IP.
fn opened(file: &[u8], places: &BTreeMap<IpAddr, End>) -> anyhow::Result<BTreeSet<Opening>> {
    let mut reader = PcapNgReader::new(file)?;
    let mut opened = BTreeSet::new();
    // Of a conversation over UDP, whoever spoke first has begun it.
    let mut conversations = BTreeSet::new();
    while let Some(block) = reader.next_block() {
        let Block::EnhancedPacket(packet) = block?.0 else {
            continue;
        };
        let Some(segment) = Segment::read(&packet.data) else {
            continue;
        };
        let Segment { from, to, kind } = segment;
        let of = |end: (IpAddr, u16)| {
            let place = places.get(&end.0).cloned();
            place.with_context(|| format!("a packet of {} passes, which is nobody's", end.0))
        };
        let transport = match kind {
            Kind::Syn => Transport::Tcp,
            Kind::Datagram if !conversations.contains(&(to, from)) => {
                conversations.insert((from, to));
                Transport::Udp
            }
            Kind::Datagram => continue,
        };
        opened.insert(Opening {
            from: of(from)?,
            to: of(to)?,
            transport,
            port: to.1,
        });
    }
    Ok(opened)
}

/// The beginning of a packet that may open something.
struct Segment {
    from: (IpAddr, u16),
    to: (IpAddr, u16),
    kind: Kind,
}

enum Kind {
    /// TCP's first: SYN without ACK (RFC 9293, section 3.5).
    Syn,
    /// UDP.
    Datagram,
}

impl Segment {
    /// Of IPv4 (RFC 791), as the sites of this check speak nothing else.
    fn read(packet: &[u8]) -> Option<Self> {
        let header = usize::from(packet.first()? & 0x0f) * 4;
        let address = |at: usize| {
            let bytes: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
            Some(IpAddr::V4(Ipv4Addr::from(bytes)))
        };
        let port = |at: usize| {
            let bytes: [u8; 2] = packet.get(header + at..header + at + 2)?.try_into().ok()?;
            Some(u16::from_be_bytes(bytes))
        };
        let kind = match packet.get(9)? {
            6 if packet.get(header + 13)? & 0x12 == 0x02 => Kind::Syn,
            17 => Kind::Datagram,
            _ => return None,
        };
        Some(Self {
            from: (address(12)?, port(0)?),
            to: (address(16)?, port(2)?),
            kind,
        })
    }
}
