//! Records of TLS (RFC 8446, section 5.1).

use crate::reader::Reader;

/// A record as it was on the wire.
pub(super) struct Record<'a> {
    pub(super) kind: u8,
    /// Its kind, version and length.
    pub(super) header: &'a [u8],
    pub(super) content: &'a [u8],
}

/// Bytes before what is in a record.
const HEADER: usize = 5;

/// Those that stand whole at the beginning of a stream.
pub(super) fn records(stream: &[u8]) -> Vec<Record<'_>> {
    let mut rest = Reader(stream);
    let mut found = Vec::new();
    while let Some(record) = next(&mut rest) {
        found.push(record);
    }
    found
}

fn next<'a>(rest: &mut Reader<'a>) -> Option<Record<'a>> {
    let header = rest.take(HEADER)?;
    let mut fields = Reader(header);
    let kind = fields.take(1)?.first().copied()?;
    // Whatever the version, its first byte is 3.
    let version = fields.take(2)?;
    let content = rest.take(fields.number(2)?)?;
    (version.first() == Some(&3)).then_some(Record {
        kind,
        header,
        content,
    })
}
