//! What a message says.

use std::net::SocketAddr;

use crate::clock::Times;

/// One thing that a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// Where the question came from, in clear (RFC 8489, section 14.1); some servers of old tell it so only.
    MappedAddress(SocketAddr),
    /// Where the question came from, masked so that no NAT rewrites it (RFC 8489, section 14.2).
    XorMappedAddress(SocketAddr),
    /// From elsewhere, please (RFC 5780, section 7.2).
    ChangeRequest(Change),
    /// To this port of mine, please (RFC 5780, section 7.5).
    ResponsePort(u16),
    /// Where the answer comes from (RFC 5780, section 7.3).
    ResponseOrigin(SocketAddr),
    /// Where else the server answers (RFC 5780, section 7.4).
    OtherAddress(SocketAddr),
    /// Why there is no answer: its number, 300 to 699 (RFC 8489, section 14.8).
    ErrorCode(u16),
    /// What of the question was not understood (RFC 8489, section 14.13).
    UnknownAttributes(Vec<u16>),
    /// Four timestamps but the last; E³'s own.
    Times(Times),
    /// Something that must be understood, and is not.
    Unknown(u16),
}

/// From where else a server is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// From its other address.
    pub address: bool,
    /// From its other port.
    pub port: bool,
}

/// The numbers of attributes (RFC 8489, section 18.3; RFC 5780, section 9.1).
pub(super) mod kind {
    pub(crate) const MAPPED_ADDRESS: u16 = 0x0001;
    pub(crate) const CHANGE_REQUEST: u16 = 0x0003;
    pub(crate) const ERROR_CODE: u16 = 0x0009;
    pub(crate) const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
    pub(crate) const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    pub(crate) const RESPONSE_PORT: u16 = 0x0027;
    pub(crate) const FINGERPRINT: u16 = 0x8028;
    pub(crate) const RESPONSE_ORIGIN: u16 = 0x802B;
    pub(crate) const OTHER_ADDRESS: u16 = 0x802C;
    /// Not registered; from the part of the range that may be ignored.
    pub(crate) const TIMES: u16 = 0xE3C0;

    /// Those by which somebody proves who it is, and the padding: understood, and of no use to a reflector.
    pub(crate) const NOT_NEEDED: [u16; 7] =
        [0x0006, 0x0008, 0x0014, 0x0015, 0x001C, 0x001E, 0x0026];

    /// Whether what is not known may be ignored.
    pub(crate) const fn may_be_ignored(kind: u16) -> bool {
        kind >= 0x8000
    }
}
