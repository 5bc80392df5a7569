//! Addresses as the kernel has them.

use std::mem::zeroed;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Room for an address of either version of IP.
pub(super) type Room = libc::sockaddr_storage;

/// No address.
pub(super) fn room() -> Room {
    // SAFETY: all-zero bytes are a valid `sockaddr_storage`.
    unsafe { zeroed() }
}

/// Writes an address, mapped to IPv6 for a socket that is of it; gives its length.
pub(super) fn write(at: SocketAddr, dual: bool, room: &mut Room) -> libc::socklen_t {
    match (at, dual) {
        (SocketAddr::V4(at), false) => {
            let four = libc::sockaddr_in {
                sin_family: family(libc::AF_INET),
                sin_port: at.port().to_be(),
                sin_addr: libc::in_addr {
                    s_addr: u32::from(*at.ip()).to_be(),
                },
                sin_zero: [0; 8],
            };
            // SAFETY: the room is larger than any address, and aligned for all.
            unsafe { (&raw mut *room).cast::<libc::sockaddr_in>().write(four) };
            length_of::<libc::sockaddr_in>()
        }
        (at, _) => {
            let (ip, scope): (Ipv6Addr, u32) = match at {
                SocketAddr::V4(at) => (at.ip().to_ipv6_mapped(), 0),
                SocketAddr::V6(at) => (*at.ip(), at.scope_id()),
            };
            let six = libc::sockaddr_in6 {
                sin6_family: family(libc::AF_INET6),
                sin6_port: at.port().to_be(),
                sin6_flowinfo: 0,
                sin6_addr: libc::in6_addr {
                    s6_addr: ip.octets(),
                },
                sin6_scope_id: scope,
            };
            // SAFETY: the room is larger than any address, and aligned for all.
            unsafe { (&raw mut *room).cast::<libc::sockaddr_in6>().write(six) };
            length_of::<libc::sockaddr_in6>()
        }
    }
}

/// Reads an address that the kernel has written; a mapped one as the IPv4 address that it is.
pub(super) fn read(room: &Room) -> Option<SocketAddr> {
    match libc::c_int::from(room.ss_family) {
        libc::AF_INET => {
            // SAFETY: an address of this family is a `sockaddr_in`, and the room is aligned for all.
            let four = unsafe { (&raw const *room).cast::<libc::sockaddr_in>().read() };
            let ip = u32::from_be(four.sin_addr.s_addr);
            Some(SocketAddr::new(
                IpAddr::V4(ip.into()),
                u16::from_be(four.sin_port),
            ))
        }
        libc::AF_INET6 => {
            // SAFETY: an address of this family is a `sockaddr_in6`, and the room is aligned for all.
            let six = unsafe { (&raw const *room).cast::<libc::sockaddr_in6>().read() };
            let ip = Ipv6Addr::from(six.sin6_addr.s6_addr);
            let port = u16::from_be(six.sin6_port);
            Some(match ip.to_ipv4_mapped() {
                Some(four) => SocketAddr::new(four.into(), port),
                None => std::net::SocketAddrV6::new(ip, port, 0, six.sin6_scope_id).into(),
            })
        }
        _ => None,
    }
}

fn family(constant: libc::c_int) -> libc::sa_family_t {
    libc::sa_family_t::try_from(constant).unwrap_or_default()
}

fn length_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(libc::socklen_t::MAX)
}
