//! The packet filter (`linux/netfilter/nf_tables.h`): connections to other addresses than the program's own come to a port
//! of the loopback interface instead, and all that is not TCP goes nowhere.
//!
//! As `nft` would put it, for IPv4:
//!
//! ```text
//! table ip e3 {
//!   chain redirect { type nat hook output priority -100;
//!     meta l4proto tcp ip daddr != OWN ip daddr & 255.0.0.0 != 127.0.0.0 redirect to :PORT }
//!   chain drop { type filter hook output priority 0;
//!     meta l4proto != tcp ip daddr != OWN ip daddr & 255.0.0.0 != 127.0.0.0 drop }
//! }
//! ```
//!
//! `tproxy` would cost less, as the kernel would not have to follow every connection. But then the listener's end of a
//! connection has the peer's address and port, and a program could not listen on a port that it has dialled at a peer.

use std::{
    io,
    net::{IpAddr, Ipv6Addr},
};

use super::{
    Netlink,
    message::{ACKNOWLEDGE, APPEND, CREATE, Message},
};

const SUBSYSTEM: u16 = 10;
const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;
const NEW_TABLE: u16 = SUBSYSTEM << 8;
const NEW_CHAIN: u16 = (SUBSYSTEM << 8) | 3;
const NEW_RULE: u16 = (SUBSYSTEM << 8) | 6;

/// What our table is called.
const TABLE: &str = "e3";
/// The hook that sees what this host sends.
const HOOK_OUTPUT: u32 = 3;
/// Where addresses are changed, and where packets are filtered, among those at one hook.
const PRIORITY_NAT: i32 = -100;
const PRIORITY_FILTER: i32 = 0;

const TCP: u8 = 6;

/// The register that holds what is compared; the one that decides what becomes of a packet is 0.
const REGISTER: u32 = 1;
const VERDICT: u32 = 0;

impl Netlink {
    /// Sets the filter up for the family of the program's own address there: all of it, or nothing.
    pub(in super::super) fn redirect(&mut self, own: IpAddr, port: u16) -> io::Result<()> {
        let family = match own {
            IpAddr::V4(_) => 2,
            IpAddr::V6(_) => 10,
        };
        let table = message(NEW_TABLE, ACKNOWLEDGE | CREATE, family).text(1, TABLE);
        // What a program says is TCP above all, which should pass few comparisons.
        let redirect = rule(family, "redirect", |rule| {
            redirected(elsewhere(protocol_is(rule, true), own), port)
        });
        let drop = rule(family, "drop", |rule| {
            dropped(elsewhere(protocol_is(rule, false), own))
        });
        let messages = [
            batch(BATCH_BEGIN),
            table,
            chain(family, "redirect", "nat", PRIORITY_NAT),
            chain(family, "drop", "filter", PRIORITY_FILTER),
            redirect,
            drop,
            batch(BATCH_END),
        ];
        // All but those around them are answered.
        let asked = messages.len() - 2;
        self.tell(messages, asked)
    }
}

/// The fixed part is `struct nfgenmsg`.
fn message(kind: u16, flags: u16, family: u8) -> Message {
    Message::new(kind, flags, &[family, 0, 0, 0])
}

fn batch(kind: u16) -> Message {
    let [a, b] = SUBSYSTEM.to_be_bytes();
    Message::new(kind, 0, &[0, 0, a, b])
}

fn chain(family: u8, name: &str, kind: &str, priority: i32) -> Message {
    message(NEW_CHAIN, ACKNOWLEDGE | CREATE, family)
        .text(1, TABLE)
        .text(3, name)
        .nest(4, |place| {
            let place = place.number(1, HOOK_OUTPUT);
            place.number(2, priority.cast_unsigned())
        })
        .text(7, kind)
}

fn rule(family: u8, chain: &str, expressions: impl FnOnce(Message) -> Message) -> Message {
    message(NEW_RULE, ACKNOWLEDGE | CREATE | APPEND, family)
        .text(1, TABLE)
        .text(2, chain)
        .nest(4, expressions)
}

/// Whether a packet leaves for somewhere else than the program itself: neither its address nor loopback's.
fn elsewhere(rule: Message, own: IpAddr) -> Message {
    match own {
        IpAddr::V4(own) => {
            let rule = differs(destination(rule, 16, 4), &own.octets());
            let rule = masked(destination(rule, 16, 4), [255, 0, 0, 0]);
            differs(rule, &[127, 0, 0, 0])
        }
        IpAddr::V6(own) => {
            let rule = differs(destination(rule, 24, 16), &own.octets());
            differs(destination(rule, 24, 16), &Ipv6Addr::LOCALHOST.octets())
        }
    }
}

fn protocol_is(rule: Message, tcp: bool) -> Message {
    const PROTOCOL: u32 = 16;
    let rule = expression(rule, "meta", |data| {
        data.number(1, REGISTER).number(2, PROTOCOL)
    });
    compared(rule, !tcp, &[TCP])
}

/// Loads a packet's destination, which stands so far into its IP header.
fn destination(rule: Message, offset: u32, length: u32) -> Message {
    const NETWORK_HEADER: u32 = 1;
    expression(rule, "payload", |data| {
        data.number(1, REGISTER)
            .number(2, NETWORK_HEADER)
            .number(3, offset)
            .number(4, length)
    })
}

fn masked(rule: Message, mask: [u8; 4]) -> Message {
    expression(rule, "bitwise", |data| {
        data.number(1, REGISTER)
            .number(2, REGISTER)
            .number(3, 4)
            .nest(4, |value| value.with(1, &mask))
            .nest(5, |value| value.with(1, &[0; 4]))
    })
}

fn differs(rule: Message, value: &[u8]) -> Message {
    compared(rule, true, value)
}

/// Goes on only if what was loaded is this, or is not.
fn compared(rule: Message, differs: bool, value: &[u8]) -> Message {
    expression(rule, "cmp", |data| {
        data.number(1, REGISTER)
            .number(2, u32::from(differs))
            .nest(3, |data| data.with(1, value))
    })
}

fn redirected(rule: Message, port: u16) -> Message {
    let rule = expression(rule, "immediate", |data| {
        data.number(1, REGISTER)
            .nest(2, |data| data.with(1, &port.to_be_bytes()))
    });
    expression(rule, "redir", |data| data.number(1, REGISTER))
}

fn dropped(rule: Message) -> Message {
    const DROP: u32 = 0;
    expression(rule, "immediate", |data| {
        data.number(1, VERDICT)
            .nest(2, |data| data.nest(2, |verdict| verdict.number(1, DROP)))
    })
}

fn expression(rule: Message, name: &str, data: impl FnOnce(Message) -> Message) -> Message {
    rule.nest(1, |element| element.text(1, name).nest(2, data))
}
