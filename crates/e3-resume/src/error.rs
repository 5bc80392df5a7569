//! What goes wrong.

use std::time::Duration;

use crate::StreamId;

/// How a peer does not keep to the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A message is shorter than its kind says.
    #[error("a message is cut off")]
    Cut,
    /// Something that is no message of the beginning.
    #[error("expected the beginning of a link, got byte {0:#04x}")]
    UnknownGreeting(u8),
    /// A message of the beginning that does not belong there.
    #[error("a message of the beginning came at the wrong time")]
    Untimely,
    /// Neither a leader nor a follower.
    #[error("{0:#04x} is no role: expected 0 (leader) or 1 (follower)")]
    UnknownRole(u8),
    /// An incarnation of zeros.
    #[error("the peer's incarnation is nothing but zeros")]
    NoIncarnation,
    /// A reason for a refusal that this version does not know.
    #[error("{0:#04x} is no reason to refuse a carrier")]
    UnknownRefusal(u8),
    /// A frame that this version does not know.
    #[error("{0:#04x} is no kind of frame")]
    UnknownFrame(u8),
    /// A version of IP that this version does not know.
    #[error("{0} is no version of IP: expected 4 or 6")]
    UnknownFamily(u8),
    /// A reason for a reset that this version does not know.
    #[error("{0:#04x} is no reason to reset a stream")]
    UnknownReset(u8),
    /// No bytes of data, or of credit.
    #[error("data or credit of no bytes on stream {0}")]
    Nothing(StreamId),
    /// A stream that was never opened.
    #[error("stream {0} was never opened")]
    UnknownStream(StreamId),
    /// A stream that is opened out of turn.
    #[error("stream {got} was opened: expected {expected}")]
    OutOfTurn {
        /// The stream.
        got: StreamId,
        /// Whose turn it was.
        expected: StreamId,
    },
    /// More data than there was credit for.
    #[error("stream {0} got more bytes than there was credit for")]
    OverCredit(StreamId),
    /// More credit than anybody can use.
    #[error("stream {0} got more credit than can be counted")]
    OverCounted(StreamId),
    /// Data behind the end of a stream.
    #[error("stream {0} goes on behind its end")]
    BehindEnd(StreamId),
    /// An offset that was never sent, or that was acknowledged long ago.
    #[error("offset {0} is not among those that were sent")]
    Offset(u64),
    /// Whatever is sent, the peer acknowledges nothing.
    #[error("more than {0} bytes wait for their acknowledgement")]
    NeverAcknowledges(usize),
}

/// Why a link has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Over {
    /// The peer is another incarnation than the one that this link was made with.
    #[error(
        "the other agent was restarted, or gave the link up, and has forgotten its connections"
    )]
    PeerForgot,
    /// There was no carrier for too long.
    #[error("nothing came through for {0:?}, longer than an outage may last")]
    Outage(Duration),
    /// The peer has left.
    #[error("the other agent has left")]
    PeerLeft,
    /// This end has left.
    #[error("this agent has left")]
    Left,
    /// The peer does not keep to the protocol.
    #[error("the other agent does not keep to the protocol: {0}")]
    Violation(#[from] Violation),
}

/// Why a carrier is not used, or no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The link goes on over another.
    #[error("the link goes on over another carrier")]
    Superseded,
    /// The link has a carrier that is as good.
    #[error("the link has a carrier that is as good")]
    Spare,
    /// Both ends had all the time to attach it, and did not.
    #[error("the other end did not attach it in time")]
    Slow,
    /// This end refuses it.
    #[error("refused: {0}")]
    Refused(RefuseWhy),
    /// The other end refuses it.
    #[error("the other end refused it: {0}")]
    PeerRefused(RefuseWhy),
    /// What the peer said at its beginning was wrong.
    #[error("what the other end said is wrong: {0}")]
    Violation(Violation),
    /// The link has ended.
    #[error("the link has ended: {0}")]
    Over(Over),
}

/// Reasons that travel as one byte.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $($(#[$doc])* #[error($text)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The byte that says so.
            pub fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What a byte says, if anything.
            pub fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// Why a carrier is refused.
    RefuseWhy {
        /// Another version of this protocol.
        Version = 1, "another version of the protocol is spoken there";
        /// Another session.
        Context = 2, "it belongs to another session";
        /// Both lead, or both follow.
        Role = 3, "both ends lead, or both follow";
        /// The other end knows an incarnation of this one that is gone.
        Forgotten = 4, "the agent was restarted, or gave the link up, and has forgotten its connections";
        /// The link has a carrier.
        Spare = 5, "the link has a carrier that is as good";
    }
}

codes! {
    /// Why a stream was reset.
    ResetWhy {
        /// A program has reset its connection, or died.
        Program = 1, "the program reset its connection";
        /// Nobody listens on that port.
        NoListener = 2, "no program listens on that port";
        /// The program could not be connected with.
        Unreachable = 3, "the program could not be reached";
        /// Too many streams.
        TooMany = 4, "there are too many connections";
        /// It claims to be another party.
        Claim = 5, "the connection claimed to be another party's";
        /// The run that it belongs to has ended.
        RunEnded = 6, "the run that the connection belongs to has ended";
    }
}
