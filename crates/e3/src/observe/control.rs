//! That what passes is found: before a run and after it, one party sends over all lines that are observed what nobody else
//! would say, in every form. Where a line's capture lacks any of it, that nothing else was found there would mean nothing.

use std::{collections::BTreeSet, fmt::Write as _, fs, net::IpAddr, path::PathBuf, process};

use e3_observe::{
    capture::Capture,
    form::{Encoding, forms},
    identifier::{Algorithm, Identifier, Kind, Value},
    search::{Search, Seen},
};

use super::{commands::Commands, environment::CUSTOMER};
use crate::fault::Fault;

/// What its datagrams begin with, before the run and after it; nothing else of the run does, and so they are told apart.
const MARKS: [&str; 2] = ["e3-control-before:", "e3-control-after:"];

/// Where nobody listens: the port for what is thrown away (RFC 863).
const PORT: &str = "9";

/// So many bytes fit into any packet.
const FITS: usize = 1100;

/// Sends each line of a file, which is in hexadecimal, as a datagram to all that are named; twice, should one be lost.
const SENDER: &str = r"
import socket, sys, time
file, port, *ends = sys.argv[1:]
lines = [bytes.fromhex(line) for line in open(file)]
for _ in range(2):
    for end in ends:
        family, kind, _, _, address = socket.getaddrinfo(end, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as out:
            for line in lines:
                out.sendto(line, address)
                time.sleep(0.0005)
";

/// What is sent, and how it is found.
pub(super) struct Control {
    search: Search,
    /// Which of them in which forms.
    all: BTreeSet<(usize, Encoding)>,
    /// Those who are to receive it.
    ends: Vec<String>,
    file: PathBuf,
}

/// When it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    Before,
    After,
}

impl Control {
    /// For lines to these addresses.
    pub(super) fn new(commands: &Commands, ends: &[IpAddr]) -> Result<Self, Fault> {
        let text = format!("the-marsupial-nobody-speaks-of-{}", process::id());
        // Bytes that are like a key's and are none.
        let key: Vec<u8> = (0..32_u8).map(|at| at.wrapping_mul(151) ^ 0x5c).collect();
        let identifiers = [Value::Text(text), Value::Key(Algorithm::Ed25519, key)];
        let identifiers = identifiers.map(|value| Identifier::of_run(Kind::Key, "control", value));
        let all = identifiers.iter().enumerate().flat_map(|(number, one)| {
            let forms = forms(&one.value).into_iter();
            forms.map(move |form| (number, form.encoding))
        });
        let all = all.collect();
        let search = Search::new(identifiers.to_vec())
            .map_err(|error| Fault::ours(format!("the control cannot be searched for: {error}")))?;
        Ok(Self {
            search,
            all,
            ends: ends.iter().map(ToString::to_string).collect(),
            file: commands.home.join("control"),
        })
    }

    /// Sends it from the party whose line is observed.
    pub(super) fn send(&self, commands: &Commands, moment: Moment) -> Result<(), Fault> {
        let lines: Vec<String> = self
            .datagrams(moment.mark())
            .iter()
            .map(|one| hex(one))
            .collect();
        let file = self.file.display().to_string();
        fs::write(&self.file, lines.join("\n"))
            .map_err(|error| Fault::user(format!("cannot write {file}: {error}")))?;
        let sender = ["exec", CUSTOMER, "--", "python3", "-c", SENDER, &file, PORT];
        let ends = self.ends.iter().map(String::as_str);
        let words: Vec<&str> = sender.into_iter().chain(ends).collect();
        commands.run(&words).map(drop)
    }

    /// All forms, as many to a datagram as fit.
    fn datagrams(&self, mark: &str) -> Vec<Vec<u8>> {
        let identifiers = self.search.identifiers().iter();
        let all = identifiers.flat_map(|one| forms(&one.value));
        let mut datagrams: Vec<Vec<u8>> = Vec::new();
        for form in all {
            match datagrams.last_mut() {
                Some(last) if last.len() + form.bytes.len() < FITS => {
                    last.push(b'\n');
                    last.extend_from_slice(&form.bytes);
                }
                _ => datagrams.push([mark.as_bytes(), b"\n", &form.bytes].concat()),
            }
        }
        datagrams
    }

    /// Takes it out of a capture.
    ///
    /// # Errors
    /// It is not there, before or after the run, in any of its forms.
    pub(super) fn take(&self, file: &str, capture: &mut Capture) -> Result<(), Fault> {
        for moment in [Moment::Before, Moment::After] {
            let marked = capture.take_marked(moment.mark().as_bytes());
            let mut seen = Seen::new(&self.search);
            seen.capture(file, &marked);
            let mut lacks = self.all.clone();
            for found in seen.found() {
                let of = self
                    .search
                    .identifiers()
                    .iter()
                    .position(|one| one == found.identifier);
                if let Some(of) = of {
                    lacks.remove(&(of, found.encoding));
                }
            }
            if let Some((_, encoding)) = lacks.first() {
                let (lacks, all, when) = (lacks.len(), self.all.len(), moment.word());
                return Err(Fault::user(format!(
                    "{file}: of {all} forms of what was sent there {when} the run, {lacks} are not found, among them {encoding}; \
                     so nothing follows from what else is not there"
                )));
            }
        }
        Ok(())
    }

    /// What it is worth.
    pub(super) fn evidence(&self) -> String {
        let count = self.all.len();
        format!(
            "{count} forms of a control, sent over that line before the run and after it, were all found"
        )
    }
}

impl Moment {
    fn mark(self) -> &'static str {
        let [before, after] = MARKS;
        match self {
            Self::Before => before,
            Self::After => after,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn of_a_line_that_has_not_carried_it_nothing_is_answered() {
        let commands = Commands {
            folder: PathBuf::new(),
            home: PathBuf::new(),
            captures: PathBuf::new(),
            until: Instant::now(),
            stop: crate::stop::Stop::never(),
        };
        let control = Control::new(&commands, &[]).unwrap();
        let why = control.take("relay.pcapng", &mut Capture::default());
        let why = format!("{:?}", why.unwrap_err());
        let all = control.all.len();
        assert!(all > 100, "{all}");
        let lacks =
            format!("of {all} forms of what was sent there before the run, {all} are not found");
        assert!(why.contains(&lacks), "{why}");
    }
}
