//! Machines that lack a device or a program.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::PathBuf,
};

use crate::{
    machine::{Wrong, doctor_finds, e3_on},
    page::row,
    program::put,
    support::{desk::Ran, workshop::Workshop},
};

fn tun(title: &str, wrong: impl Fn(&Workshop) -> Wrong) {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    // Apart from one another, or there would be nothing to route.
    let apart = "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"nyc3\"\n[program]\npath = \"program.py\"\n";
    workshop.put("e3.toml", apart);
    let wrong = [wrong(&workshop)];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(&workshop, title, "e3 run", &ran);
    doctor_finds(&workshop, &wrong, "TUN");
}

pub(crate) fn no_tun() {
    tun("no /dev/net/tun", |_| {
        Wrong::Empty(PathBuf::from("/dev/net"))
    });
}

pub(crate) fn a_closed_tun() {
    tun("a /dev/net/tun that may not be opened", |_| {
        Wrong::NoDevices(PathBuf::from("/dev/net/tun"))
    });
}

pub(crate) fn a_tun_without_driver() {
    tun("a /dev/net/tun without a driver", |workshop| {
        // Whoever opens a socket's name hears what a device without a driver says, too.
        let socket = workshop.root().join("socket");
        UnixListener::bind(&socket).unwrap();
        Wrong::Covered(PathBuf::from("/dev/net/tun"), socket)
    });
}

/// A folder with programs, as all that is on the PATH: these of the machine's, and stand-ins.
fn path(workshop: &Workshop, stand_ins: &[(&str, &str)]) -> PathBuf {
    let folder = workshop.root().join("bin");
    fs::create_dir(&folder).unwrap();
    for (name, script) in stand_ins {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// Runs with these stand-ins as all that is on the PATH, and without a Python environment from before.
fn with_programs(stand_ins: &[(&str, &str)]) -> (Workshop, Ran) {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let mut command = workshop.command(&["run"]);
    command.env("PATH", path(&workshop, stand_ins));
    command.env("XDG_CACHE_HOME", workshop.root().join("home/cache"));
    let ran = workshop.going(command).ended();
    (workshop, ran)
}

pub(crate) fn no_python() {
    let (workshop, ran) = with_programs(&[]);
    row(&workshop, "no Python", "e3 run", &ran.refused());
}

pub(crate) fn an_old_python() {
    let (workshop, ran) = with_programs(&[("python3", "echo 3.8.10")]);
    row(
        &workshop,
        "a Python that is too old",
        "e3 run",
        &ran.refused(),
    );
}

pub(crate) fn a_python_without_venv() {
    let script = "case $* in *venv*) echo 'No module named venv' >&2; exit 1;; esac; echo 3.11.2";
    let (workshop, ran) = with_programs(&[("python3", script)]);
    row(&workshop, "a Python without venv", "e3 run", &ran.refused());
}

pub(crate) fn no_nft() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let home = "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"fra1\"\nnat = \"home\"\n[program]\npath = \"program.py\"\n";
    workshop.put("e3.toml", &format!("order = [\"b\", \"a\"]\n{home}"));
    // Also where a user's PATH often does not lead.
    let path = std::env::var_os("PATH").unwrap();
    let more = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let hidden: BTreeSet<_> = std::env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join("nft"))
        .filter_map(|nft| nft.canonicalize().ok())
        .collect();
    let wrong: Vec<_> = hidden
        .into_iter()
        .map(|nft| Wrong::Covered(nft, PathBuf::from("/dev/null")))
        .collect();
    let ran = e3_on(&workshop, &wrong, &["run"]).succeeded();
    row(&workshop, "no nft, and a NAT", "e3 run", &ran);
}

/// Runs where this folder is empty.
fn without(title: &str, folder: &str) -> Ran {
    let workshop = Workshop::new();
    put(&workshop, 1, "print('done')");
    let ran = e3_on(&workshop, &[Wrong::Empty(PathBuf::from(folder))], &["run"]);
    row(&workshop, title, "e3 run", &ran);
    ran
}

pub(crate) fn no_dev() {
    without("nothing in /dev", "/dev");
}

pub(crate) fn no_sys() {
    without("nothing in /sys", "/sys");
}

pub(crate) fn no_etc() {
    without("nothing in /etc", "/etc");
}
