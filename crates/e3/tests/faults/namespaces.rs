//! Machines that do not let everybody make namespaces.

use std::path::PathBuf;

use crate::{
    machine::{Wrong, doctor_finds, e3_on},
    page::row,
    program::put,
    support::workshop::Workshop,
};

/// Runs where this is wrong, and is refused.
fn refused(title: &str, wrong: &[Wrong]) {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let ran = e3_on(&workshop, wrong, &["run"]).refused();
    row(&workshop, title, "e3 run", &ran);
    if ran.err.contains("e3 doctor") {
        doctor_finds(&workshop, wrong, "namespaces");
    }
}

fn setting(name: &str, value: u64) -> Wrong {
    Wrong::Setting(name.to_owned(), value)
}

pub(crate) fn none_are_left() {
    let title = "no further user namespaces (user.max_user_namespaces=0)";
    refused(title, &[Wrong::NoUserNamespaces, Wrong::NoRights]);
}

pub(crate) fn root_does_without() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let ran = e3_on(&workshop, &[Wrong::NoUserNamespaces], &["run"]).succeeded();
    row(&workshop, "no user namespaces, but root", "e3 run", &ran);
}

pub(crate) fn poor_root() {
    // The rights of a user who is not called root are no matter.
    refused(
        "root without its rights (--cap-drop ALL)",
        &[Wrong::NoRights],
    );
}

pub(crate) fn debian() {
    let off = setting("kernel/unprivileged_userns_clone", 0);
    refused(
        "no user namespaces for ordinary users (Debian)",
        &[off, Wrong::Filter, Wrong::NoRights],
    );
}

pub(crate) fn ubuntu() {
    let restricted = setting("kernel/apparmor_restrict_unprivileged_userns", 1);
    refused(
        "no user namespaces by AppArmor (Ubuntu)",
        &[restricted, Wrong::Filter, Wrong::NoRights],
    );
}

pub(crate) fn a_filter() {
    refused(
        "a filter of system calls, as in a container",
        &[Wrong::Filter, Wrong::NoRights],
    );
}

pub(crate) fn a_chroot() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let wrong = [Wrong::Chroot(workshop.root().join("root")), Wrong::NoRights];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(&workshop, "a chroot", "e3 run", &ran);
}

pub(crate) fn no_proc() {
    refused("no /proc", &[Wrong::Empty(PathBuf::from("/proc"))]);
}
