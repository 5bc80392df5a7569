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

/// A router forwards, and tells every sender at once when it cannot.
const ROUTER: [(&str, &str); 3] = [
    ("ipv4/ip_forward", "1"),
    ("ipv4/icmp_ratelimit", "0"),
    ("ipv6/conf/default/disable_ipv6", "1"),
];

/// The group that may ping: inside, everybody is root.
const HOST: [(&str, &str); 1] = [("ipv4/ping_group_range", "0 0")];

pub(super) fn for_router() -> io::Result<()> {
    EVERYWHERE.iter().chain(&ROUTER).try_for_each(write)
}

pub(super) fn for_host() -> io::Result<()> {
    EVERYWHERE.iter().chain(&HOST).try_for_each(write)
}

fn write((name, value): &(&str, &str)) -> io::Result<()> {
    match fs::write(format!("/proc/sys/net/{name}"), value) {
        // A kernel without IPv6 has none of its settings.
        Err(error) if error.kind() == io::ErrorKind::NotFound && name.starts_with("ipv6") => Ok(()),
        done => done,
    }
}
