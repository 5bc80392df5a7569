//! Too little of what the machine has.

use crate::{
    machine::{Wrong, doctor_finds, e3_on},
    page::row,
    program::put,
    support::{desk::Ran, workshop::Workshop},
};

/// Runs this on so many hosts where this is wrong.
fn with(title: &str, (hosts, body): (u16, &str), wrong: &[Wrong]) -> Ran {
    let workshop = Workshop::new();
    put(&workshop, hosts, body);
    let ran = e3_on(&workshop, wrong, &["run"]);
    row(&workshop, title, "e3 run", &ran);
    ran
}

const SHORT: &str = "print('done')";

pub(crate) fn too_few_files_for_a_lab() {
    let few = [Wrong::OpenFiles(64)];
    with("too few open files for a lab", (20, SHORT), &few).refused();
    doctor_finds(&Workshop::new(), &few, "open files");
}

pub(crate) fn too_few_files_to_start() {
    with(
        "too few open files to start",
        (2, SHORT),
        &[Wrong::OpenFiles(9)],
    )
    .refused();
}

pub(crate) fn a_low_soft_limit() {
    let same = "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])";
    let title = "few open files, unless a program asks for more (`ulimit -Sn`)";
    let ran = with(title, (20, same), &[Wrong::OpenFilesAtFirst(64)]).succeeded();
    // Programs have the limit that they would have without E³.
    assert!(ran.out.contains("64"), "{}", ran.out);
}

pub(crate) fn no_threads() {
    with(
        "no further thread may be started",
        (2, SHORT),
        &[Wrong::NoThreads],
    )
    .refused();
}

pub(crate) fn no_processes() {
    with(
        "no further process may be started",
        (2, SHORT),
        &[Wrong::NoProcesses],
    )
    .refused();
}

pub(crate) fn a_greedy_program() {
    // Python's own words for it differ from version to version.
    let body = "try:\n  if me: bytearray(2 ** 40)\nexcept MemoryError: sys.exit('MemoryError')";
    with(
        "a program that wants more memory than there is",
        (2, body),
        &[Wrong::Memory(1 << 30)],
    )
    .refused();
}
