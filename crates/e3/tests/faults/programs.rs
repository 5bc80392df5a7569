//! Programs that misbehave.

use std::time::{Duration, Instant};

use crate::{
    page::row,
    program::put,
    support::{desk::Ran, workshop::Workshop},
};

/// Nothing here takes as long, on a machine however busy.
pub(crate) const LONG: Duration = Duration::from_mins(5);

/// Runs this on two hosts.
fn runs(title: &str, body: &str, more: &[&str]) -> (Workshop, Ran) {
    let workshop = Workshop::new();
    put(&workshop, 2, body);
    let run = workshop.begin(&[&["run"], more].concat());
    let ran = run.patiently(LONG).ended();
    let command = ["e3 run", &more.join(" ")].join(" ");
    row(&workshop, title, command.trim_end(), &ran);
    (workshop, ran)
}

pub(crate) fn crashes() {
    let body = "print('so far')\nsys.exit(3 if me else 0)";
    let (workshop, ran) = runs("a program that crashes", body, &[]);
    assert_eq!(ran.code, 3);
    assert!(workshop.read("runs/latest/party-0.log").contains("so far"));
}

pub(crate) fn is_killed() {
    let body = "if me: os.kill(os.getpid(), signal.SIGKILL)";
    assert_eq!(runs("a program that is killed", body, &[]).1.code, 137);
}

pub(crate) fn prints_a_gigabyte() {
    let body = "block = ('x' * 9999 + '\\n') * 1000\nfor _ in range(100 if me else 0): sys.stdout.write(block)";
    let time = ["--set", "program.timeout=5min"];
    let (workshop, _) = runs("a program that prints a gigabyte", body, &time);
    let kept = std::fs::metadata(workshop.path("runs/latest/party-1.log")).unwrap();
    assert!(kept.len() <= 64 * 1024 * 1024, "{} bytes kept", kept.len());
}

pub(crate) fn never_ends() {
    let begin = Instant::now();
    let body = "while me: time.sleep(1)";
    let (_, ran) = runs(
        "a program that never ends",
        body,
        &["--set", "program.timeout=1s"],
    );
    assert_eq!(ran.code, 1);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

pub(crate) fn detaches() {
    let body = "if os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    for fd in range(64):\n      try: os.close(fd)\n      except OSError: pass\n    time.sleep(1000)\n  os._exit(0)\nprint('done')";
    assert_eq!(
        runs("a program that forks and detaches", body, &[]).1.code,
        0
    );
}

pub(crate) fn kills_all() {
    let body = "print('so far', flush=True)\ntime.sleep(0.2)\nif me: os.kill(-1, signal.SIGKILL)\ntime.sleep(100)";
    let (workshop, ran) = runs("a program that kills all it can", body, &[]);
    assert_ne!(ran.code, 0);
    assert!(workshop.read("runs/latest/party-0.log").contains("so far"));
    assert!(workshop.e3(&["logs"]).succeeded().out.contains("so far"));
}

pub(crate) fn kills_its_agent() {
    let body = "print('so far', flush=True)\ntime.sleep(0.2)\nif me: os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(100)";
    let (workshop, ran) = runs("a program that kills its agent", body, &[]);
    assert_ne!(ran.code, 0);
    assert!(workshop.read("runs/latest/party-1.log").contains("so far"));
}

pub(crate) fn removes_its_files() {
    let body = "import shutil\nshutil.rmtree('.', ignore_errors=True)\nprint('done')";
    assert_eq!(
        runs("a program that removes its own files", body, &[])
            .1
            .code,
        0
    );
}

pub(crate) fn closes_its_output() {
    let body = "os.close(1)\nos.close(2)\ntime.sleep(0.3)\nos._exit(4 if me else 0)";
    let (_, ran) = runs("a program that closes its output and goes on", body, &[]);
    assert_eq!(ran.code, 4);
}

pub(crate) fn waits_for_input() {
    let body = "print(len(sys.stdin.read()))";
    assert_eq!(runs("a program that waits for input", body, &[]).1.code, 0);
}
