//! What both ends say on a carrier before the sequence goes over it.

use super::{assembler::Message, reader::Reader};
use crate::{Incarnation, RefuseWhy, Role, Violation};

/// What every carrier begins with.
const MAGIC: [u8; 7] = *b"e3-link";

/// The version of the protocol that is spoken here.
pub(crate) const VERSION: u8 = 1;

const ATTACH: u8 = 0x41;
const ATTACHED: u8 = 0x42;
const WANT: u8 = 0x43;
const REFUSE: u8 = 0x44;

/// Who speaks, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) version: u8,
    pub(crate) role: Role,
    pub(crate) context: [u8; 32],
    pub(crate) own: Incarnation,
    /// The other end, as far as it is known.
    pub(crate) known: Option<Incarnation>,
}

/// A message before the sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// The first one of each end.
    Hello(Hello),
    /// The leader: the sequence goes on here.
    Attach { number: u64, received: u64 },
    /// The follower: so be it.
    Attached { number: u64, received: u64 },
    /// The follower: there is no carrier since the one of this number.
    Want { number: u64 },
    /// This carrier is not wanted, and ends.
    Refuse(RefuseWhy),
}

impl Greeting {
    pub(crate) fn encode(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Hello(hello) => {
                bytes.extend(MAGIC);
                bytes.extend([hello.version, hello.role.code()]);
                bytes.extend(hello.context);
                bytes.extend(hello.own.0);
                bytes.extend(hello.known.map_or([0; 16], |known| known.0));
            }
            Self::Attach { number, received } => two(bytes, ATTACH, number, received),
            Self::Attached { number, received } => two(bytes, ATTACHED, number, received),
            Self::Want { number } => {
                bytes.push(WANT);
                bytes.extend(number.to_be_bytes());
            }
            Self::Refuse(why) => bytes.extend([REFUSE, why.code()]),
        }
    }
}

fn two(bytes: &mut Vec<u8>, kind: u8, first: u64, second: u64) {
    bytes.push(kind);
    bytes.extend(first.to_be_bytes());
    bytes.extend(second.to_be_bytes());
}

impl Message for Greeting {
    const LONGEST: usize = 73;

    fn length(first: u8) -> Result<usize, Violation> {
        match first {
            b'e' => Ok(Self::LONGEST),
            ATTACH | ATTACHED => Ok(17),
            WANT => Ok(9),
            REFUSE => Ok(2),
            unknown => Err(Violation::UnknownGreeting(unknown)),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, Violation> {
        let mut reader = Reader(bytes);
        let cut = || Violation::Cut;
        if bytes.first() == Some(&b'e') {
            return hello(reader).map(Self::Hello);
        }
        let kind = reader.u8().ok_or_else(cut)?;
        if kind == REFUSE {
            let code = reader.u8().ok_or_else(cut)?;
            let why = RefuseWhy::from_code(code).ok_or(Violation::UnknownRefusal(code))?;
            return Ok(Self::Refuse(why));
        }
        let number = reader.u64().ok_or_else(cut)?;
        if kind == WANT {
            return Ok(Self::Want { number });
        }
        let received = reader.u64().ok_or_else(cut)?;
        match kind {
            ATTACH => Ok(Self::Attach { number, received }),
            ATTACHED => Ok(Self::Attached { number, received }),
            unknown => Err(Violation::UnknownGreeting(unknown)),
        }
    }
}

fn hello(mut reader: Reader<'_>) -> Result<Hello, Violation> {
    let cut = || Violation::Cut;
    if reader.array::<7>().ok_or_else(cut)? != MAGIC {
        return Err(Violation::UnknownGreeting(b'e'));
    }
    let version = reader.u8().ok_or_else(cut)?;
    let code = reader.u8().ok_or_else(cut)?;
    let role = Role::from_code(code).ok_or(Violation::UnknownRole(code))?;
    let context = reader.array().ok_or_else(cut)?;
    let own = reader.array().ok_or_else(cut)?;
    let known = reader.array().ok_or_else(cut)?;
    Ok(Hello {
        version,
        role,
        context,
        own: Incarnation::new(own).ok_or(Violation::NoIncarnation)?,
        known: Incarnation::new(known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Assembler;

    fn hello() -> Hello {
        Hello {
            version: VERSION,
            role: Role::Leader,
            context: [7; 32],
            own: Incarnation([1; 16]),
            known: None,
        }
    }

    #[test]
    fn come_out_as_they_went_in_byte_by_byte() {
        let known = Some(Incarnation([2; 16]));
        let all = [
            Greeting::Hello(hello()),
            Greeting::Hello(Hello {
                known,
                role: Role::Follower,
                ..hello()
            }),
            Greeting::Attach {
                number: 1,
                received: u64::MAX,
            },
            Greeting::Attached {
                number: 2,
                received: 3,
            },
            Greeting::Want { number: 4 },
            Greeting::Refuse(RefuseWhy::Context),
        ];
        let mut bytes = Vec::new();
        for greeting in all {
            greeting.encode(&mut bytes);
        }
        let (mut assembler, mut read) = (Assembler::default(), Vec::new());
        for mut byte in bytes.chunks(1) {
            read.extend(assembler.next::<Greeting>(&mut byte).unwrap());
        }
        assert_eq!(read, all);
    }

    #[test]
    fn that_are_none_are_refused() {
        let mut nobody = Vec::new();
        let own = Incarnation([0; 16]);
        Greeting::Hello(Hello { own, ..hello() }).encode(&mut nobody);
        let mut elsewhere = nobody.clone();
        elsewhere[1] = b'4';
        for (bytes, violation) in [
            (&nobody[..], Violation::NoIncarnation),
            (&elsewhere[..], Violation::UnknownGreeting(b'e')),
            (b"GET / HTTP/1.1", Violation::UnknownGreeting(b'G')),
            (&[REFUSE, 99][..], Violation::UnknownRefusal(99)),
        ] {
            let refused = Assembler::default().next::<Greeting>(&mut &bytes[..]);
            assert_eq!(refused, Err(violation));
        }
    }
}
