//! Frames: what the sequence of a link is made of.

use super::{assembler::Message, reader::Reader};
use crate::{Call, Family, ResetWhy, StreamId, Violation};

/// Bytes that stand before the payload of [`Frame::Data`].
pub(crate) const DATA_HEADER: usize = 7;

/// The most that one [`Frame::Data`] carries.
pub(crate) const MAX_DATA: usize = u16::MAX as usize;

const OPEN: u8 = 1;
const DATA: u8 = 2;
const CREDIT: u8 = 3;
const FINISH: u8 = 4;
const RESET: u8 = 5;
const ACKNOWLEDGE: u8 = 6;
const PING: u8 = 7;
const PONG: u8 = 8;
const BYE: u8 = 9;

/// A frame; of data, what stands before the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A new stream.
    Open(StreamId, Call),
    /// So many bytes of a stream follow.
    Data(StreamId, u16),
    /// So many more bytes of a stream may be sent.
    Credit(StreamId, u32),
    /// No more bytes of a stream follow.
    Finish(StreamId),
    /// A stream has ended in both directions, whatever is on its way.
    Reset(StreamId, ResetWhy),
    /// All before this offset of the other sequence has arrived.
    Acknowledge(u64),
    /// Asks for a pong.
    Ping(u64),
    /// Answers a ping.
    Pong(u64),
    /// The link has ended.
    Bye,
}

impl Frame {
    /// As bytes, at the beginning of `buffer`.
    pub(crate) fn encode(self, buffer: &mut [u8; Self::LONGEST]) -> &[u8] {
        let mut writer = Writer { buffer, len: 0 };
        match self {
            Self::Open(stream, call) => {
                let family = match call.family {
                    Family::V4 => 4,
                    Family::V6 => 6,
                };
                writer.stream(OPEN, stream);
                writer.put(call.port.to_be_bytes());
                writer.put(call.from_port.to_be_bytes());
                writer.put([family]);
                writer.put(call.run.to_be_bytes());
            }
            Self::Data(stream, count) => {
                writer.stream(DATA, stream);
                writer.put(count.to_be_bytes());
            }
            Self::Credit(stream, count) => {
                writer.stream(CREDIT, stream);
                writer.put(count.to_be_bytes());
            }
            Self::Finish(stream) => writer.stream(FINISH, stream),
            Self::Reset(stream, why) => {
                writer.stream(RESET, stream);
                writer.put([why.code()]);
            }
            Self::Acknowledge(offset) => writer.number(ACKNOWLEDGE, offset),
            Self::Ping(token) => writer.number(PING, token),
            Self::Pong(token) => writer.number(PONG, token),
            Self::Bye => writer.put([BYE]),
        }
        let Writer { buffer, len } = writer;
        buffer.get(..len).unwrap_or_default()
    }

    /// Whether the peer should soon know that it has arrived. That nothing but acknowledgements, pings and pongs
    /// arrived needs no acknowledgement, or there would be no end of them.
    pub(crate) fn wants_acknowledgement(self) -> bool {
        !matches!(self, Self::Acknowledge(_) | Self::Ping(_) | Self::Pong(_))
    }
}

impl Message for Frame {
    const LONGEST: usize = 14;

    fn length(first: u8) -> Result<usize, Violation> {
        match first {
            OPEN => Ok(14),
            DATA => Ok(DATA_HEADER),
            CREDIT | ACKNOWLEDGE | PING | PONG => Ok(9),
            FINISH => Ok(5),
            RESET => Ok(6),
            BYE => Ok(1),
            unknown => Err(Violation::UnknownFrame(unknown)),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, Violation> {
        let mut reader = Reader(bytes);
        let cut = || Violation::Cut;
        let kind = reader.u8().ok_or_else(cut)?;
        match kind {
            ACKNOWLEDGE => return reader.u64().map(Self::Acknowledge).ok_or_else(cut),
            PING => return reader.u64().map(Self::Ping).ok_or_else(cut),
            PONG => return reader.u64().map(Self::Pong).ok_or_else(cut),
            BYE => return Ok(Self::Bye),
            _ => {}
        }
        let stream = StreamId(reader.u32().ok_or_else(cut)?);
        match kind {
            OPEN => {
                let port = reader.u16().ok_or_else(cut)?;
                let from_port = reader.u16().ok_or_else(cut)?;
                let family = match reader.u8().ok_or_else(cut)? {
                    4 => Family::V4,
                    6 => Family::V6,
                    unknown => return Err(Violation::UnknownFamily(unknown)),
                };
                let run = reader.u32().ok_or_else(cut)?;
                let call = Call {
                    port,
                    from_port,
                    family,
                    run,
                };
                Ok(Self::Open(stream, call))
            }
            DATA => match reader.u16().ok_or_else(cut)? {
                0 => Err(Violation::Nothing(stream)),
                count => Ok(Self::Data(stream, count)),
            },
            CREDIT => match reader.u32().ok_or_else(cut)? {
                0 => Err(Violation::Nothing(stream)),
                count => Ok(Self::Credit(stream, count)),
            },
            FINISH => Ok(Self::Finish(stream)),
            RESET => {
                let code = reader.u8().ok_or_else(cut)?;
                let why = ResetWhy::from_code(code).ok_or(Violation::UnknownReset(code))?;
                Ok(Self::Reset(stream, why))
            }
            unknown => Err(Violation::UnknownFrame(unknown)),
        }
    }
}

/// Bytes that are put one after another; there is room for the longest frame.
struct Writer<'a> {
    buffer: &'a mut [u8; Frame::LONGEST],
    len: usize,
}

impl Writer<'_> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(room) = self.buffer.get_mut(self.len..self.len + N) {
            room.copy_from_slice(&bytes);
            self.len += N;
        }
    }

    fn stream(&mut self, kind: u8, stream: StreamId) {
        self.put([kind]);
        self.put(stream.0.to_be_bytes());
    }

    fn number(&mut self, kind: u8, number: u64) {
        self.put([kind]);
        self.put(number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::Assembler;

    fn frames() -> impl Strategy<Value = Frame> {
        let stream = any::<u32>().prop_map(StreamId);
        let call = (any::<u16>(), any::<u16>(), any::<bool>(), any::<u32>()).prop_map(
            |(port, from_port, six, run)| Call {
                port,
                from_port,
                family: if six { Family::V6 } else { Family::V4 },
                run,
            },
        );
        let why = (0..ResetWhy::ALL.len()).prop_map(|index| ResetWhy::ALL[index]);
        prop_oneof![
            (stream.clone(), call).prop_map(|(stream, call)| Frame::Open(stream, call)),
            (stream.clone(), 1..u16::MAX).prop_map(|(stream, count)| Frame::Data(stream, count)),
            (stream.clone(), 1..u32::MAX).prop_map(|(stream, count)| Frame::Credit(stream, count)),
            stream.clone().prop_map(Frame::Finish),
            (stream, why).prop_map(|(stream, why)| Frame::Reset(stream, why)),
            any::<u64>().prop_map(Frame::Acknowledge),
            any::<u64>().prop_map(Frame::Ping),
            any::<u64>().prop_map(Frame::Pong),
            Just(Frame::Bye),
        ]
    }

    proptest! {
        #[test]
        fn come_out_as_they_went_in_however_they_are_cut(
            frames in proptest::collection::vec(frames(), 1..20),
            piece in 1..20_usize,
        ) {
            let mut bytes = Vec::new();
            for frame in &frames {
                bytes.extend_from_slice(frame.encode(&mut [0; Frame::LONGEST]));
            }
            let (mut assembler, mut read) = (Assembler::default(), Vec::new());
            for mut piece in bytes.chunks(piece) {
                while let Some(frame) = assembler.next::<Frame>(&mut piece).unwrap() {
                    read.push(frame);
                }
            }
            prop_assert_eq!(read, frames);
        }
    }

    #[test]
    fn data_begin_as_the_specification_says() {
        let mut buffer = [0; Frame::LONGEST];
        let header = Frame::Data(StreamId(0x0102_0304), 0x0506).encode(&mut buffer);
        assert_eq!(header, [2, 1, 2, 3, 4, 5, 6]);
        assert_eq!(header.len(), DATA_HEADER);
    }
}
