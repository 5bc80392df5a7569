//! Programs of any kind: their command lines, filled in for one party.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use e3_session::types::{Command, DialTable, PartyIndex, Ports, Reach};
use e3_template::{FillError, Room, Template, TemplateError, Values, Word};

use crate::{
    files::{BadPath, RelativePath},
    given::Given,
    host::Runtime,
    line::{CommandLine, variables},
    stage::Staged,
};

/// Why no command line can be made.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A text is no template.
    #[error("{text:?}: {cause}")]
    Template {
        /// The text.
        text: String,
        /// What is wrong with it.
        cause: TemplateError,
    },
    /// A template cannot be filled in.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// A template makes several texts where there can be one.
    #[error("{0:?} stands for several texts, and only an argument can be repeated")]
    Several(String),
    /// The place for the private input is none.
    #[error(transparent)]
    InputAs(#[from] BadPath),
    /// The private input cannot be put where the command finds it.
    #[error("cannot put the private input at {}: {cause}", path.display())]
    PutInput {
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// The command line of one party.
///
/// `runtime` is what was found on this host, `staged` the program's files and input, `given` what the overlay gives it,
/// `environment` what the caller's own process has, of which only the harmless part is passed on.
///
/// # Errors
/// [`CommandError`] if a template cannot be filled in, or the input not put where the command wants it.
pub fn command_line(
    runtime: &Runtime,
    (arguments, command, ports): (&[String], &Command, Ports),
    dial: &DialTable,
    (staged, given): (&Staged, &Given),
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<CommandLine, CommandError> {
    let known = Known {
        runtime,
        ports,
        dial,
        staged,
        given,
    };
    let mut room = Room::default();
    let mut filled = Vec::with_capacity(arguments.len());
    for argument in arguments {
        filled.extend(parse(argument)?.fill(&known, &mut room)?);
    }
    let mut environment = variables(environment, dial, staged.input());
    for (name, value) in &command.environment {
        environment.push((name.into(), one(value, &known, &mut room)?.into()));
    }
    if let (Some(place), Some(input)) = (&command.input_as, staged.input()) {
        let place = RelativePath::parse(&one(place, &known, &mut room)?)?;
        put(input, &place.below(staged.folder()))?;
    }
    Ok(CommandLine {
        program: runtime.program.clone(),
        arguments: filled,
        environment,
        folder: staged.folder().to_owned(),
    })
}

fn parse(text: &str) -> Result<Template, CommandError> {
    text.parse().map_err(|cause| CommandError::Template {
        text: text.to_owned(),
        cause,
    })
}

fn one(text: &str, known: &Known<'_>, room: &mut Room) -> Result<String, CommandError> {
    let template = parse(text)?;
    match (template.repeats(), template.fill(known, room)?.pop()) {
        (false, Some(filled)) => Ok(filled),
        _ => Err(CommandError::Several(text.to_owned())),
    }
}

/// Lets the input be found in the working folder as well; a file that travels is not replaced.
fn put(input: &Path, place: &Path) -> Result<(), CommandError> {
    let parent = place.parent().unwrap_or(place);
    fs::create_dir_all(parent)
        .and_then(|()| symlink(input, place))
        .map_err(|cause| CommandError::PutInput {
            path: place.to_owned(),
            cause,
        })
}

/// What templates are filled in with.
struct Known<'a> {
    runtime: &'a Runtime,
    ports: Ports,
    dial: &'a DialTable,
    staged: &'a Staged,
    given: &'a Given,
}

impl Known<'_> {
    fn reach(&self, party: u16) -> Option<&Reach> {
        let mut parties = self.dial.parties.iter();
        parties.find(|reach| reach.party == PartyIndex(party))
    }

    /// A file beside the working folder with a line for every party.
    fn list(&self, name: &str, line: impl Fn(u16) -> String) -> Result<String, String> {
        let lines: String = (0..self.count()).map(|party| line(party) + "\n").collect();
        self.write(name, &lines)
    }

    fn write(&self, name: &str, content: &str) -> Result<String, String> {
        let path = self.staged.write(name, content);
        path.map_err(|error| error.to_string())
            .and_then(|path| text(&path))
    }
}

fn text(path: &Path) -> Result<String, String> {
    let text = path.to_str();
    text.map(str::to_owned)
        .ok_or_else(|| format!("{} is no UTF-8", path.display()))
}

impl Values for Known<'_> {
    fn me(&self) -> u16 {
        self.dial.me.0
    }

    fn count(&self) -> u16 {
        u16::try_from(self.dial.parties.len()).unwrap_or(u16::MAX)
    }

    fn address(&self, party: u16) -> String {
        self.reach(party)
            .map_or_else(String::new, |reach| reach.address.to_string())
    }

    fn port(&self, party: u16) -> u16 {
        self.reach(party)
            .map_or_else(|| self.ports.of(PartyIndex(party)), |reach| reach.port)
    }

    fn endpoint(&self, party: u16) -> String {
        self.reach(party)
            .map_or_else(String::new, |reach| reach.socket().to_string())
    }

    fn name(&self, party: u16) -> String {
        self.reach(party)
            .map_or_else(String::new, |reach| reach.name.clone())
    }

    fn base_port(&self) -> u16 {
        self.ports.base
    }

    fn path(&self, word: Word) -> Result<String, String> {
        match word {
            Word::PeersFile => self.list("peers", |party| self.endpoint(party)),
            Word::HostsFile => self.list("hosts", |party| self.address(party)),
            Word::Folder => text(self.staged.folder()),
            Word::Input => match self.staged.input() {
                Some(input) => text(input),
                None => self.write("no-input", ""),
            },
            Word::Python => match &self.runtime.python {
                Some(python) => text(python),
                None => Err("`{python}` stands for nothing: the program has no Python".to_owned()),
            },
            Word::Tls(file) => match self.given.file(file.name()) {
                Some(path) => text(path),
                None => Err(format!(
                    "`{{{}}}` stands for nothing: this overlay gives programs no keys, overlay `tls` does",
                    file.name()
                )),
            },
            Word::Of(..) | Word::List(_) | Word::Count | Word::BasePort => {
                Err(format!("{word:?} is no path"))
            }
        }
    }
}
