//! How fast one TCP stream is.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use super::{Figure, Floor, two_sites};
use crate::error::{During, LabError};
use crate::lab::Lab;

/// What is handed over or taken at once.
const BLOCK: usize = 256 * 1024;
/// How long each sample takes, and how many there are.
const SAMPLE: Duration = Duration::from_millis(500);
const SAMPLES: usize = 10;
/// How long a connection takes to get started.
const PATIENCE: Duration = Duration::from_secs(5);

/// Gigabits of data per second that one TCP connection carries between two sites without delay; samples are of half a
/// second each, the first of which does not count.
pub fn stream_0ms_gbit_s() -> Result<Figure, LabError> {
    let samples = stream(&two_sites(Duration::ZERO)?, SAMPLE)?;
    let name = "stream_0ms_gbit_s";
    Ok(Figure::median_of(name, samples, Floor::AtLeast(7.0)))
}

/// The same over a round trip of 80 ms, after the two seconds that the connection takes to find its speed.
pub fn stream_80ms_gbit_s() -> Result<Figure, LabError> {
    let lab = two_sites(Duration::from_millis(80))?;
    let samples = stream(&lab, Duration::from_secs(2))?;
    let name = "stream_80ms_gbit_s";
    Ok(Figure::median_of(name, samples, Floor::AtLeast(1.0)))
}

/// A stream from `a` to `b`, sampled after a time in which it finds its speed.
fn stream(lab: &Lab, start: Duration) -> Result<Vec<f64>, LabError> {
    let (Some(a), Some(b)) = (lab.host("a"), lab.host("b")) else {
        return Ok(Vec::new());
    };
    let address = b.addresses().into_iter().find(IpAddr::is_ipv4);
    let address = address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let listener = b.run_in(|| TcpListener::bind((address, 0)))?;
    let listener = listener.during("listen", b.name())?;
    let there = listener.local_addr().during("listen", b.name())?;
    let outgoing = a.run_in(|| TcpStream::connect_timeout(&there, PATIENCE))?;
    let outgoing = outgoing.during("connect", a.name())?;
    let (incoming, _) = accept(&listener).during("accept a connection", b.name())?;
    sample(outgoing, incoming, start).during("send a stream", a.name())
}

fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let accepted = listener.accept()?;
    accepted.0.set_read_timeout(Some(PATIENCE))?;
    Ok(accepted)
}

fn sample(
    mut outgoing: TcpStream,
    mut incoming: TcpStream,
    start: Duration,
) -> io::Result<Vec<f64>> {
    let received = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    outgoing.set_write_timeout(Some(PATIENCE))?;
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let block = vec![0; BLOCK];
            while !done.load(Relaxed) {
                outgoing.write_all(&block)?;
            }
            outgoing.shutdown(std::net::Shutdown::Both)
        });
        let receiving = scope.spawn(|| {
            let mut block = vec![0; BLOCK];
            loop {
                match incoming.read(&mut block)? {
                    0 => return io::Result::Ok(()),
                    length => received.fetch_add(length as u64, Relaxed),
                };
            }
        });
        thread::sleep(start);
        let samples = (0..SAMPLES).map(|_| rate(&received)).collect();
        done.store(true, Relaxed);
        for thread in [sending, receiving] {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(samples)
    })
}

/// Gigabits per second from now on.
fn rate(received: &AtomicU64) -> f64 {
    let (before, since) = (received.load(Relaxed), Instant::now());
    thread::sleep(SAMPLE);
    let bytes = received.load(Relaxed) - before;
    // What is received in half a second is far below 2⁵³ bytes.
    #[allow(clippy::cast_precision_loss)]
    let gigabits = bytes as f64 * 8e-9;
    gigabits / since.elapsed().as_secs_f64()
}
