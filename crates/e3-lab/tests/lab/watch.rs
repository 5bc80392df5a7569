//! Watching a run.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use e3_lab::testing::Test;
use e3_lab::{Lab, Site, Watch};

use crate::common::{SOON, address, host, lab_in, two_regions};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside("a_watch_counts_its_own_time", a_watch_counts_its_own_time),
    Test::inside("a_watch_tells_who_is_busy", a_watch_tells_who_is_busy),
    Test::inside(
        "the_router_is_prompt_beside_busy_programs",
        the_router_is_prompt_beside_busy_programs,
    ),
];

const MS: Duration = Duration::from_millis(1);

fn pair() -> Lab {
    let site = |name: &str, region: &str| Site::new(name, region).hosts([name]);
    lab_in(
        two_regions(MS, MS),
        vec![site("a", "here"), site("b", "there")],
    )
}

fn ping(lab: &Lab, count: u16) -> usize {
    let to = address(host(lab, "b"));
    host(lab, "a").ping(to, count, SOON).unwrap().len()
}

fn a_watch_counts_its_own_time() {
    let lab = pair();
    assert_eq!(ping(&lab, 30), 30, "{:?}", lab.counters());
    let watch = lab.watch();
    assert_eq!(ping(&lab, 7), 7);
    thread::sleep(MS * 400);
    let watched = watch.so_far();
    assert_eq!(watched.lateness.packets, 14, "there and back");
    assert_eq!(watched.counters.pairs.len(), 2);
    assert!(
        watched
            .counters
            .pairs
            .iter()
            .all(|pair| pair.delivered.packets == 7),
        "{watched:?}"
    );
    let beats = u64::try_from(watched.duration.as_millis() / 20).unwrap();
    assert!(beats.abs_diff(watched.wakes.packets) < 2, "{watched:?}");
    let wakes = Watch::stop(watch).wakes.packets;
    assert!(wakes >= watched.wakes.packets);
    assert_eq!(
        lab.watch().stop().lateness.packets,
        0,
        "a period of its own"
    );
}

/// A process that computes for as long as it is left to.
struct Busy(Child);

impl Busy {
    fn start() -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "while :; do :; done"]);
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn a_watch_tells_who_is_busy() {
    let lab = pair();
    let watch = lab.watch();
    let busy: Vec<_> = (0..8).map(|_| Busy::start()).collect();
    thread::sleep(MS * 500);
    let watched = watch.so_far();
    drop(busy);
    println!("{watched:?}");
    let machine = watched.machine;
    // What else runs on this machine may take its part, but not all of it.
    assert!(
        machine.used > 0.8 && machine.used_by_lab > 0.02,
        "{machine:?}"
    );
    assert!(machine.used_by_lab <= machine.used);
}

/// Programs that compute on the lab's hosts do not make the router late: not one in two times, as they would if they
/// shared its session.
fn the_router_is_prompt_beside_busy_programs() {
    let lab = pair();
    let compute = || {
        lab.shell("a", "while :; do :; done")
            .unwrap()
            .spawn()
            .unwrap()
    };
    let busy: Vec<_> = (0..8).map(|_| Busy(compute())).collect();
    thread::sleep(MS * 300);
    let watch = lab.watch();
    thread::sleep(MS * 1000);
    let watched = watch.stop();
    drop(busy);
    println!("{:?}", watched.wakes);
    assert!(watched.wakes.packets > 25);
    assert!(watched.wakes.median < MS, "{:?}", watched.wakes);
}
