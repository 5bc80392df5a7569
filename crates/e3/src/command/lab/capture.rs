//! `e3 lab capture`: packets at any point, as pcapng.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::Shutdown;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use e3_holder::client::Client;
use e3_holder::wire::{Ask, CapturedRecord, Event, LabAnswer, LabAsk};
use serde::Serialize;

use super::which::{unexpected, which};
use crate::cli::{Global, LabCapture};
use crate::environment::{self, interrupt::Interrupt};
use crate::fault::Fault;
use crate::{json, out};

/// What was captured.
#[derive(Serialize)]
struct Document<'a> {
    file: &'a Path,
    bytes: u64,
    points: &'a [CapturedRecord],
}

/// Captures until Ctrl-C or until the time is over; the file is complete then.
///
/// # Errors
/// The lab is not up, or it has no such point; the file cannot be written.
pub fn main(args: &LabCapture, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    which.must_be_up()?;
    let mut sink = Sink::new(&args.output, global)?;
    let interrupt = Interrupt::listen(|text| out::aside(&format!("{text}\n")))?;
    let ask = LabAsk::Capture {
        points: args.points.clone(),
        snap_length: args.snap,
        for_ms: args.time.map(milliseconds),
    };
    let failed = |error: io::Error| Fault::user(format!("cannot reach the lab's holder: {error}"));
    let mut client = Client::ask(&which.folder, &Ask::Lab(ask)).map_err(failed)?;
    let connection = client.speaker().map_err(failed)?;
    interrupt.during("the capture", client.speaker().map_err(failed)?);
    let mut unwritten = None;
    let answered = environment::answers(&mut client, |event| {
        let Event::Printed { data, .. } = &event.event else {
            return;
        };
        if let (Err(error), None) = (sink.write(data), &unwritten) {
            unwritten = Some(error);
            // Without a reader there is nothing to capture for.
            let _ = connection.shutdown(Shutdown::Both);
        }
    });
    if let Some(error) = unwritten {
        return sink.unwritten(&error);
    }
    let points = match answered? {
        Event::Lab { answer } => match *answer {
            LabAnswer::Captured(points) => points,
            other => return Err(unexpected(&other)),
        },
        other => return Err(unexpected(&other)),
    };
    sink.tell(&points, global)?;
    Ok(ExitCode::SUCCESS)
}

fn milliseconds(time: e3_spec::Moment) -> u64 {
    u64::try_from(Duration::from(time).as_millis()).unwrap_or(u64::MAX)
}

/// Where the capture goes.
struct Sink<'a> {
    path: &'a Path,
    /// None until there is something to write: what is refused overwrites nothing.
    file: Option<Box<dyn Write>>,
    bytes: u64,
}

impl<'a> Sink<'a> {
    fn new(path: &'a Path, global: &Global) -> Result<Self, Fault> {
        let to_stdout = path == Path::new("-");
        if to_stdout && global.json {
            return Err(Fault::user(
                "standard output is for the capture or for JSON, not for both",
            )
            .hint("name a file: `-o capture.pcapng`"));
        }
        if to_stdout && io::stdout().is_terminal() {
            return Err(Fault::user("a capture is nothing for a terminal").hint(
                "name a file, or pass it on: `e3 lab capture wide-area -o - | tcpdump -r -`",
            ));
        }
        Ok(Self {
            path,
            file: None,
            bytes: 0,
        })
    }

    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            empty => {
                let file: Box<dyn Write> = if self.path == Path::new("-") {
                    Box::new(io::stdout())
                } else {
                    Box::new(File::create(self.path)?)
                };
                out::aside("capturing; Ctrl-C ends it\n");
                empty.insert(file)
            }
        };
        file.write_all(piece)?;
        file.flush()?;
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// A reader that has gone has seen enough.
    fn unwritten(&self, error: &io::Error) -> Result<ExitCode, Fault> {
        if error.kind() == ErrorKind::BrokenPipe {
            return Ok(ExitCode::SUCCESS);
        }
        Err(Fault::user(format!(
            "cannot write {}: {error}",
            self.path.display()
        )))
    }

    fn tell(&self, points: &[CapturedRecord], global: &Global) -> Result<(), Fault> {
        if global.json {
            let document = Document {
                file: self.path,
                bytes: self.bytes,
                points,
            };
            return json::print("lab-capture", &document);
        }
        for point in points {
            let missed = match point.missed {
                0 => String::new(),
                missed => format!("; {missed} more came faster than they could be written"),
            };
            out::aside(&format!(
                "{}: {} packets{missed}\n",
                point.point, point.packets
            ));
        }
        Ok(())
    }
}
