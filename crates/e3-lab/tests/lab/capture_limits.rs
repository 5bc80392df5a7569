//! Captures whose files take nothing, or nothing more.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::{MemoryFile, Test};
use e3_lab::{CaptureOptions, Point};

use crate::captured::{capture, cloud_and_home, read};
use crate::common::{address, host, udp};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside("a_slow_file_holds_nothing_up", a_slow_file_holds_nothing_up).waiting(),
    Test::inside("a_full_disk_ends_a_capture", a_full_disk_ends_a_capture),
    Test::inside("a_capture_ends_amid_traffic", a_capture_ends_amid_traffic),
    Test::inside(
        "a_reader_that_hangs_is_given_up",
        a_reader_that_hangs_is_given_up,
    )
    .waiting(),
];

const MS: Duration = Duration::from_millis(1);

/// A file that takes nothing before it is told to.
struct Gate(mpsc::Receiver<()>, MemoryFile);

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once the other end is gone, the gate is open.
        let _ = self.0.recv();
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn a_slow_file_holds_nothing_up() {
    let lab = cloud_and_home();
    let (anna, bert) = (host(&lab, "anna"), host(&lab, "bert"));
    let file = MemoryFile::default();
    let (open, gate) = mpsc::channel();
    let options = CaptureOptions {
        snap_length: 60,
        queue: 100_000,
    };
    let capture = lab
        .capture(&[Point::WideArea], options, Gate(gate, file.clone()))
        .unwrap();
    let (from, to) = (udp(bert), udp(anna));
    let target = SocketAddr::from((address(anna), to.local_addr().unwrap().port()));
    for _ in 0..500 {
        let sent = Instant::now();
        from.send_to(&[7; 1000], target).unwrap();
        assert_eq!(to.recv(&mut [0; 1000]).unwrap(), 1000);
        assert!(sent.elapsed() < MS * 500, "{:?}", sent.elapsed());
    }
    let seen = capture.seen().remove(0);
    // Headers of IP, UDP and virtio stand before each 1000 bytes.
    assert_eq!((seen.packets, seen.missed), (96, 404));
    drop(open);
    assert_eq!(capture.finish().unwrap(), [seen]);
    let interface = read(&file.take()).remove(0);
    assert_eq!(interface.packets.len(), 96);
    assert!(
        interface
            .packets
            .iter()
            .all(|packet| packet.data.len() == 60 && packet.length == 1028)
    );
    assert_eq!(interface.statistics, Some((500, 404)));
}

/// A disk with room for so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn a_full_disk_ends_a_capture() {
    let lab = cloud_and_home();
    let capture = capture(&lab, &["wide-area", "bert"], Full(1000));
    let started = Instant::now();
    while !capture.is_over() {
        assert!(started.elapsed() < Duration::from_secs(10));
        let anna = address(host(&lab, "anna"));
        assert_eq!(
            host(&lab, "bert")
                .ping(anna, 10, Duration::from_secs(1))
                .unwrap()
                .len(),
            10
        );
    }
    let error = capture.finish().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
}

fn a_reader_that_hangs_is_given_up() {
    let lab = cloud_and_home();
    let (open, gate) = mpsc::channel();
    let capture = capture(&lab, &["wide-area"], Gate(gate, MemoryFile::default()));
    let started = Instant::now();
    let error = capture.finish().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!((9..20).contains(&started.elapsed().as_secs()));
    drop(open);
}

fn a_capture_ends_amid_traffic() {
    let lab = cloud_and_home();
    let (anna, bert) = (host(&lab, "anna"), host(&lab, "bert"));
    let (from, to) = (udp(bert), udp(anna));
    let target = SocketAddr::from((address(anna), to.local_addr().unwrap().port()));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // One would leave pauses on a busy machine.
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    from.send_to(&[7; 100], target).unwrap();
                }
            });
        }
        let capture = capture(&lab, &["bert", "wide-area"], io::sink());
        thread::sleep(MS * 50);
        let ending = Instant::now();
        let seen = capture.finish().unwrap();
        over.store(true, Ordering::Relaxed);
        println!("{seen:?} after {:?}", ending.elapsed());
        // It ends, which it would not if it waited for a pause.
        assert!(ending.elapsed() < Duration::from_secs(15));
        assert!(seen.iter().all(|point| point.packets > 0));
    });
}
