//! Filters of system calls: they refuse what a machine would refuse.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// Refuses user namespaces, as containers do by default.
pub(super) fn no_namespaces() {
    no_newer_clone();
    let user_namespaces = clone_with(libc::CLONE_NEWUSER, true);
    refuse(
        libc::EPERM,
        &[
            (libc::SYS_clone, user_namespaces),
            (libc::SYS_unshare, vec![]),
        ],
    );
}

/// Refuses threads and processes, as where the limit on a user's processes is reached.
pub(super) fn no_threads() {
    no_newer_clone();
    refuse(libc::EAGAIN, &[(libc::SYS_clone, vec![])]);
}

/// Refuses processes, but not threads.
pub(super) fn no_processes() {
    no_newer_clone();
    let processes = clone_with(libc::CLONE_THREAD, false);
    refuse(libc::EAGAIN, &[(libc::SYS_clone, processes)]);
}

/// Its flags lie in memory, where a filter cannot look: callers take the older call then.
fn no_newer_clone() {
    refuse(libc::ENOSYS, &[(libc::SYS_clone3, vec![])]);
}

fn refuse(error: i32, calls: &[(i64, Vec<SeccompRule>)]) {
    let calls: BTreeMap<_, _> = calls.iter().cloned().collect();
    let then = SeccompAction::Errno(error.cast_unsigned());
    let target = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, then, target).unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    apply_filter(&program).unwrap();
}

/// `clone` whose flags have this one, or do not.
fn clone_with(flag: i32, has: bool) -> Vec<SeccompRule> {
    let flag = u64::from(flag.cast_unsigned());
    let is = SeccompCmpOp::MaskedEq(flag);
    let wanted = if has { flag } else { 0 };
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, is, wanted).unwrap();
    vec![SeccompRule::new(vec![condition]).unwrap()]
}
