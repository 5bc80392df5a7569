//! Commands that come while an environment comes up, and what an environment must not take along.

use std::{
    fs::{self, File},
    io,
    os::{fd::AsRawFd, unix::fs::PermissionsExt},
};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};

use crate::{
    program::{program, put},
    support::workshop::Workshop,
};

/// The round trip of the two hosts keeps it coming up for a while.
const FAR: &str = "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"syd1\"\n[program]\npath = \"program.py\"\n";

#[test]
fn others_wait_while_an_environment_comes_up() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", FAR);
    workshop.put("program.py", &program("print('done')"));
    let mut first = workshop.begin(&["up"]);
    first.until("building the lab");
    let status = workshop.e3(&["status"]);
    assert_eq!(status.code, 1);
    assert!(
        status.err.contains("is coming up or ending: `e3 up`"),
        "{}",
        status.err
    );
    let second = workshop.begin(&["up"]);
    let run = workshop.e3(&["run", "--json"]).succeeded();
    assert_eq!(run.json()["outcome"]["same"], "done\n");
    assert!(second.ended().succeeded().out.contains("is up already"));
    first.ended().succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_callers_files_are_not_held_open() {
    let workshop = Workshop::new();
    put(&workshop, 1, "pass");
    let file = File::create(workshop.path("callers")).unwrap();
    // As a shell passes on what `exec 9>callers` has opened.
    fcntl_setfd(&file, fcntl_getfd(&file).unwrap() - FdFlags::CLOEXEC).unwrap();
    let up = workshop.begin(&["up"]);
    fcntl_setfd(&file, FdFlags::CLOEXEC).unwrap();
    up.ended().succeeded();
    let open = workshop
        .e3(&["exec", "0", "--", "sh", "-c", "ls -l /proc/self/fd"])
        .succeeded();
    assert!(
        !open.out.contains("callers"),
        "descriptor {}: {}",
        file.as_raw_fd(),
        open.out
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_record_is_its_owners_alone() {
    let workshop = Workshop::new();
    put(&workshop, 1, "print('mine')");
    workshop.e3(&["run"]).succeeded();
    let mode = fs::metadata(workshop.path("runs/latest"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    workshop.nothing_left();
}

#[test]
fn many_files_with_long_names_travel() -> io::Result<()> {
    let workshop = Workshop::new();
    put(&workshop, 1, "print(len(os.listdir('many')))");
    let many = workshop.path("many");
    fs::create_dir(&many)?;
    for number in 0..9000 {
        fs::write(many.join(format!("{}{number}", "long-".repeat(20))), "")?;
    }
    let ran = workshop.e3(&["run", "--json"]).succeeded();
    assert_eq!(ran.json()["outcome"]["same"], "9000\n");
    workshop.nothing_left();
    Ok(())
}
