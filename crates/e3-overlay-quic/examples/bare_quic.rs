//! What one stream of bare QUIC is worth: iroh from memory to memory, without links, agents or programs. What the
//! overlay carries over QUIC cannot be more.
//!
//! ```text
//! cargo run --release -p e3-overlay-quic --example bare_quic -- [ROUNDS]
//! ```
//!
//! Both ends are in this process, a thread each, and speak over the loopback interface; plain TCP does the same, in turns.

use std::{
    env,
    error::Error,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use iroh::{
    Endpoint, EndpointAddr, RelayMode, TransportAddr,
    endpoint::{PortmapperConfig, QuicTransportConfig, VarInt, presets},
};
use tokio::runtime::{Builder, Runtime};

const ALPN: &[u8] = b"e3/bare";
const EACH: Duration = Duration::from_secs(1);
const CHUNK: usize = 256 * 1024;
/// As the overlay has it.
const WINDOW: u32 = 16 << 20;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let rounds: usize = env::args().nth(1).map_or(Ok(10), |text| text.parse())?;
    let (mut tcp, mut quic) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        tcp.push(plain()?);
        quic.push(bare()?);
    }
    for (name, mut found) in [("tcp", tcp), ("quic", quic)] {
        found.sort_by(f64::total_cmp);
        let at = |index: usize| found.get(index).copied().unwrap_or(f64::NAN);
        let (least, median, most) = (
            at(0),
            at(found.len() / 2),
            at(found.len().saturating_sub(1)),
        );
        println!("{name:<5} {median:6.2} Gbit/s ({least:.2} to {most:.2})");
    }
    Ok(())
}

/// Gigabits a second of plain TCP.
fn plain() -> Outcome<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = listener.local_addr()?;
    let sender = thread::spawn(move || -> Outcome<()> {
        let mut socket = TcpStream::connect(at)?;
        let (bytes, begin) = (vec![7; CHUNK], Instant::now());
        while begin.elapsed() < EACH {
            socket.write_all(&bytes)?;
        }
        Ok(())
    });
    let (mut socket, _) = listener.accept()?;
    let (mut bytes, mut count, begin) = (vec![0; CHUNK], 0, Instant::now());
    loop {
        match socket.read(&mut bytes)? {
            0 => break,
            some => count += some,
        }
    }
    let found = rate(count, begin);
    sender.join().map_err(|_| "the sender panicked")??;
    Ok(found)
}

/// Gigabits a second of one stream of a QUIC connection.
fn bare() -> Outcome<f64> {
    let (tell, told) = mpsc::channel();
    let receiver = thread::spawn(move || runtime()?.block_on(receive(tell)));
    runtime()?.block_on(send(&told.recv()?))?;
    receiver.join().map_err(|_| "the receiver panicked")?
}

/// An agent has one thread, too.
fn runtime() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

async fn receive(tell: mpsc::Sender<EndpointAddr>) -> Outcome<f64> {
    let endpoint = endpoint().await?;
    let port = endpoint
        .bound_sockets()
        .iter()
        .find(|at| at.is_ipv4())
        .map_or(0, SocketAddr::port);
    let at = TransportAddr::Ip(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    tell.send(EndpointAddr::from_parts(endpoint.id(), [at]))?;
    let incoming = endpoint.accept().await.ok_or("nobody has called")?;
    let connection = incoming.await?;
    let mut stream = connection.accept_uni().await?;
    let (mut bytes, mut count, begin) = (vec![0; CHUNK], 0, Instant::now());
    while let Some(some) = stream.read(&mut bytes).await? {
        count += some;
    }
    let found = rate(count, begin);
    connection.close(VarInt::from_u32(0), b"");
    endpoint.close().await;
    Ok(found)
}

async fn send(to: &EndpointAddr) -> Outcome<()> {
    let endpoint = endpoint().await?;
    let connection = endpoint.connect(to.clone(), ALPN).await?;
    let mut stream = connection.open_uni().await?;
    let (bytes, begin) = (vec![7; CHUNK], Instant::now());
    while begin.elapsed() < EACH {
        stream.write_all(&bytes).await?;
    }
    stream.finish()?;
    connection.closed().await;
    endpoint.close().await;
    Ok(())
}

async fn endpoint() -> Outcome<Endpoint> {
    let transport = QuicTransportConfig::builder()
        .stream_receive_window(VarInt::from_u32(WINDOW))
        .receive_window(VarInt::from_u32(WINDOW))
        .send_window(u64::from(WINDOW))
        .build();
    let endpoint = Endpoint::builder(presets::Minimal)
        .alpns(vec![ALPN.to_vec()])
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr((Ipv4Addr::LOCALHOST, 0))?
        .portmapper_config(PortmapperConfig::Disabled)
        .transport_config(transport)
        .bind()
        .await?;
    Ok(endpoint)
}

#[expect(clippy::cast_precision_loss, reason = "a mantissa is long enough")]
fn rate(bytes: usize, begin: Instant) -> f64 {
    bytes as f64 * 8.0 / 1e9 / begin.elapsed().as_secs_f64()
}
