//! What a machine does: makes itself wrong, runs the command, and says what is left.

use std::{
    env, fs,
    os::unix::{fs::symlink, process::CommandExt},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use e3_lab::{EnterOptions, Role, enter};
use e3_sys::{
    namespace::{Kind, unshare},
    process::{Side, exit_now, fork},
};
use rustix::{
    mount::{MountFlags, mount, mount_bind, mount_bind_recursive, mount_remount},
    process::{Pid, Resource, Rlimit, WaitOptions, getpid, setrlimit, waitpid},
    thread::{
        CapabilitiesSecureBits, CapabilitySet, CapabilitySets, set_capabilities,
        set_capabilities_secure_bits,
    },
};

use super::{CHARGE, Charge, Wrong};
use crate::page::{PART, Recorded, recorded};
use crate::support::{seen::is_alive, workshop::leftovers};

mod filter;

/// How long what loses its keeper may take to end.
const SOON: Duration = Duration::from_secs(5);

/// The whole life of a machine.
pub(crate) fn machine() {
    let charge: Charge = serde_json::from_str(&env::var(CHARGE).unwrap()).unwrap();
    match enter(EnterOptions::default()).unwrap() {
        Role::Guardian(guardian) => exit_now(guardian.wait().unwrap()),
        Role::Inside => {
            let code = live(&charge);
            exit_now(code)
        }
    }
}

fn live(charge: &Charge) -> i32 {
    // Where its files can be looked at afterwards.
    for wrong in &charge.wrong {
        shared(wrong);
    }
    // What was mounted over the current folder counts from here on.
    env::set_current_dir(env::current_dir().unwrap()).unwrap();
    let code = match fork().unwrap() {
        Side::Child => {
            unshare(&[Kind::Mount]).unwrap();
            for wrong in &charge.wrong {
                own(wrong);
            }
            let error = Command::new(&charge.program)
                .args(&charge.arguments)
                .env_remove(CHARGE)
                .exec();
            panic!("{}: {error}", charge.program.display());
        }
        Side::Parent(child) => wait(child),
    };
    if recorded(&charge.root) == Recorded::Part {
        fs::write(charge.root.join(PART), "").unwrap();
    }
    fs::write(&charge.report, left(&charge.root)).unwrap();
    code
}

fn wait(child: Pid) -> i32 {
    let (_, status) = waitpid(Some(child), WaitOptions::empty()).unwrap().unwrap();
    let killed = || 128 + status.terminating_signal().unwrap();
    status.exit_status().unwrap_or_else(killed)
}

/// What is wrong with the machine for everybody on it.
fn shared(wrong: &Wrong) {
    match wrong {
        Wrong::ReadOnly(path) => rebind(path, MountFlags::RDONLY),
        Wrong::Small(path, bytes) => {
            fs::create_dir_all(path).unwrap();
            fresh(path, &format!("mode=0700,size={bytes}"));
        }
        Wrong::NoUserNamespaces => {
            fs::write("/proc/sys/user/max_user_namespaces", "0").unwrap();
        }
        _ => {}
    }
}

/// What is wrong with it for the command alone.
fn own(wrong: &Wrong) {
    match wrong {
        Wrong::ReadOnly(_) | Wrong::Small(..) | Wrong::NoUserNamespaces => {}
        Wrong::NoRights => renounce(),
        Wrong::Empty(path) => fresh(path, "mode=0755"),
        Wrong::NoDevices(path) => rebind(path, MountFlags::NODEV),
        Wrong::Covered(path, by) => mount_bind(by, path).unwrap(),
        Wrong::Setting(name, value) => {
            let path = Path::new("/proc/sys").join(name);
            fresh(path.parent().unwrap(), "mode=0755");
            fs::write(path, value.to_string()).unwrap();
        }
        Wrong::Filter => filter::no_namespaces(),
        Wrong::NoThreads => filter::no_threads(),
        Wrong::NoProcesses => filter::no_processes(),
        Wrong::Chroot(path) => change_root(path),
        Wrong::OpenFiles(number) => limit(Resource::Nofile, *number, *number),
        Wrong::OpenFilesAtFirst(number) => limit(Resource::Nofile, *number, 4096),
        Wrong::Memory(bytes) => limit(Resource::As, *bytes, *bytes),
    }
}

fn fresh(path: &Path, options: &str) {
    let options = std::ffi::CString::new(options).unwrap();
    mount(
        "tmpfs",
        path,
        "tmpfs",
        MountFlags::empty(),
        Some(options.as_c_str()),
    )
    .unwrap();
}

fn rebind(path: &Path, flags: MountFlags) {
    mount_bind(path, path).unwrap();
    // Flags that the mount has from outside may not be taken away in a user namespace.
    let kept = rustix::fs::statvfs(path).unwrap().f_flag;
    let same = |flag: rustix::fs::StatVfsMountFlags, as_mount| {
        if kept.contains(flag) {
            as_mount
        } else {
            MountFlags::empty()
        }
    };
    let kept = same(rustix::fs::StatVfsMountFlags::NOSUID, MountFlags::NOSUID)
        | same(rustix::fs::StatVfsMountFlags::NODEV, MountFlags::NODEV)
        | same(rustix::fs::StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC)
        | same(rustix::fs::StatVfsMountFlags::NOATIME, MountFlags::NOATIME)
        | same(
            rustix::fs::StatVfsMountFlags::RELATIME,
            MountFlags::RELATIME,
        );
    mount_remount(path, MountFlags::BIND | flags | kept, "").unwrap();
}

/// As `chroot` is used for: a folder with all that is needed, which is no mount.
fn change_root(root: &Path) {
    fs::create_dir(root).unwrap();
    for entry in fs::read_dir("/").unwrap().flatten() {
        let (path, there) = (entry.path(), root.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            symlink(fs::read_link(&path).unwrap(), there).unwrap();
        } else if kind.is_dir() {
            fs::create_dir(&there).unwrap();
            mount_bind_recursive(&path, &there).unwrap();
        }
    }
    let here = env::current_dir().unwrap();
    rustix::process::chroot(root).unwrap();
    env::set_current_dir(here).unwrap();
}

/// Gives up all rights for good. Root in a user namespace would get them back by starting a program otherwise.
fn renounce() {
    let never = CapabilitiesSecureBits::NO_ROOT
        | CapabilitiesSecureBits::NO_ROOT_LOCKED
        | CapabilitiesSecureBits::NO_SETUID_FIXUP;
    set_capabilities_secure_bits(never).unwrap();
    let none = CapabilitySet::empty();
    let none = CapabilitySets {
        effective: none,
        permitted: none,
        inheritable: none,
    };
    set_capabilities(None, none).unwrap();
}

fn limit(resource: Resource, now: u64, most: u64) {
    setrlimit(
        resource,
        Rlimit {
            current: Some(now),
            maximum: Some(most),
        },
    )
    .unwrap();
}

/// One line for each process that goes on, and each file of an environment's that is there.
fn left(root: &Path) -> String {
    let end = Instant::now() + SOON;
    while !others().is_empty() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    let processes = others().into_iter().map(|pid| format!("process {pid}\n"));
    let files = leftovers(root)
        .into_iter()
        .map(|path| format!("{}\n", path.display()));
    processes.chain(files).collect()
}

/// All but this process and the first, which ends with it.
fn others() -> Vec<u32> {
    let own = getpid().as_raw_pid().unsigned_abs();
    let all = crate::support::seen::pids();
    all.into_iter()
        .filter(|pid| *pid != own && *pid != 1 && is_alive(*pid))
        .collect()
}
