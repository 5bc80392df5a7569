//! From a path and overrides to a valid environment: the same for every verb that reads one.

use std::path::{Path, PathBuf};

use e3_spec::{
    Declared, Diagnostics, Environment, File, Files, Known, KnownOverlay, KnownProvider,
    KnownRegion, Overrides, PartyCount, Surroundings,
};
use e3_world::World;

use crate::cli::{EnvironmentArgs, LabDeclared, OverrideArgs};
use crate::fault::Fault;
use crate::out;
use crate::overlays::{DEFAULT, Words, overlays};

/// How many hosts a network without parties may have.
const MOST_HOSTS: u16 = 1024;

/// How many parties run a program that no e3.toml speaks of, when nobody says.
const AD_HOC_PARTIES: u16 = 3;

/// An environment and where it stands.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is declared, with the overrides.
    pub environment: Environment,
    /// Its e3.toml, absolute and without links; `None` when there is only a program.
    pub file: Option<PathBuf>,
    /// What was decided that nobody has said: a sentence each.
    pub notes: Vec<String>,
}

impl Loaded {
    /// Tells the user what was decided that nobody has said.
    pub fn tell_notes(&self) {
        for note in &self.notes {
            out::aside(&format!("note: {note}\n"));
        }
    }

    fn of(declared: Declared, file: Option<PathBuf>) -> Self {
        let Declared { environment, notes } = declared;
        Self {
            environment,
            file,
            notes,
        }
    }
}

/// Reads the environment. `args` are what follows `--`, empty when nothing does.
///
/// # Errors
/// The user's: there is no such file, or everything that is wrong with it.
pub fn environment(
    environment: &EnvironmentArgs,
    program_args: &[String],
) -> Result<Loaded, Fault> {
    let overrides = overrides(environment, program_args);
    read(environment, &overrides, PartyCount::MAX)
}

/// Reads a network: an environment of which only the network is wanted, declared in a file or in `sites`, which are
/// called `name` then.
///
/// # Errors
/// As [`environment`].
pub fn network(declared: &LabDeclared) -> Result<Loaded, Fault> {
    let LabDeclared {
        environment,
        sites,
        name,
    } = declared;
    let overrides = Overrides {
        sites: sites.clone(),
        ..overrides(environment, &[])
    };
    if sites.is_empty() {
        return read(environment, &overrides, MOST_HOSTS);
    }
    // Nobody will be connected, so that nothing is needed for it.
    let text = format!("name = {name:?}\noverlay = \"direct\"\n");
    let parsed = with_surroundings(MOST_HOSTS, |around| {
        let file = File {
            name: "(no e3.toml)",
            folder: around.here,
            text: &text,
        };
        e3_spec::parse(&file, &overrides, around)
    })?;
    let declared = parsed.map_err(|wrong| refuse("the command line", wrong))?;
    Ok(Loaded::of(declared, None))
}

/// What an e3.toml says to whoever compares, and where it stands.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The file, absolute and without links.
    pub file: PathBuf,
    /// Its table `[compare]`, if it has one.
    pub comparison: Option<e3_spec::Comparison>,
    /// The environment that it declares, if it declares one.
    pub environment: Option<Environment>,
}

/// Reads what an e3.toml says to whoever compares; none where no path is given and the folder has no e3.toml.
///
/// # Errors
/// The user's: the file that is named is not there, or everything that is wrong with it.
pub fn comparison(path: Option<&Path>) -> Result<Option<Compared>, Fault> {
    if path.is_none() && !Path::new("e3.toml").exists() {
        return Ok(None);
    }
    let file = file(&EnvironmentArgs {
        path: path.map(Path::to_owned),
        overrides: OverrideArgs::default(),
    })?;
    let text = text_of(&file)?;
    let declared = File {
        name: &file.shown,
        folder: file.absolute.parent().unwrap_or(Path::new("/")),
        text: &text,
    };
    let parsed = with_surroundings(PartyCount::MAX, |around| {
        e3_spec::comparison(&declared, around)
    })?;
    let compared = parsed.map_err(|wrong| refuse(&file.shown, wrong))?;
    Ok(Some(Compared {
        file: file.absolute,
        comparison: compared.comparison,
        environment: compared.declared.map(|declared| declared.environment),
    }))
}

fn read(
    environment: &EnvironmentArgs,
    overrides: &Overrides,
    most_hosts: u16,
) -> Result<Loaded, Fault> {
    let alone = overrides.program.as_ref().or(overrides.probe.as_ref());
    let file = match (file(environment), alone) {
        (Ok(file), _) => file,
        (Err(_), Some(program)) if environment.path.is_none() => {
            return without_a_file(program, overrides);
        }
        (Err(fault), _) => return Err(fault),
    };
    let text = text_of(&file)?;
    let declared = File {
        name: &file.shown,
        folder: file.absolute.parent().unwrap_or(Path::new("/")),
        text: &text,
    };
    let parsed = with_surroundings(most_hosts, |around| {
        e3_spec::parse(&declared, overrides, around)
    })?;
    let declared = parsed.map_err(|wrong| refuse(&file.shown, wrong))?;
    Ok(Loaded::of(declared, Some(file.absolute)))
}

/// What stands in the file.
fn text_of(file: &Place) -> Result<String, Fault> {
    let bytes = std::fs::read(&file.absolute)
        .map_err(|error| Fault::user(format!("cannot read {}: {error}", file.shown)))?;
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..end).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let shown = &file.shown;
        Fault::user(format!("{shown}:{line}: there are bytes that are no text")).hint(
            "an e3.toml is a text in UTF-8: save it as one; `e3 init` writes one to begin with",
        )
    })
}

/// An e3.toml that exists.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path as the user may know it.
    pub shown: String,
    /// Its path, absolute and without links.
    pub absolute: PathBuf,
}

/// Finds the e3.toml, without reading it.
///
/// # Errors
/// The user's: it is not there.
pub fn file(args: &EnvironmentArgs) -> Result<Place, Fault> {
    let path = match &args.path {
        None => PathBuf::from("e3.toml"),
        Some(path) if path.is_dir() => path.join("e3.toml"),
        Some(path) => path.clone(),
    };
    if path.is_relative() {
        here()?;
    }
    match path.canonicalize() {
        Ok(absolute) if absolute.to_str().is_none() => Err(Fault::user(format!(
            "{} is a path that is no text (UTF-8)",
            absolute.display()
        ))
        .hint("rename the folder: what runs where is told to hosts as text")),
        Ok(absolute) if absolute.is_file() => Ok(Place {
            shown: path.display().to_string(),
            absolute,
        }),
        Ok(_) => Err(Fault::user(format!("{} is not a file", path.display()))
            .hint("name an e3.toml, or a folder that holds one")),
        Err(error) => Err(absent(args.path.as_deref(), &path, &error)),
    }
}

fn absent(said: Option<&Path>, path: &Path, error: &std::io::Error) -> Fault {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Fault::user(format!("cannot read {}: {error}", path.display()));
    }
    match said {
        None => Fault::user("there is no e3.toml in this folder").hint(
            "name an environment, as in `e3 run environments/secret-santa`; or write one by `e3 init`; \
             or run a program without one: `e3 run --program program.py --parties 3`",
        ),
        Some(folder) if folder.is_dir() => {
            Fault::user(format!("there is no e3.toml in {}", folder.display()))
                .hint(format!("`e3 init {}` writes one", folder.display()))
        }
        Some(path) => Fault::user(format!("{} does not exist", path.display()))
            .hint("name an e3.toml, or a folder that holds one"),
    }
}

fn without_a_file(program: &str, overrides: &Overrides) -> Result<Loaded, Fault> {
    let parties = overrides.parties.unwrap_or(AD_HOC_PARTIES);
    let parsed = with_surroundings(PartyCount::MAX, |around| {
        e3_spec::adhoc(program, parties, overrides, around)
    })?;
    let declared = parsed.map_err(|wrong| refuse("the command line", wrong))?;
    Ok(Loaded::of(declared, None))
}

fn refuse(shown: &str, wrong: Diagnostics) -> Fault {
    let count = match wrong.iter().count() {
        1 => "an error".to_owned(),
        count => format!("{count} errors"),
    };
    Fault::user(format!("{shown} has {count}")).diagnostics(wrong)
}

/// What was said on the command line, in the words of `e3-spec`.
fn overrides(args: &EnvironmentArgs, program_args: &[String]) -> Overrides {
    let said = args.overrides.clone();
    Overrides {
        parties: said.parties,
        overlay: said.overlay,
        identity: said.identity,
        program: said.program.map(|path| path.to_string_lossy().into_owned()),
        probe: said.probe,
        args: (!program_args.is_empty()).then(|| program_args.to_vec()),
        threshold: said.threshold,
        region: said.region,
        seed: said.seed,
        sites: Vec::new(),
        set: said.set,
    }
}

/// Tells `e3-spec` what this program and this machine know.
fn with_surroundings<T>(
    most_hosts: u16,
    act: impl FnOnce(&Surroundings<'_>) -> T,
) -> Result<T, Fault> {
    let here = here()?;
    let overlays = overlays();
    let overlays: Vec<KnownOverlay<'_>> = overlays.iter().map(Words::known).collect();
    let providers: Vec<KnownProvider<'_>> = e3_host::PROVIDERS
        .iter()
        .map(|(name, kind)| KnownProvider {
            name,
            lab: kind.emulated,
        })
        .collect();
    let world = World::builtin();
    let regions: Vec<KnownRegion<'_>> = world
        .regions()
        .map(|region| KnownRegion {
            name: &region.name,
            city: &region.city,
        })
        .collect();
    Ok(act(&Surroundings {
        known: Known {
            providers: &providers,
            overlays: &overlays,
            default_overlay: DEFAULT,
            most_hosts,
            regions: &regions,
        },
        files: &Disk,
        here: &here,
    }))
}

/// The current folder.
fn here() -> Result<PathBuf, Fault> {
    std::env::current_dir().map_err(|error| {
        Fault::user(format!("cannot tell the current folder: {error}"))
            .hint("it may have been removed; change to another")
    })
}

/// The files of this machine.
struct Disk;

impl Files for Disk {
    fn is_file(&self, path: &Path) -> bool {
        path.is_file() && std::fs::File::open(path).is_ok()
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        std::fs::read_dir(folder).map_or_else(
            |_| Vec::new(),
            |entries| {
                entries
                    .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                    .collect()
            },
        )
    }
}
