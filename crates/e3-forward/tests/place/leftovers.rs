//! What is left of a place: nothing.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::FileExt as _,
    path::Path,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use e3_forward::place::Wanted;
use e3_lab::testing::helper;

use crate::{
    program::Program,
    scene::{Scene, plan},
};

/// A helper that is what an agent is: it has a place, and a program in it.
pub(crate) const AGENT: &str = "agent";

pub(crate) fn agent() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    println!("{}", program.ask("network"));
    sleep(Duration::from_mins(1));
}

pub(crate) fn dropped() {
    // What the first runtime leaves open belongs to the process.
    drop(Scene::of(&plan(0, 3, Wanted::Forwards)));
    let before = fs::read_dir("/proc/self/fd").unwrap().count();
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    let network = program.ask("network");
    let children = children_of_this();
    let count = children.split_whitespace().count();
    assert_eq!(count, 2, "the program and what keeps the namespace");
    drop((program, scene));
    assert_eq!(processes_in(&network), 0);
    assert_eq!(children_of_this(), "");
    assert_eq!(fs::read_dir("/proc/self/fd").unwrap().count(), before);
}

pub(crate) fn killed() {
    let mut agent = helper(AGENT).stdout(Stdio::piped()).spawn().unwrap();
    let mut network = String::new();
    BufReader::new(agent.stdout.take().unwrap())
        .read_line(&mut network)
        .unwrap();
    let network = network.trim();
    assert_eq!(processes_in(network), 2);
    agent.kill().unwrap();
    agent.wait().unwrap();
    let start = Instant::now();
    while processes_in(network) > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "somebody is still there"
        );
        sleep(Duration::from_millis(10));
    }
}

/// What stands in a program's network has none of the secrets that its agent has.
pub(crate) fn secrets() {
    // Nowhere in the program's file.
    let secret: Vec<u8> = (0..64_u8).map(|at| at.wrapping_mul(73) ^ 0x5a).collect();
    let _scene = Scene::namespace();
    let children = children_of_this();
    let pid = children.trim();
    assert!(holds(&std::process::id().to_string(), &secret));
    assert!(!holds(pid, &secret));
}

/// Whether a process has these bytes in its memory.
fn holds(pid: &str, secret: &[u8]) -> bool {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut seen = 0;
    let found = maps.lines().any(|line| {
        let (begin, rest) = line.split_once('-').unwrap();
        let (end, _) = rest.split_once(' ').unwrap();
        let [begin, end] = [begin, end].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - begin).unwrap().min(64 << 20)];
        // What the kernel keeps there cannot be read.
        if memory.read_exact_at(&mut bytes, begin).is_err() {
            return false;
        }
        seen += 1;
        bytes.windows(secret.len()).any(|some| some == secret)
    });
    assert!(seen > 0, "nothing of process {pid} can be read");
    found
}

/// How many processes are in a network.
fn processes_in(network: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|process| fs::read_link(process.unwrap().path().join("ns/net")).ok())
        .filter(|found| found == Path::new(network))
        .count()
}

/// The children of this process, those that have ended among them.
fn children_of_this() -> String {
    fs::read_to_string("/proc/thread-self/children").unwrap()
}
