//! Namespaces, TUN, death signals, scheduling: the only home of unsafe code.
//!
//! Everything here is Linux's own, wrapped so that its callers need no `unsafe`. What `rustix` already offers safely
//! (mounts, pidfds, timers) is not wrapped again.
//!
//! - [`namespace`]: leaving and entering namespaces, for a thread or for a command that is about to start;
//! - [`program_namespace`]: a network of a program's own, which needs no root;
//! - [`process`]: starting a process in new namespaces, forking, ending at once, dying with the parent;
//! - [`child`]: children that die with their parent, and what they have used;
//! - [`init`]: the first process of a PID namespace: it reaps, passes signals on, and ends when its child ends;
//! - [`signal`]: blocking and awaiting signals;
//! - [`tun`]: network interfaces whose other end is a descriptor;
//! - [`netfilter`]: keeping programs of others from the host's packet filter;
//! - [`packet`]: seeing what passes an interface;
//! - [`checksum`]: what the kernel leaves to whoever reads or writes whole packets;
//! - [`arrival`]: when a packet came, however late it is received;
//! - [`udp`]: datagrams in batches;
//! - [`tcp`]: what the kernel knows of a connection;
//! - [`schedule`]: waking up in time;
//! - [`epoll`]: waiting for descriptors with a time-out in nanoseconds;
//! - [`files`]: how many may be open;
//! - [`interfaces`]: the addresses of this host's interfaces;
//! - [`routes`]: the networks that this host has routes to;
//! - [`obstacle`]: what on a machine keeps a process from namespaces.

#![cfg(target_os = "linux")]

pub mod arrival;
pub mod checksum;
pub mod child;
pub mod epoll;
pub mod files;
pub mod init;
pub mod interfaces;
pub mod namespace;
pub mod netfilter;
pub mod obstacle;
pub mod packet;
pub mod private;
pub mod process;
pub mod program_namespace;
pub mod routes;
pub mod schedule;
pub mod signal;
pub mod tcp;
pub mod tun;
pub mod udp;
