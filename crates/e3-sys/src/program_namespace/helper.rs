//! The process that stands in a program's namespace.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, netlink, recv, send,
    socket_with, socketpair,
};
use rustix::process::{DumpableBehavior, Pid, WaitOptions, set_dumpable_behavior, waitpid};
use rustix::thread::UnshareFlags;

use super::protocol::{Answer, SETTLE, SETTLE_FAR, SocketKind, answer, hear};
use super::{Step, Traffic, User};
use crate::process::exit_now;
use crate::signal::AllBlocked;
use crate::tun;

/// How long the helper may take to answer: it needs microseconds, and on a machine that is busy or asleep longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// From which port on a program may listen without rights, in its network (ip(7)).
const LOW_PORTS_FILE: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/// How TCP finds out in its network how much to send.
const CONGESTION_FILE: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// The helpers of this process that live or have not been reaped.
static HELPERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// The children of this process that keep namespaces for it, which are not to be taken for what a program has left
/// behind. While this is held, none starts and none is reaped.
pub fn helpers() -> MutexGuard<'static, BTreeSet<i32>> {
    // Nothing that holds the lock can leave the set half changed.
    HELPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The namespaces that a helper stands in.
#[derive(Debug)]
pub(super) struct Namespaces {
    pub(super) user: Option<OwnedFd>,
    pub(super) network: OwnedFd,
}

/// A helper. It ends when this is dropped, or this process ends in whatever way.
#[derive(Debug)]
pub(super) struct Helper {
    pid: Pid,
    /// Requests and answers alternate.
    channel: Option<Mutex<OwnedFd>>,
}

impl Helper {
    /// Forks it off. It goes to its namespaces at once, and tells of it.
    pub(super) fn start(user: User) -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC;
        let (ours, its) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
        set_socket_timeout(&ours, Timeout::Recv, Some(PATIENCE))?;
        // Handlers of signals belong to this process: its copy must never run them. What it becomes hears of none.
        let blocked = AllBlocked::new()?;
        let mut helpers = helpers();
        // SAFETY: the process may have other threads, so that the child may do only what is async-signal-safe: `become_helper`
        // makes system calls on its own stack until it is another program, and neither allocates nor locks nor panics.
        let pid = match unsafe { libc::fork() } {
            0 => become_helper(its.as_fd(), user),
            forked => Pid::from_raw(forked).filter(|_| forked > 0),
        };
        let pid = pid.ok_or_else(io::Error::last_os_error)?;
        helpers.insert(pid.as_raw_pid());
        drop((helpers, blocked));
        Ok(Self {
            pid,
            channel: Some(Mutex::new(ours)),
        })
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// The namespaces in which it stands, and how far it got. Asked once, before anything else.
    pub(super) fn namespaces(&self) -> (Step, io::Result<Namespaces>) {
        let told = self.with(hear);
        let step = match &told {
            Ok(told) if told.step == Step::User as u8 => Step::User,
            Ok(_) => Step::Network,
            Err(_) => Step::Fork,
        };
        let namespaces = told.and_then(well).and_then(|descriptors| {
            let missing = || io::Error::other("the helper has not told its namespaces");
            let [first, second] = descriptors;
            let (network, user) = match second {
                Some(network) => (network, first),
                None => (first.ok_or_else(missing)?, None),
            };
            Ok(Namespaces { user, network })
        });
        (step, namespaces)
    }

    /// Tells it that its user namespace is as it should be. Lets programs without rights listen on all ports.
    pub(super) fn settle(&self, traffic: Traffic) -> io::Result<()> {
        self.ask(match traffic {
            Traffic::Near => SETTLE,
            Traffic::Far => SETTLE_FAR,
        })?;
        Ok(())
    }

    pub(super) fn socket(&self, kind: SocketKind) -> io::Result<OwnedFd> {
        let missing = || io::Error::other("the helper has handed over no socket");
        let [socket, _] = self.ask(kind as u8)?;
        socket.ok_or_else(missing)
    }

    fn ask(&self, request: u8) -> io::Result<[Option<OwnedFd>; 2]> {
        let answer = self.with(|channel| {
            send(channel, &[request], SendFlags::NOSIGNAL)?;
            hear(channel)
        });
        well(answer?)
    }

    fn with<T>(&self, work: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let channel = self.channel.as_ref().ok_or_else(gone)?;
        let channel = channel.lock().unwrap_or_else(PoisonError::into_inner);
        work(channel.as_fd())
    }
}

/// What an answer brings, unless it tells of an error.
fn well(answer: Answer) -> io::Result<[Option<OwnedFd>; 2]> {
    match answer.error {
        0 => Ok(answer.descriptors),
        number => Err(io::Error::from_raw_os_error(number)),
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // Its end of the channel hears that this one is gone.
        self.channel = None;
        let mut helpers = helpers();
        let _ = retry_on_intr(|| waitpid(Some(self.pid), WaitOptions::empty()));
        helpers.remove(&self.pid.as_raw_pid());
    }
}

/// All that the helper does, before `main`: system calls alone.
fn stand(channel: BorrowedFd<'_>, user: User) -> ! {
    if enter(channel, user).is_err() {
        exit_now(1);
    }
    let mut request = [0];
    while let Ok((1, _)) = retry_on_intr(|| recv(channel, &mut request, RecvFlags::empty())) {
        if serve(channel, request[0]).is_err() {
            break;
        }
    }
    exit_now(0)
}

/// Goes to the namespaces, and tells which they are.
fn enter(channel: BorrowedFd<'_>, user: User) -> io::Result<()> {
    let told = |step: Step, error: Errno| {
        let _ = answer(channel, (step as u8, error.raw_os_error()), &[]);
        io::Error::from(error)
    };
    let unshare = |flags| {
        // SAFETY: unsafe only for CLONE_FILES, which is not among the flags that are given.
        unsafe { rustix::thread::unshare_unsafe(flags) }
    };
    let open = |path| openat(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    let mut own = None;
    if user == User::Own {
        unshare(UnshareFlags::NEWUSER).map_err(|error| told(Step::User, error))?;
        own = Some(open(c"/proc/self/ns/user").map_err(|error| told(Step::User, error))?);
    }
    unshare(UnshareFlags::NEWNET).map_err(|error| told(Step::Network, error))?;
    let network = open(c"/proc/self/ns/net").map_err(|error| told(Step::Network, error))?;
    match &own {
        Some(own) => answer(channel, (0, 0), &[own.as_fd(), network.as_fd()]),
        None => answer(channel, (0, 0), &[network.as_fd()]),
    }
}

/// Carries out one request.
fn serve(channel: BorrowedFd<'_>, request: u8) -> io::Result<()> {
    let opened = match SocketKind::from_number(request) {
        Some(kind) => open(kind).map(Some),
        None if request == SETTLE => settle(Traffic::Near).map(|()| None),
        None if request == SETTLE_FAR => settle(Traffic::Far).map(|()| None),
        None => Err(Errno::INVAL),
    };
    match opened {
        Ok(Some(socket)) => answer(channel, (0, 0), &[socket.as_fd()]),
        Ok(None) => answer(channel, (0, 0), &[]),
        Err(error) => answer(channel, (0, error.raw_os_error()), &[]),
    }
}

fn open(kind: SocketKind) -> Result<OwnedFd, Errno> {
    let (family, kind, protocol) = match kind {
        SocketKind::TcpV4 => (AddressFamily::INET, SocketType::STREAM, None),
        SocketKind::TcpV6 => (AddressFamily::INET6, SocketType::STREAM, None),
        // Its number is 0, which is what none stands for.
        SocketKind::Route => (AddressFamily::NETLINK, SocketType::RAW, None),
        SocketKind::Netfilter => {
            let protocol = Some(netlink::NETFILTER);
            (AddressFamily::NETLINK, SocketType::RAW, protocol)
        }
        SocketKind::Generic => {
            let protocol = Some(netlink::GENERIC);
            (AddressFamily::NETLINK, SocketType::RAW, protocol)
        }
        SocketKind::Sockets => {
            let protocol = Some(netlink::SOCK_DIAG);
            (AddressFamily::NETLINK, SocketType::RAW, protocol)
        }
        SocketKind::EchoV4 => (AddressFamily::INET, SocketType::RAW, Some(ipproto::ICMP)),
        SocketKind::EchoV6 => {
            let protocol = Some(ipproto::ICMPV6);
            (AddressFamily::INET6, SocketType::RAW, protocol)
        }
        SocketKind::Tun => {
            let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
            return openat(CWD, tun::DEVICE, flags, Mode::empty());
        }
    };
    socket_with(family, kind, SocketFlags::CLOEXEC, protocol)
}

fn settle(traffic: Traffic) -> Result<(), Errno> {
    // Nobody else is to give it orders, not even its user. Before, its maker could not have written to its files in
    // /proc.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let file = openat(CWD, LOW_PORTS_FILE, OFlags::WRONLY, Mode::empty())?;
    rustix::io::write(file, b"0")?;
    // BBR would pace by timers what goes no further than to this host itself. Without Reno it may.
    if traffic == Traffic::Near
        && let Ok(file) = openat(CWD, CONGESTION_FILE, OFlags::WRONLY, Mode::empty())
    {
        let _ = rustix::io::write(file, b"reno");
    }
    Ok(())
}

/// What the helper finds in its environment, and nothing else.
const ROLE: &CStr = c"E3_STANDS_IN_A_PROGRAMS_NETWORK";
const OWN: &CStr = c"E3_STANDS_IN_A_PROGRAMS_NETWORK=own";
const SAME: &CStr = c"E3_STANDS_IN_A_PROGRAMS_NETWORK=same";

/// Where the helper finds the channel.
const CHANNEL: i32 = 3;

/// Makes the copy of a process, which may have had other threads, begin the same program from its beginning: the keys
/// in its maker's memory are none of its business. With it goes the channel alone.
fn become_helper(channel: BorrowedFd<'_>, user: User) -> ! {
    let role = match user {
        User::Own => OWN,
        User::Same => SAME,
    };
    let arguments = [c"e3-namespace".as_ptr(), ptr::null()];
    let environment = [role.as_ptr(), ptr::null()];
    // SAFETY: nobody in this process uses that descriptor any more.
    let channel = unsafe {
        // The copy of a descriptor is open in the next program, too. One that is there already has no copy.
        if channel.as_raw_fd() == CHANNEL {
            libc::fcntl(CHANNEL, libc::F_SETFD, 0);
        } else {
            libc::dup2(channel.as_raw_fd(), CHANNEL);
        }
        BorrowedFd::borrow_raw(CHANNEL)
    };
    close_all_but(channel);
    // SAFETY: all strings end with a zero, both lists with a null.
    unsafe { libc::execve(OURSELVES.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    let error = Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::NOEXEC);
    let _ = answer(channel, (Step::Fork as u8, error.raw_os_error()), &[]);
    exit_now(1)
}

/// The program that runs, whatever its name is now.
const OURSELVES: &CStr = c"/proc/self/exe";

/// Before `main` of whichever program this is part of, tests among them: none of them has to know of helpers.
#[used]
// SAFETY: the section is a list of functions of this very type, which the C library calls once before `main`.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    // SAFETY: no other thread is there yet that could change the environment; the string is compared at once.
    let user = unsafe {
        let role = libc::getenv(ROLE.as_ptr());
        if role.is_null() {
            return;
        }
        match CStr::from_ptr(role).to_bytes() {
            b"own" => User::Own,
            b"same" => User::Same,
            _ => return,
        }
    };
    // SAFETY: it is what `become_helper` has left there. Where somebody else has set the variable, it is no socket, or
    // not there, and this process ends.
    stand(unsafe { BorrowedFd::borrow_raw(CHANNEL) }, user)
}

/// Closes what the copy of a process holds open: sockets and pipes whose ends somebody awaits, the other end of the
/// channel among them.
fn close_all_but(channel: BorrowedFd<'_>) {
    let kept = channel.as_raw_fd().unsigned_abs();
    let (nothing, no_flags) = (0_u32, 0);
    let below = kept.checked_sub(1);
    // SAFETY: nobody in this process uses these descriptors any more.
    let closed = unsafe {
        below
            .is_none_or(|below| libc::syscall(libc::SYS_close_range, nothing, below, no_flags) == 0)
            && libc::syscall(libc::SYS_close_range, kept + 1, u32::MAX, no_flags) == 0
    };
    if closed {
        return;
    }
    // Kernels before 5.9 lack the call.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.map_or(i32::MAX, |limit| i32::try_from(limit).unwrap_or(i32::MAX));
    for descriptor in (0..limit).filter(|descriptor| *descriptor != channel.as_raw_fd()) {
        // SAFETY: as above.
        unsafe { libc::close(descriptor) };
    }
}
