//! `MPyC` programs: how they are started, and what their lines tell.

mod arguments;
mod events;
mod hint;
mod lines;
mod recorder;

use std::{ffi::OsString, path::Path};

use e3_session::types::{DialTable, Kind, Program};

pub use self::{
    arguments::{ReservedArgument, check as check_arguments},
    events::{Events, Totals},
    hint::hint,
    lines::{Line, outcome},
    recorder::{NOTES, Notes, profile, recorded},
};
use crate::{
    files::{BadPath, RelativePath},
    line::{CommandLine, variables},
};

/// Why no command line can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The program is of another kind.
    #[error("a program of kind `{0}` is not one that uses MPyC")]
    OtherKind(&'static str),
    /// The program's entry is no path.
    #[error(transparent)]
    Entry(#[from] BadPath),
    /// An argument is one of the runtime's.
    #[error(transparent)]
    Argument(#[from] ReservedArgument),
    /// The parties of the dial table are not 0…m−1 in order.
    #[error(
        "the dial table's entry {at} is for party {party}: the overlay gave an unordered table"
    )]
    Unordered {
        /// Position in the table.
        at: usize,
        /// The party found there.
        party: u16,
    },
    /// The threshold is too large for the number of parties.
    #[error(
        "the threshold {threshold} is too large for {parties} parties: \
         it must be less than half of them, so at most {most}"
    )]
    Threshold {
        /// The threshold asked for.
        threshold: u16,
        /// The number of parties, m.
        parties: usize,
        /// The greatest that would do.
        most: usize,
    },
}

/// The command line of one party.
///
/// `python` is the interpreter, `options` what the overlay wants of the runtime, `folder` where the program's files are
/// laid out, `input` this party's private input if it has one, and `environment` what the caller's own process has, of which only the harmless part is
/// passed on: a program sees no token or key that happens to be exported.
///
/// `MPyC` resolves its own options before the program sees the rest, and looks for data files in the working
/// folder, which therefore is the program's.
///
/// # Errors
/// [`CommandError`] if the program, its arguments or the dial table cannot be used.
pub fn command_line(
    (python, options): (&Path, &[&str]),
    program: &Program,
    dial: &DialTable,
    folder: &Path,
    input: Option<&Path>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<CommandLine, CommandError> {
    let entry = RelativePath::parse(&program.entry)?;
    check_arguments(&program.arguments)?;
    let Kind::Mpyc { threshold, .. } = &program.kind else {
        return Err(CommandError::OtherKind(program.kind.name()));
    };
    let parties = dial.parties.len();
    if 2 * usize::from(*threshold) >= parties.max(1) {
        let most = parties.saturating_sub(1) / 2;
        return Err(CommandError::Threshold {
            threshold: *threshold,
            parties,
            most,
        });
    }

    // A name that begins with `-` would be an option of Python.
    let entry = if entry.as_str().starts_with('-') {
        format!("./{entry}")
    } else {
        entry.to_string()
    };
    let mut arguments = vec![entry];
    for (at, reach) in dial.parties.iter().enumerate() {
        if usize::from(reach.party.0) != at {
            return Err(CommandError::Unordered {
                at,
                party: reach.party.0,
            });
        }
        // The runtime splits at the last colon and takes what is before it as it is: an IPv6 address must
        // stand without brackets.
        arguments.extend(["-P".to_owned(), format!("{}:{}", reach.address, reach.port)]);
    }
    arguments.extend(["-I".to_owned(), dial.me.to_string()]);
    arguments.extend(["-T".to_owned(), threshold.to_string()]);
    arguments.extend(options.iter().map(ToString::to_string));
    arguments.extend(program.arguments.iter().cloned());

    Ok(CommandLine {
        program: python.to_owned(),
        arguments,
        environment: variables(environment, dial, input),
        folder: folder.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use e3_session::types::{Interpreter, Manifest, PartyIndex, Ports, Reach};

    use super::*;

    fn program(threshold: u16, arguments: &[&str]) -> Program {
        Program {
            kind: Kind::Mpyc {
                threshold,
                interpreter: Interpreter::Named {
                    path: "/usr/bin/python3".into(),
                },
            },
            entry: "santa.py".into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            ports: Ports::one(11_365),
            timeout_s: 60,
            manifest: Manifest { files: vec![] },
        }
    }

    fn dial(me: u16, addresses: &[&str]) -> DialTable {
        let parties = addresses.iter().zip(0..).map(|(address, party)| Reach {
            party: PartyIndex(party),
            name: format!("host{party}"),
            address: address.parse().unwrap(),
            port: 11_365,
        });
        DialTable {
            me: PartyIndex(me),
            parties: parties.collect(),
        }
    }

    fn line(program: &Program, dial: &DialTable) -> Result<CommandLine, CommandError> {
        let environment = [
            ("PATH", "/bin"),
            ("AWS_SECRET_KEY", "x"),
            ("LC_ALL", "C"),
            ("MPYC_NOPRSS", "1"),
        ]
        .map(|(name, value)| (name.into(), value.into()));
        let input = Some(Path::new("/inputs/a.csv"));
        command_line(
            (Path::new("/env/bin/python"), &["--ssl"]),
            program,
            dial,
            Path::new("/work"),
            input,
            environment,
        )
    }

    #[test]
    fn names_every_party_and_this_one() {
        let line = line(
            &program(1, &["--size", "8"]),
            &dial(1, &["10.0.0.1", "fd00::2", "10.0.0.3"]),
        )
        .unwrap();
        assert_eq!(
            line.arguments.join(" "),
            "santa.py -P 10.0.0.1:11365 -P fd00::2:11365 -P 10.0.0.3:11365 -I 1 -T 1 --ssl --size 8"
        );
        assert_eq!(line.folder, Path::new("/work"));
    }

    #[test]
    fn passes_on_nothing_secret() {
        let line = line(
            &program(1, &[]),
            &dial(1, &["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        )
        .unwrap();
        let value = |name: &str| {
            line.environment
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.to_str().unwrap())
        };
        assert_eq!(value("PATH"), Some("/bin"));
        assert_eq!(value("LC_ALL"), Some("C"));
        assert_eq!(value("AWS_SECRET_KEY"), None);
        assert_eq!(value("MPYC_NOPRSS"), None);
        assert_eq!(value("E3_PARTY"), Some("1"));
        assert_eq!(value("E3_PARTIES"), Some("3"));
        assert_eq!(value("E3_INPUT"), Some("/inputs/a.csv"));
    }

    #[test]
    fn refuses_what_would_not_run() {
        let three = dial(0, &["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
        let failed = line(&program(2, &[]), &three).unwrap_err();
        assert!(failed.to_string().contains("at most 1"), "{failed}");
        assert!(matches!(
            line(&program(1, &["-M5"]), &three),
            Err(CommandError::Argument(_))
        ));
        let mut unordered = three.clone();
        unordered.parties.swap(0, 1);
        assert!(matches!(
            line(&program(1, &[]), &unordered),
            Err(CommandError::Unordered { at: 0, party: 1 })
        ));
        assert!(line(&program(0, &[]), &dial(0, &["10.0.0.1"])).is_ok());
    }

    #[test]
    fn a_programs_name_is_never_an_option() {
        let mut program = program(0, &[]);
        program.entry = "-c.py".into();
        let line = line(&program, &dial(0, &["10.0.0.1"])).unwrap();
        assert_eq!(line.arguments[0], "./-c.py");
        program.entry = "../x.py".into();
        assert!(matches!(
            command_line(
                (Path::new("p"), &[]),
                &program,
                &dial(0, &["10.0.0.1"]),
                Path::new("/"),
                None,
                []
            ),
            Err(CommandError::Entry(_))
        ));
    }
}
