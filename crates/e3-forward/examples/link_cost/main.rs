//! What a link costs: round trips of 64 bytes and one stream, over the loopback interface.
//!
//! ```text
//! cargo run --release -p e3-forward --example link_cost -- [--rounds N] [--way NAME]... [--out FILE]
//! ```
//!
//! Each way is measured once a round, in turns, and compared with plain TCP of the same round. What was measured goes to
//! FILE, a line of JSON for each; the table has medians, with the least and the greatest. Program, agent, agent and
//! program have a thread each, as they have a process each where it counts.

use std::{env, fs::File, io::Write as _, time::Duration};

mod measure;
mod secured;
mod ways;

use measure::{Figures, round_trips, stream};
use ways::{WAYS, Way};

/// How long each of the two is measured.
const EACH: Duration = Duration::from_millis(700);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rounds = 10;
    let mut wanted: Vec<(&str, Way)> = Vec::new();
    let mut out = None;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or("every option has a value")?;
        match argument.as_str() {
            "--rounds" => rounds = value.parse()?,
            "--way" => {
                let way = WAYS.iter().find(|(name, _)| *name == value);
                wanted.push(*way.ok_or_else(|| format!("no way is called {value}"))?);
            }
            "--out" => out = Some(File::create(value)?),
            other => return Err(format!("{other} is no option").into()),
        }
    }
    if wanted.is_empty() {
        wanted = WAYS.to_vec();
    }
    let mut all: Vec<Vec<Figures>> = vec![Vec::new(); wanted.len()];
    for round in 0..rounds {
        for ((name, way), figures) in wanted.iter().zip(&mut all) {
            let measured = {
                let path = way.open()?;
                let (p50, p99) = round_trips(path.at, EACH)?;
                let mbit_s = stream(path.at, EACH)?;
                Figures { p50, p99, mbit_s }
            };
            if let Some(out) = &mut out {
                writeln!(
                    out,
                    r#"{{"round":{round},"way":"{name}","p50_us":{:.2},"p99_us":{:.2},"mbit_s":{:.0}}}"#,
                    measured.p50, measured.p99, measured.mbit_s
                )?;
            }
            figures.push(measured);
        }
    }
    let names: Vec<_> = wanted.iter().map(|(name, _)| *name).collect();
    measure::print(&names, &all);
    Ok(())
}
