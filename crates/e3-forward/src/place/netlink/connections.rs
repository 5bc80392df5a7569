//! Connections of programs, and their end (`linux/sock_diag.h`, `linux/inet_diag.h`).
//!
//! Whoever holds either end of a connection that is ended learns of it at once, as by a reset of its peer's.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::{
    Netlink,
    message::{ACKNOWLEDGE, DUMP, Message},
};

const BY_FAMILY: u16 = 20;
const DESTROY: u16 = 21;

/// Families of addresses: IPv4, IPv6.
const FAMILIES: [u8; 2] = [2, 10];
const TCP: u8 = 6;
/// All states of a connection (`net/tcp_states.h`) in which a program may still wait for something: not those of one that
/// is over (`TIME_WAIT`, `CLOSE`), which older kernels do not end, nor of a listener.
const STATES: u32 = !(1 << 6 | 1 << 7 | 1 << 10);

/// What names a socket: ports, addresses, interface, and a number that no two sockets share.
type Name = [u8; 48];

/// Where the peer's address stands in a name.
const PEER: usize = 20;

/// A connection by its kernel's name for it.
struct Connection {
    family: u8,
    name: Name,
}

impl Netlink {
    /// Ends all connections of TCP whose other end has such an address, and says how many there were. The first error is
    /// told when all were tried.
    pub(in super::super) fn end_connections(
        &mut self,
        with: impl Fn(IpAddr) -> bool,
    ) -> io::Result<usize> {
        let (mut ended, mut failed) = (0, None);
        for family in FAMILIES {
            for connection in self.connections(family)? {
                if with(connection.peer()) {
                    match self.end_connection(&connection) {
                        Ok(was_there) => ended += usize::from(was_there),
                        Err(error) => failed = failed.or(Some(error)),
                    }
                }
            }
        }
        failed.map_or(Ok(ended), Err)
    }

    fn connections(&mut self, family: u8) -> io::Result<Vec<Connection>> {
        let message = Message::new(BY_FAMILY, DUMP, &request(family, &[0; 48]));
        self.list(message, Connection::read)
    }

    /// Whether there still was such a connection.
    fn end_connection(&mut self, connection: &Connection) -> io::Result<bool> {
        let fixed = request(connection.family, &connection.name);
        match self.tell([Message::new(DESTROY, ACKNOWLEDGE, &fixed)], 1) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Connection {
    /// From what the kernel lists: its family, three more bytes, its name, and what is of no use here.
    fn read(listed: &[u8]) -> Option<Self> {
        Some(Self {
            family: *listed.first()?,
            name: *listed.get(4..)?.first_chunk()?,
        })
    }

    /// The address of the other end. A socket of IPv6 may speak IPv4.
    fn peer(&self) -> IpAddr {
        let [.., a, b, c, d] = self.name[..PEER + 4] else {
            return Ipv4Addr::UNSPECIFIED.into();
        };
        if self.family == FAMILIES[0] {
            return Ipv4Addr::new(a, b, c, d).into();
        }
        let mut octets = [0; 16];
        octets.copy_from_slice(&self.name[PEER..PEER + 16]);
        IpAddr::from(Ipv6Addr::from(octets)).to_canonical()
    }
}

fn request(family: u8, name: &Name) -> Vec<u8> {
    let mut fixed = vec![family, TCP, 0, 0];
    fixed.extend(STATES.to_ne_bytes());
    fixed.extend(name);
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_end_is_read_from_a_name() {
        let mut listed = vec![2, 1, 0, 0];
        listed.extend([0x1f, 0x90, 0, 80]);
        listed.extend([10, 0, 0, 1]);
        listed.extend([0; 12]);
        listed.extend([10, 0, 0, 2]);
        listed.extend([0; 12]);
        listed.extend([0; 12 + 20]);
        let peer = |listed: &[u8]| Connection::read(listed).unwrap().peer();
        assert_eq!(peer(&listed), IpAddr::from([10, 0, 0, 2]));
        listed[0] = 10;
        listed[24..40].copy_from_slice(&Ipv4Addr::new(10, 0, 0, 3).to_ipv6_mapped().octets());
        assert_eq!(peer(&listed), IpAddr::from([10, 0, 0, 3]));
        listed[24] = 0xfd;
        assert!(peer(&listed).is_ipv6());
        assert!(Connection::read(&listed[..40]).is_none());
    }
}
