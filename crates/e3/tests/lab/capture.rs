//! Captures: files that are complete, however they ended.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{answered, down, json, support::workshop::Workshop, three_sites};

/// The types of a pcapng file's blocks (section header, interface, enhanced packet, interface statistics), in order.
/// Fails where a block is not whole.
#[track_caller]
fn blocks(file: &[u8]) -> Vec<u32> {
    // The magic of the section header tells the order of bytes.
    let big = file[8..12] == [0x1a, 0x2b, 0x3c, 0x4d];
    let word = |at: usize| {
        let bytes = file[at..at + 4].try_into().unwrap();
        if big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    let mut kinds = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let length = usize::try_from(word(at + 4)).unwrap();
        assert_eq!(word(at + length - 4), word(at + 4), "a block is not whole");
        kinds.push(word(at));
        at += length;
    }
    kinds
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const STATISTICS: u32 = 5;

fn count(blocks: &[u32], kind: u32) -> usize {
    blocks.iter().filter(|block| **block == kind).count()
}

#[test]
fn ctrl_c_completes_the_file() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let args = [
        "lab",
        "capture",
        "wide-area",
        "home:outside",
        "-o",
        "all.pcapng",
    ];
    let mut capture = workshop.begin(&args);
    capture.until("capturing");
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    assert_eq!(answered(&workshop, "home-0", "ams3"), 5);
    capture.signal(Signal::INT);
    let ended = capture.ended().succeeded();
    assert!(ended.err.contains("wide-area: 20 packets"), "{}", ended.err);
    assert!(
        ended.err.contains("home:outside: 10 packets"),
        "{}",
        ended.err
    );
    let blocks = blocks(&std::fs::read(workshop.path("all.pcapng")).unwrap());
    assert_eq!(blocks.first(), Some(&SECTION));
    assert_eq!(count(&blocks, INTERFACE), 2);
    assert_eq!(count(&blocks, PACKET), 30);
    assert_eq!(count(&blocks, STATISTICS), 2);
    down(&workshop);
}

#[test]
fn a_capture_ends_by_itself_after_its_time() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let mut command = workshop.command(&["lab", "capture", "ams3-sgp1", "-o", "-", "--for", "1s"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let capture = command.spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    let output = capture.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(count(&blocks(&output.stdout), PACKET), 10);
    let args = ["capture", "ams3-sgp1", "-o", "x.pcapng", "--for", "200ms"];
    let document = json(&workshop, &args);
    assert_eq!(document["points"][0]["packets"], 0, "{document:#}");
    assert_eq!(document["points"][0]["missed"], 0);
    down(&workshop);
}

#[test]
fn a_capture_ends_with_its_reader() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let mut command = workshop.command(&["lab", "capture", "ams3", "-o", "-"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut capture = command.spawn().unwrap();
    drop(capture.stdout.take());
    let end = Instant::now() + Duration::from_secs(20);
    while capture.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it goes on without a reader");
        answered(&workshop, "ams3", "sgp1");
    }
    assert!(capture.wait().unwrap().success());
    down(&workshop);
}

#[test]
fn what_cannot_be_captured_overwrites_nothing() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    workshop.put("kept", "mine");
    for (point, says) in [
        ("nowhere", "there is no"),
        ("home", "home:inside"),
        ("ams3:left", "no side `left`"),
    ] {
        let refused = workshop
            .e3(&["lab", "capture", point, "-o", "kept"])
            .refused();
        assert!(refused.err.contains(says), "{point}: {}", refused.err);
    }
    assert_eq!(workshop.read("kept"), "mine");
    let refused = workshop.e3(&["lab", "capture", "ams3", "-o", "-", "--json"]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    let refused = workshop
        .e3(&["lab", "capture", "ams3", "-o", "no/such/folder/x"])
        .refused();
    assert!(
        refused.err.contains("cannot write no/such/folder/x"),
        "{}",
        refused.err
    );
    down(&workshop);
}
