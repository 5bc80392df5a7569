//! A runtime of its own on every host.

use e3_lab::{Lab, Site, Topology};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    e3_lab::enter_or_exit()?;
    let site = |name: &str, region: &str| Site::new(name, region).hosts([name]);
    let lab = Lab::build(&Topology::new([site("anna", "ams3"), site("bert", "nyc3")]))?;
    let (Some(anna), Some(bert)) = (lab.host("anna"), lab.host("bert")) else {
        return Err("both hosts have been declared".into());
    };
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
    };

    // On anna a runtime that echoes, on bert one that measures; each on a thread of its own.
    let listener = anna.run_in(|| std::net::TcpListener::bind("0.0.0.0:7000"))??;
    listener.set_nonblocking(true)?;
    let echo = || {
        runtime()?.block_on(async {
            let (mut stream, _) = TcpListener::from_std(listener)?.accept().await?;
            let (mut from, mut to) = stream.split();
            tokio::io::copy(&mut from, &mut to).await
        })
    };
    let measure = || {
        runtime()?.block_on(async {
            let mut stream = TcpStream::connect("anna:7000").await?;
            let started = std::time::Instant::now();
            stream.write_all(b"?").await?;
            stream.read_exact(&mut [0]).await?;
            std::io::Result::Ok(started.elapsed())
        })
    };
    let took = std::thread::scope(|scope| {
        scope.spawn(|| anna.run_in(echo));
        bert.run_in(measure)
    })??;
    println!("there and back in {took:?}");
    assert!(took > std::time::Duration::from_millis(80));
    Ok(())
}
