//! What observers can tell of a run over an overlay: an environment is brought up, run and taken down while packets are
//! captured at each observer's place; then captures, files and memories are searched for what is known of the run, and times
//! and volumes are compared with what programs said. See `e3-observe` for how.

mod beside;
mod commands;
mod control;
mod environment;
mod known;
mod memory;
mod places;
mod sights;
mod told;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use e3_evaluate::finding::{Observation, SCHEMA};
use e3_observe::{form::forms, identifier::Identifier};

use self::{
    commands::Commands,
    control::{Control, Moment},
    environment::CURIOUS,
    known::Known,
    places::Places,
    sights::Material,
};
use crate::{cli::EnvironmentArgs, fault::Fault, load, stop::Stop};

/// What is observed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The overlay, or the variant of one, as it is called in what is found.
    pub way: &'a str,
    /// The overlay.
    pub overlay: &'a str,
    /// For how long programs talk; in less than 12 s nothing can be told of pairs, and much less in 12 than in 24.
    pub seconds: u32,
    /// Whether the program says all that is looked for, in every form: over an overlay that hides nothing, all is found then.
    pub plant: bool,
}

/// Observes one overlay. Captures are kept below `folder`, in `captures/WAY`; takes a few seconds more
/// than programs talk, and is given up after three minutes more.
///
/// # Errors
/// The environment does not come up, its program fails, a capture or a memory cannot be read or lacks what was planted there,
/// it takes too long, or somebody has asked for the end.
pub fn observe(subject: Subject<'_>, folder: &Path) -> Result<Vec<Observation>, Fault> {
    let kept = folder.join("captures").join(subject.way);
    fs::create_dir_all(&kept).map_err(|error| unwritten(&kept, &error))?;
    let kept = kept
        .canonicalize()
        .map_err(|error| unwritten(&kept, &error))?;
    let home = Home::new()?;
    let plant = home.0.join("plant");
    let source = home.0.join("talk");
    fs::create_dir_all(&source)
        .and_then(|()| environment::write(&source, subject.overlay, subject.seconds, &plant))
        .map_err(|error| unwritten(&source, &error))?;
    let declared = EnvironmentArgs {
        path: Some(source.clone()),
        ..EnvironmentArgs::default()
    };
    let declared = load::environment(&declared, &[])?.environment;
    let places = Places::of(&declared);
    let captures = home.0.join("captures");
    fs::write(&captures, places.captures(&kept)).map_err(|error| unwritten(&captures, &error))?;
    let commands = Commands {
        folder: source,
        home: home.0.clone(),
        captures,
        until: Instant::now() + limit(subject),
        stop: Stop::listen()?,
    };
    let up = Up::begin(&commands)?;
    let receivers = places.hosts().into_iter().chain([CURIOUS]);
    let receivers = known::addresses(&commands.document(&["lab", "status"])?, receivers);
    let control = Control::new(&commands, &receivers)?;
    control.send(&commands, Moment::Before)?;
    let mut known = up.run(0)?;
    if subject.plant {
        let planted = planted(&known.identifiers);
        fs::write(&plant, planted).map_err(|error| unwritten(&plant, &error))?;
        known = up.run(1)?;
    }
    let beside = beside::collect(&commands, &places)?;
    control.send(&commands, Moment::After)?;
    up.end()?;
    let material = Material {
        known: &known,
        places: &places,
        beside: &beside,
        control: &control,
        captures: &kept,
    };
    let found = sights::all(&material)?;
    let time = jiff::Timestamp::now();
    let observations = found
        .into_iter()
        .map(|(observer, answer, searched)| Observation {
            schema: SCHEMA.to_owned(),
            overlay: subject.way.to_owned(),
            observer,
            question: answer.question,
            seen: answer.seen,
            evidence: answer.evidence,
            searched: searched
                .into_iter()
                .map(|source| {
                    if source.ends_with(".pcapng") {
                        format!("captures/{}/{source}", subject.way)
                    } else {
                        source
                    }
                })
                .collect(),
            time: time.to_string(),
            command: command(subject),
        });
    Ok(observations.collect())
}

/// How long all of it may take: coming up, looking into memories and going down beside the talk itself, on a busy machine.
fn limit(subject: Subject<'_>) -> Duration {
    let talks = if subject.plant { 2 } else { 1 };
    let talk = Duration::from_secs(subject.seconds.into());
    Duration::from_mins(3) + talks * talk
}

/// What does it again.
fn command(subject: Subject<'_>) -> Vec<String> {
    let words = ["e3", "experiment", "observe", "--overlay", subject.overlay];
    let mut words: Vec<_> = words.map(str::to_owned).to_vec();
    if subject.way != subject.overlay {
        words.extend(["--as".to_owned(), subject.way.to_owned()]);
    }
    words.extend(["--seconds".to_owned(), subject.seconds.to_string()]);
    if subject.plant {
        words.push("--plant".to_owned());
    }
    words
}

/// Everything in every form, each on a line of its own.
fn planted(identifiers: &[Identifier]) -> Vec<u8> {
    let all = identifiers.iter().flat_map(|one| forms(&one.value));
    let lines = all.flat_map(|form| [form.bytes, b"\n".to_vec()].concat());
    lines.collect()
}

/// An environment that is up, and is taken down whatever happens.
struct Up<'a>(&'a Commands);

impl<'a> Up<'a> {
    fn begin(commands: &'a Commands) -> Result<Self, Fault> {
        let up = Self(commands);
        commands.run(&["up"])?;
        Ok(up)
    }

    /// Runs the program; `number` tells apart the runs' folders.
    fn run(&self, number: u32) -> Result<Known, Fault> {
        let network = self.0.document(&["lab", "status"])?;
        let runs = format!("../runs-{number}");
        self.0.run(&["run", "--runs", &runs])?;
        known::read(
            &self.0.home.join(format!("runs-{number}/latest")),
            &network,
            self.0,
        )
    }

    fn end(self) -> Result<(), Fault> {
        self.0.down()
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        // What is down already stays so.
        let _ = self.0.down();
    }
}

/// A folder for as long as this takes. Its path is short, since sockets' paths are.
struct Home(PathBuf);

impl Home {
    fn new() -> Result<Self, Fault> {
        let path = env::temp_dir().join(format!("e3-observe-{}", process::id()));
        fs::create_dir(&path).map_err(|error| unwritten(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Fault {
    Fault::user(format!("cannot write {}: {error}", path.display()))
}
