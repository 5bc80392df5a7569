//! What a network of its own costs a program, against forwards on 127.0.0.1:
//!
//!     cargo run --release -p e3-forward --example place_cost [ROUNDS]
//!
//! Two programs talk through one agent's process, which copies bytes from the one's place to the other's and does nothing
//! else. Rounds alternate between the kinds of place; forwards against themselves are the control. Needs no root.
//! Raw data go to standard output as JSON lines, medians with their quartiles to standard error.

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use e3_forward::place::{Accepted, Call, Place, Plan, Programs as _, Resident, Wanted};
use e3_session::types::{Dial, PartyIndex, Ports};
use e3_sys::child;
use tokio::{io::copy_bidirectional, task::JoinSet};

const ROUNDS: usize = 25;
const PORT: u16 = 21_365;
const ROUND_TRIPS: usize = 20_000;
/// Bytes of a message in a round trip; half of a stream's pieces are on their way at once.
const MESSAGE: usize = 64;
const STREAM: usize = 1 << 30;
const PIECE: usize = 1 << 18;

/// The kinds in a round, by name.
const KINDS: [(&str, Wanted); 3] = [
    ("forwards", Wanted::Forwards),
    ("namespace", Wanted::Namespace),
    ("forwards again", Wanted::Forwards),
];

/// What one round has shown of one kind of place.
#[derive(Debug, Clone, Copy)]
struct Shown {
    round_trip_us: f64,
    gbit_s: f64,
    cpu_s: f64,
}

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--answer"), _) => Ok(answer()?),
        (Some("--ask"), Some(at)) => Ok(ask(&at)?),
        (rounds, _) => measure(rounds.map_or(Ok(ROUNDS), str::parse)?),
    }
}

fn measure(rounds: usize) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut found: [Vec<Shown>; 3] = Default::default();
    for round in 0..rounds {
        // Whoever comes first finds another machine than who comes last: they take turns.
        for turn in 0..KINDS.len() {
            let which = (round + turn) % KINDS.len();
            let (name, wanted) = KINDS[which];
            let shown = runtime.block_on(talk(wanted))?;
            println!(
                r#"{{"round":{round},"place":"{name}","round_trip_us":{:.2},"gbit_s":{:.3},"cpu_s":{:.3}}}"#,
                shown.round_trip_us, shown.gbit_s, shown.cpu_s
            );
            found[which].push(shown);
        }
    }
    for (what, of) in [
        (
            "64 B round trip, µs",
            (|shown| shown.round_trip_us) as fn(&Shown) -> f64,
        ),
        ("one stream, Gbit/s", |shown| shown.gbit_s),
        ("processor time, s", |shown| shown.cpu_s),
    ] {
        eprintln!("{what}");
        for ((name, _), shown) in KINDS.iter().zip(&found) {
            let values: Vec<f64> = shown.iter().map(of).collect();
            let ratios = shown
                .iter()
                .zip(&found[0])
                .map(|(one, base)| of(one) / of(base));
            let ([low, middle, high], [_, ratio, _]) =
                (quartiles(values), quartiles(ratios.collect()));
            eprintln!("  {name:<15} {middle:8.2}  ({low:.2}–{high:.2})  ×{ratio:.3}");
        }
    }
    Ok(())
}

/// Two programs in places of a kind, and what they find.
async fn talk(wanted: Wanted) -> Result<Shown, Failed> {
    let places = [plan(0, wanted), plan(1, wanted)].map(|plan| Place::open(&plan).map(Arc::new));
    let [asking, answering] = places;
    let (asking, answering) = (asking?, answering?);
    let mut links = JoinSet::new();
    links.spawn(join(Arc::clone(&asking), Arc::clone(&answering)));
    let mut answerer = start(&answering, &["--answer"])?;
    read(&mut answerer, 1)?;
    let at = asking.dial_table().parties[1].socket().to_string();
    let asker = start(&asking, &["--ask", &at])?;
    let before = child::used()?.cpu;
    let said = tokio::task::spawn_blocking(|| {
        let said = [asker.wait_with_output()?, answerer.wait_with_output()?];
        io::Result::Ok(said.map(|output| output.stdout).concat())
    });
    let said = String::from_utf8(said.await??)?;
    let own = child::used()?.cpu.saturating_sub(before).as_secs_f64();
    let figures: Result<Vec<f64>, _> = said.split_whitespace().map(str::parse).collect();
    let [round_trip_us, gbit_s, asker, answerer] = figures?[..] else {
        return Err("the programs have not told what they found".into());
    };
    Ok(Shown {
        round_trip_us,
        gbit_s,
        cpu_s: own + asker + answerer,
    })
}

fn plan(me: u16, wanted: Wanted) -> Plan {
    let resident = |index: u16| Resident {
        name: format!("p{index}"),
        addresses: vec![[10, 233, 0, u8::try_from(index + 1).unwrap_or(u8::MAX)].into()],
    };
    Plan {
        me: PartyIndex(me),
        parties: vec![resident(0), resident(1)],
        dial: Dial::LowerToHigher,
        ports: Ports::one(PORT),
        wanted,
    }
}

async fn join(from: Arc<Place>, to: Arc<Place>) {
    let mut connections = JoinSet::new();
    while let Ok(accepted) = from.accept().await {
        let to = Arc::clone(&to);
        connections.spawn(async move {
            if let Err(error) = carry(accepted, &to).await {
                eprintln!("a connection has failed: {error}");
            }
        });
    }
}

async fn carry(accepted: Accepted, to: &Place) -> io::Result<()> {
    let mut near = accepted.stream;
    let call = Call {
        from: PartyIndex(0),
        from_port: accepted.from_port,
        port: accepted.port,
        family: accepted.family,
    };
    let mut far = to.dial(call).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

fn start(place: &Place, arguments: &[&str]) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).stdout(Stdio::piped());
    place.program_place().prepare(&mut command);
    child::tie(&mut command);
    command.spawn()
}

fn read(program: &mut Child, bytes: usize) -> io::Result<()> {
    let stdout = program.stdout.as_mut().ok_or(io::ErrorKind::NotFound)?;
    stdout.read_exact(&mut vec![0; bytes])
}

/// The program that answers: messages with messages, a stream with its last byte.
fn answer() -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", PORT))?;
    println!(".");
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut message = [0; MESSAGE];
    for _ in 0..ROUND_TRIPS {
        stream.read_exact(&mut message)?;
        stream.write_all(&message)?;
    }
    let mut piece = vec![0; PIECE];
    for _ in 0..STREAM / PIECE {
        stream.read_exact(&mut piece)?;
    }
    stream.write_all(&[0])?;
    println!("{}", child::used()?.cpu.as_secs_f64());
    Ok(())
}

/// The program that asks, and tells how long it took.
fn ask(at: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    let mut message = [7; MESSAGE];
    let mut trips = Vec::with_capacity(ROUND_TRIPS);
    for _ in 0..ROUND_TRIPS {
        let start = Instant::now();
        stream.write_all(&message)?;
        stream.read_exact(&mut message)?;
        trips.push(micros(start.elapsed()));
    }
    let start = Instant::now();
    let piece = vec![7; PIECE];
    for _ in 0..STREAM / PIECE {
        stream.write_all(&piece)?;
    }
    stream.read_exact(&mut [0])?;
    let bits = f64::from(u32::try_from(STREAM).unwrap_or(u32::MAX)) * 8.0;
    let [_, median, _] = quartiles(trips);
    let speed = bits / start.elapsed().as_secs_f64() / 1e9;
    println!("{median} {speed} {}", child::used()?.cpu.as_secs_f64());
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The quartiles of some figures, the median in the middle.
fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |quarter: usize| values.get(values.len() * quarter / 4).copied();
    [1, 2, 3].map(|quarter| at(quarter).unwrap_or(f64::NAN))
}
