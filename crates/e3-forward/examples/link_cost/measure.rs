//! What is measured, and how it is shown.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// What one way was worth in one round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Round trips of 64 bytes, in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// One stream.
    pub(crate) mbit_s: f64,
}

/// The first byte of a connection says what the other end is to do with the rest.
pub(crate) const ECHO: u8 = b'e';
pub(crate) const COUNT: u8 = b'c';

/// The median and the 99th percentile, in microseconds.
pub(crate) fn round_trips(at: SocketAddr, long: Duration) -> io::Result<(f64, f64)> {
    let mut socket = TcpStream::connect(at)?;
    socket.set_nodelay(true)?;
    socket.write_all(&[ECHO])?;
    let mut message = [7; 64];
    let mut took = Vec::new();
    let begin = Instant::now();
    while begin.elapsed() < long {
        let before = Instant::now();
        socket.write_all(&message)?;
        socket.read_exact(&mut message)?;
        took.push(before.elapsed().as_secs_f64() * 1e6);
    }
    // The beginning is slower than the rest.
    let mut took = took.split_off(took.len() / 10);
    took.sort_by(f64::total_cmp);
    let at = |share: usize| {
        took.get(took.len() * share / 100)
            .copied()
            .unwrap_or(f64::NAN)
    };
    Ok((at(50), at(99)))
}

/// Megabits a second, from the first byte sent to the last one received.
pub(crate) fn stream(at: SocketAddr, long: Duration) -> io::Result<f64> {
    let mut socket = TcpStream::connect(at)?;
    socket.write_all(&[COUNT])?;
    let bytes = vec![7; 256 * 1024];
    let begin = Instant::now();
    let mut sent = 0_u64;
    while begin.elapsed() < long {
        socket.write_all(&bytes)?;
        sent += bytes.len() as u64;
    }
    socket.shutdown(std::net::Shutdown::Write)?;
    let mut count = [0; 8];
    socket.read_exact(&mut count)?;
    if u64::from_be_bytes(count) != sent {
        return Err(io::Error::other("bytes were lost"));
    }
    #[expect(clippy::cast_precision_loss, reason = "a mantissa is long enough")]
    Ok(sent as f64 * 8.0 / 1e6 / begin.elapsed().as_secs_f64())
}

/// One of the figures.
type Part = fn(&Figures) -> f64;

/// A table: each way's medians with their ranges, and its ratios to the first way.
pub(crate) fn print(names: &[&str], all: &[Vec<Figures>]) {
    let parts: [(&str, Part); 3] = [
        ("64 B p50 µs", |figures| figures.p50),
        ("64 B p99 µs", |figures| figures.p99),
        ("stream Mbit/s", |figures| figures.mbit_s),
    ];
    for (title, part) in parts {
        println!("{title}");
        for (name, figures) in names.iter().zip(all) {
            let (median, least, most) = spread(figures.iter().map(part));
            let base = all.first().map(Vec::as_slice).unwrap_or_default();
            let ratios = figures
                .iter()
                .zip(base)
                .map(|(this, base)| part(this) / part(base));
            let (ratio, lower, upper) = spread(ratios);
            println!(
                "  {name:<10} {median:>8.1} ({least:.1} to {most:.1})   ×{ratio:.2} ({lower:.2} to {upper:.2})"
            );
        }
    }
}

/// Median, least and greatest.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    (
        at(values.len() / 2),
        at(0),
        at(values.len().saturating_sub(1)),
    )
}
