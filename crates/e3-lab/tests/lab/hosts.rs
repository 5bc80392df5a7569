//! What a host is to the programs on it.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::{Lab, LabError, Nat, PlanError, Topology};
use e3_world::World;

use crate::common::{address, host, lab, site};

fn output(host: &e3_lab::Host, script: &str) -> String {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    host.enter_command(&mut command);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn a_host_has_its_own_names() {
    let before =
        ["/etc/hosts", "/etc/resolv.conf", "/etc/hostname"].map(|file| fs::read(file).ok());
    let lab = lab(vec![
        site("a", "ams3", Nat::None, &["anna", "arno"]),
        site("b", "nyc3", Nat::port_restricted(), &["bert", "bea"]),
    ]);
    let (anna, bert) = (host(&lab, "anna"), host(&lab, "bert"));
    assert_eq!(output(anna, "uname -n"), "anna\n");
    assert_eq!(output(bert, "uname -n; cat /etc/hostname"), "bert\nbert\n");
    let names = output(bert, "cat /etc/hosts");
    assert!(
        names.contains(&format!("{} bert\n", address(bert))),
        "{names}"
    );
    assert!(names.contains(" bea\n"), "hosts of the same site: {names}");
    assert!(
        names.contains(&format!("{} anna\n", address(anna))),
        "public hosts: {names}"
    );
    let names = output(anna, "cat /etc/hosts");
    assert!(
        !names.contains("bert"),
        "what cannot be reached has no name: {names}"
    );
    assert_eq!(output(anna, "ls /sys/class/net"), "eth0\nlo\n");
    let address = output(bert, "cat /sys/class/net/eth0/address");
    assert!(address.starts_with("02:e3:"), "{address}");
    assert!(!output(anna, "cat /etc/resolv.conf").contains("nameserver"));
    assert_eq!(
        output(anna, "getent hosts arno").split_whitespace().nth(1),
        Some("arno")
    );
    assert_eq!(
        bert.run_in(|| fs::read_to_string("/etc/hostname").unwrap())
            .unwrap(),
        "bert\n"
    );
    let after = ["/etc/hosts", "/etc/resolv.conf", "/etc/hostname"].map(|file| fs::read(file).ok());
    assert_eq!(before, after, "the machine's own files are as they were");
}

pub(crate) fn commands_keep_their_directory() {
    let lab = lab(vec![site("a", "ams3", Nat::None, &["anna"])]);
    let mut command = Command::new("pwd");
    command.current_dir("/usr/bin");
    host(&lab, "anna").enter_command(&mut command);
    assert_eq!(command.output().unwrap().stdout, b"/usr/bin\n");
}

pub(crate) fn kill_all_ends_what_forks() {
    let lab = lab(vec![site("a", "ams3", Nat::None, &["anna", "arno"])]);
    let start = |name: &str| {
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                "(setsid sh -c 'sleep 1000 & sleep 1000' &) ; sleep 1000",
            ])
            .stdout(Stdio::null());
        host(&lab, name).enter_command(&mut command);
        command.spawn().unwrap()
    };
    let (mut killed, mut spared) = (start("anna"), start("arno"));
    let sleepers = || {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let names =
            processes.filter_map(|process| fs::read_to_string(process.path().join("comm")).ok());
        names.filter(|name| name == "sleep\n").count()
    };
    while sleepers() < 6 {
        thread::sleep(Duration::from_millis(5));
    }
    let reaper = thread::spawn(move || killed.wait().unwrap());
    host(&lab, "anna").kill_all().unwrap();
    assert!(!reaper.join().unwrap().success());
    // The dead have names until init has reaped them.
    let started = Instant::now();
    while sleepers() > 3 && started.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(sleepers(), 3, "the other host's are still there");
    spared.kill().unwrap();
    spared.wait().unwrap();
}

pub(crate) fn a_dropped_lab_is_gone() {
    let interfaces = || fs::read_to_string("/proc/net/dev").unwrap();
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let threads = || fs::read_dir("/proc/self/task").unwrap().count();
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap();
    let state = || (interfaces(), descriptors(), threads(), mounts());
    let before = state();
    for _ in 0..3 {
        let lab = lab(vec![
            site("a", "ams3", Nat::None, &["anna"]),
            site("b", "nyc3", Nat::port_restricted(), &["bert"]),
        ]);
        let mut command = Command::new("sleep");
        command.arg("1000");
        host(&lab, "anna").enter_command(&mut command);
        let mut child = command.spawn().unwrap();
        let reaper = thread::spawn(move || child.wait().unwrap());
        drop(lab);
        assert!(
            !reaper.join().unwrap().success(),
            "what ran in it has ended"
        );
    }
    assert_eq!(before, state());
}

pub(crate) fn a_wrong_topology_leaves_nothing() {
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let before = descriptors();
    let sites = vec![site("a", "ansterdam", Nat::None, &["a"])];
    let error = Lab::build(&Topology {
        sites,
        world: World::builtin(),
        seed: 1,
    })
    .unwrap_err();
    assert!(
        matches!(error, LabError::Plan(PlanError::UnknownRegion { .. })),
        "{error}"
    );
    assert_eq!(descriptors(), before);
}

/// Inside, even root's programs have no power over what is the machine's alone.
pub(crate) fn programs_cannot_change_the_machine() {
    let lab = lab(vec![site("a", "ams3", Nat::None, &["anna"])]);
    let refused = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stderr(Stdio::piped());
        host(&lab, "anna").enter_command(&mut command);
        let output = command.output().unwrap();
        assert!(!output.status.success(), "`{script}` was possible");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = refused("date -s \"$(date)\"");
    assert!(said.contains("not permitted"), "{said}");
    let said = refused("mknod /tmp/e3-device b 7 0");
    assert!(said.contains("not permitted"), "{said}");
    // The owner of the machine's first process, as seen inside, is whoever it is outside: files stay theirs.
    let capable = output(host(&lab, "anna"), "grep CapEff: /proc/self/status; id -u");
    assert!(capable.ends_with("\n0\n"), "{capable}");
}
