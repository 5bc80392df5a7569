//! Kinds of requests, and which replies answer them.

use std::fmt;

use super::{Reply, Request};

/// A request without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// [`Request::Hello`]
    Hello,
    /// [`Request::Serve`]
    Serve,
    /// [`Request::Members`]
    Members,
    /// [`Request::Health`]
    Health,
    /// [`Request::Prepare`]
    Prepare,
    /// [`Request::Introduce`]
    Introduce,
    /// [`Request::Endorse`]
    Endorse,
    /// [`Request::Admit`]
    Admit,
    /// [`Request::Reveal`]
    Reveal,
    /// [`Request::Compare`]
    Compare,
    /// [`Request::Connect`]
    Connect,
    /// [`Request::Stage`]
    Stage,
    /// [`Request::Blob`]
    Blob,
    /// [`Request::Agree`]
    Agree,
    /// [`Request::Confirm`]
    Confirm,
    /// [`Request::Run`]
    Run,
    /// [`Request::Conclude`]
    Conclude,
    /// [`Request::Stop`]
    Stop,
    /// [`Request::Exec`]
    Exec,
    /// [`Request::Feed`]
    Feed,
    /// [`Request::Kill`]
    Kill,
    /// [`Request::Ping`]
    Ping,
    /// [`Request::Links`]
    Links,
    /// [`Request::Examine`]
    Examine,
    /// [`Request::Reflect`]
    Reflect,
    /// [`Request::Deliver`]
    Deliver,
    /// [`Request::Tell`]
    Tell,
    /// [`Request::Leave`]
    Leave,
}

impl RequestKind {
    /// The name as it travels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Serve => "serve",
            Self::Members => "members",
            Self::Health => "health",
            Self::Prepare => "prepare",
            Self::Introduce => "introduce",
            Self::Endorse => "endorse",
            Self::Admit => "admit",
            Self::Reveal => "reveal",
            Self::Compare => "compare",
            Self::Connect => "connect",
            Self::Stage => "stage",
            Self::Blob => "blob",
            Self::Agree => "agree",
            Self::Confirm => "confirm",
            Self::Run => "run",
            Self::Conclude => "conclude",
            Self::Stop => "stop",
            Self::Exec => "exec",
            Self::Feed => "feed",
            Self::Kill => "kill",
            Self::Ping => "ping",
            Self::Links => "links",
            Self::Examine => "examine",
            Self::Reflect => "reflect",
            Self::Deliver => "deliver",
            Self::Tell => "tell",
            Self::Leave => "leave",
        }
    }

    /// Whether a reply is one that a request of this kind can have.
    pub fn accepts(self, reply: &Reply) -> bool {
        match reply {
            Reply::Greeting { .. } => self == Self::Hello,
            Reply::Serving { .. } => self == Self::Serve,
            Reply::Health(_) => self == Self::Health,
            Reply::Prepared => self == Self::Prepare,
            Reply::Introduced { .. } => self == Self::Introduce,
            Reply::Endorsed => self == Self::Endorse,
            Reply::Admitted { .. } => self == Self::Admit,
            Reply::Revealed { .. } => self == Self::Reveal,
            Reply::Compared { .. } => self == Self::Compare,
            Reply::Connected { .. } => self == Self::Connect,
            Reply::Missing { .. } => self == Self::Stage,
            Reply::Stored => {
                matches!(
                    self,
                    Self::Members | Self::Blob | Self::Feed | Self::Deliver | Self::Tell
                )
            }
            Reply::Offered { .. } => self == Self::Agree,
            Reply::Confirmed { .. } => self == Self::Confirm,
            Reply::Output { .. } | Reply::Ended(_) => matches!(self, Self::Run | Self::Exec),
            Reply::Progress(_) => self == Self::Run,
            Reply::Concluded { .. } => self == Self::Conclude,
            Reply::Stopping => matches!(self, Self::Stop | Self::Kill),
            Reply::Pinged(_) => self == Self::Ping,
            Reply::Links(_) => self == Self::Links,
            Reply::Examined { .. } => self == Self::Examine,
            Reply::Reflecting { .. } => self == Self::Reflect,
            Reply::Left => self == Self::Leave,
            Reply::Refused(_) => true,
            Reply::Carry { .. } | Reply::Notice { .. } => false,
        }
    }

    /// Whether a request of this kind moves the conversation on, so that only one may be open at a time.
    pub fn moves(self) -> bool {
        match self {
            Self::Hello
            | Self::Prepare
            | Self::Introduce
            | Self::Endorse
            | Self::Admit
            | Self::Reveal
            | Self::Compare
            | Self::Connect
            | Self::Stage
            | Self::Agree
            | Self::Confirm
            | Self::Run
            | Self::Conclude
            | Self::Leave => true,
            Self::Serve
            | Self::Members
            | Self::Health
            | Self::Blob
            | Self::Stop
            | Self::Exec
            | Self::Feed
            | Self::Kill
            | Self::Ping
            | Self::Links
            | Self::Examine
            | Self::Reflect
            | Self::Deliver
            | Self::Tell => false,
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Request {
    /// The request without what it carries.
    pub fn kind(&self) -> RequestKind {
        match self {
            Self::Hello { .. } => RequestKind::Hello,
            Self::Serve(_) => RequestKind::Serve,
            Self::Members { .. } => RequestKind::Members,
            Self::Health => RequestKind::Health,
            Self::Prepare(_) => RequestKind::Prepare,
            Self::Introduce { .. } => RequestKind::Introduce,
            Self::Endorse { .. } => RequestKind::Endorse,
            Self::Admit { .. } => RequestKind::Admit,
            Self::Reveal { .. } => RequestKind::Reveal,
            Self::Compare { .. } => RequestKind::Compare,
            Self::Connect { .. } => RequestKind::Connect,
            Self::Stage { .. } => RequestKind::Stage,
            Self::Blob(_) => RequestKind::Blob,
            Self::Agree { .. } => RequestKind::Agree,
            Self::Confirm { .. } => RequestKind::Confirm,
            Self::Run { .. } => RequestKind::Run,
            Self::Conclude { .. } => RequestKind::Conclude,
            Self::Stop { .. } => RequestKind::Stop,
            Self::Exec { .. } => RequestKind::Exec,
            Self::Feed { .. } => RequestKind::Feed,
            Self::Kill { .. } => RequestKind::Kill,
            Self::Ping { .. } => RequestKind::Ping,
            Self::Links => RequestKind::Links,
            Self::Examine { .. } => RequestKind::Examine,
            Self::Reflect { .. } => RequestKind::Reflect,
            Self::Deliver { .. } => RequestKind::Deliver,
            Self::Tell { .. } => RequestKind::Tell,
            Self::Leave => RequestKind::Leave,
        }
    }
}

impl Reply {
    /// The reply's name as it travels.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Greeting { .. } => "greeting",
            Self::Serving { .. } => "serving",
            Self::Health(_) => "health",
            Self::Prepared => "prepared",
            Self::Introduced { .. } => "introduced",
            Self::Endorsed => "endorsed",
            Self::Admitted { .. } => "admitted",
            Self::Revealed { .. } => "revealed",
            Self::Compared { .. } => "compared",
            Self::Connected { .. } => "connected",
            Self::Missing { .. } => "missing",
            Self::Stored => "stored",
            Self::Offered { .. } => "offered",
            Self::Confirmed { .. } => "confirmed",
            Self::Output { .. } => "output",
            Self::Progress(_) => "progress",
            Self::Ended(_) => "ended",
            Self::Concluded { .. } => "concluded",
            Self::Stopping => "stopping",
            Self::Pinged(_) => "pinged",
            Self::Links(_) => "links",
            Self::Examined { .. } => "examined",
            Self::Reflecting { .. } => "reflecting",
            Self::Left => "left",
            Self::Carry { .. } => "carry",
            Self::Notice { .. } => "notice",
            Self::Refused(_) => "refused",
        }
    }
}
