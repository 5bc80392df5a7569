//! The wall clock jumps.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    thread,
};

use serde_json::Value;

use crate::{page::row, program::put, support::workshop::Workshop};

/// A day, in milliseconds.
const DAY: u64 = 24 * 3600 * 1000;

/// Nobody but root can set a clock, and then for all on the machine. What a command and its holder see when that happens
/// between them is that the other's times are off: here, by a day.
pub(crate) fn the_clock_jumps() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('done')");
    workshop.e3(&["up"]).succeeded();
    put_between(&workshop);
    let ran = workshop.e3(&["run"]).succeeded();
    let record = workshop.record();
    let setup = record["setup_s"].as_f64().unwrap();
    assert!(setup > 0.0 && setup < 60.0, "set up for {setup} s");
    assert!(
        record["time"].as_str().unwrap() < "2000",
        "the jump was not seen: {}",
        record["time"]
    );
    workshop.e3(&["down"]).succeeded();
    row(&workshop, "the clock jumps during a run", "e3 run", &ran);
}

/// Stands between the holder and the commands to come, and sets their clocks apart.
fn put_between(workshop: &Workshop) {
    let environments = workshop.state().join("e3/environments");
    let folder = fs::read_dir(environments)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let (socket, behind) = (folder.join("holder.sock"), folder.join("behind.sock"));
    fs::rename(&socket, &behind).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for command in listener.incoming() {
            let (command, behind) = (command.unwrap(), behind.clone());
            thread::spawn(move || {
                let holder = UnixStream::connect(behind).unwrap();
                let (to_holder, to_command) =
                    (holder.try_clone().unwrap(), command.try_clone().unwrap());
                thread::spawn(move || pass(command, to_holder));
                pass(holder, to_command);
            });
        }
    });
}

/// Passes each line on, with other times.
fn pass(from: UnixStream, mut to: UnixStream) {
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        let mut said: Value = serde_json::from_str(&line).unwrap();
        jump(&mut said);
        if writeln!(to, "{said}").is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// Sets every time by the wall clock that stands in it.
fn jump(said: &mut Value) {
    match said {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_u64()) {
                    ("wall_ms" | "at_ms" | "began_ms", Some(_)) => *value = DAY.into(),
                    _ => jump(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(jump),
        _ => {}
    }
}
