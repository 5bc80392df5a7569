//! Kernel settings of the calling thread's network namespace.

use std::fs;
use std::io;

/// Buffers that do not cap the throughput of a long path (1 Gbit/s over 250 ms), no memory of earlier connections
/// between one measurement and the next, pings without rights, and no waiting for other owners of an address.
const EVERYWHERE: [(&str, &str); 5] = [
    ("ipv4/tcp_wmem", "4096 16384 33554432"),
    ("ipv4/tcp_rmem", "4096 131072 33554432"),
    ("ipv4/tcp_no_metrics_save", "1"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
];

/// A router tells every sender at once when it cannot forward.
const ROUTER: [(&str, &str); 1] = [("ipv4/icmp_ratelimit", "0")];
/// A router forwards IPv4.
const FORWARD_V4: [(&str, &str); 1] = [("ipv4/ip_forward", "1")];
/// A router forwards IPv6, and gives itself no addresses that nobody asks for.
const FORWARD_V6: [(&str, &str); 3] = [
    ("ipv6/conf/all/forwarding", "1"),
    ("ipv6/conf/default/addr_gen_mode", "1"),
    ("ipv6/icmp/ratelimit", "0"),
];
/// A site without IPv6.
const NO_V6: [(&str, &str); 1] = [("ipv6/conf/default/disable_ipv6", "1")];

/// The group that may ping: inside, everybody is root. And where one address goes, others of its network stay.
const HOST: [(&str, &str); 2] = [
    ("ipv4/ping_group_range", "0 0"),
    ("ipv4/conf/default/promote_secondaries", "1"),
];

/// Of a router at a site that speaks these versions of IP.
pub(super) fn for_router(v4: bool, v6: bool) -> io::Result<()> {
    let v4: &[_] = if v4 { &FORWARD_V4 } else { &[] };
    let v6: &[_] = if v6 { &FORWARD_V6 } else { &NO_V6 };
    let settings = EVERYWHERE.iter().chain(&ROUTER).chain(v4).chain(v6);
    settings.into_iter().try_for_each(write)
}

/// Of a host at a site that speaks IPv6 or does not.
pub(super) fn for_host(v6: bool) -> io::Result<()> {
    let v6: &[_] = if v6 { &[] } else { &NO_V6 };
    EVERYWHERE.iter().chain(&HOST).chain(v6).try_for_each(write)
}

fn write((name, value): &(&str, &str)) -> io::Result<()> {
    match fs::write(format!("/proc/sys/net/{name}"), value) {
        // A kernel without IPv6 has none of its settings.
        Err(error) if error.kind() == io::ErrorKind::NotFound && name.starts_with("ipv6") => Ok(()),
        done => done,
    }
}
