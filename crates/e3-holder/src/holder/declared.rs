//! A program as its environment declares it, in the words of a conversation.

use std::{fs::File, io::Read as _, time::Duration};

use e3_session::types::{
    Command, Contents, Dial, Kind, OptionValue, Options, PortLayout, Ports, Subnet,
};
use e3_spec::{Dialling, Environment, Program, ProgramKind};

use crate::wire::{Fault, RunAsk};

/// The port of programs where no program says otherwise.
const PORT: u16 = 11599;

/// Bytes of a file that an option names: enough for all public authorities' certificates.
const LARGEST: u64 = 512 << 10;

/// Which connections a program will open, and on which ports its parties listen. Without a program: as one that
/// uses `MPyC`.
pub(crate) fn dialling(program: Option<&Program>) -> (Dial, Ports) {
    let Some(program) = program else {
        return (Dial::LowerToHigher, Ports::one(PORT));
    };
    let base = program.port.get();
    match &program.kind {
        ProgramKind::Mpyc(_) | ProgramKind::Probe(_) => (Dial::LowerToHigher, Ports::one(base)),
        ProgramKind::Command(command) => {
            let layout = match command.ports {
                e3_spec::Ports::One => PortLayout::One,
                e3_spec::Ports::Indexed => PortLayout::Indexed,
                e3_spec::Ports::Any => PortLayout::Any,
            };
            (dial(command.dial), Ports { base, layout })
        }
    }
}

fn dial(declared: Dialling) -> Dial {
    match declared {
        Dialling::Mesh => Dial::Mesh,
        Dialling::LowerToHigher => Dial::LowerToHigher,
        Dialling::HigherToLower => Dial::HigherToLower,
    }
}

/// What the environment says of its overlay, and what stands in the files that it names.
pub(crate) fn options(environment: &Environment) -> Result<Options, Fault> {
    let value = |(name, value): (&String, &e3_spec::OptionValue)| {
        let value = match value {
            e3_spec::OptionValue::Duration(duration) => {
                let ms = Duration::from(*duration).as_millis();
                OptionValue::Milliseconds(u64::try_from(ms).unwrap_or(u64::MAX))
            }
            e3_spec::OptionValue::Word(word) => OptionValue::Word(word.clone()),
            e3_spec::OptionValue::Words(words) => OptionValue::Words(words.clone()),
            e3_spec::OptionValue::Port(port) => OptionValue::Port(port.get()),
            e3_spec::OptionValue::File(path) => {
                let name = format!("{}.{name}", environment.overlay);
                OptionValue::Contents(Contents(contents(&name, path.as_str())?.into()))
            }
        };
        Ok((name.clone(), value))
    };
    let given = environment.options.iter();
    Ok(Options(given.map(value).collect::<Result<_, Fault>>()?))
}

/// What stands in the file of an option.
fn contents(option: &str, path: &str) -> Result<Vec<u8>, Fault> {
    let failed = |why: String| {
        Fault::user(format!("{path} cannot be read: {why}"))
            .hint(format!("it is named by `{option}`"))
    };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed(format!("it has more than {LARGEST} bytes")));
    }
    Ok(bytes)
}

/// The networks that are declared for virtual addresses.
pub(crate) fn virtual_networks(environment: &Environment) -> Result<Vec<Subnet>, Fault> {
    let networks = environment.network.virtual_networks.iter();
    networks
        .map(|network| Subnet::new(network.address(), network.prefix()))
        .collect::<Result<_, _>>()
        .map_err(|error| Fault::ours(format!("network.virtual: {error}")))
}

/// What people call the program.
pub(super) fn name(ask: &RunAsk) -> String {
    let program = ask.environment.program.as_ref();
    program.map(Program::name).unwrap_or_default()
}

/// Whether the program's runtime logs among what it prints, as MPyC does.
pub(super) fn logs(ask: &RunAsk) -> bool {
    let program = ask.environment.program.as_ref();
    program.is_some_and(|program| matches!(program.kind, ProgramKind::Mpyc(_)))
}

/// The kind of program, and its arguments.
pub(super) fn kind(program: &Program, ask: &RunAsk) -> Result<(Kind, Vec<String>), Fault> {
    match &program.kind {
        ProgramKind::Mpyc(mpyc) => {
            let interpreter = ask
                .interpreter
                .clone()
                .ok_or_else(|| Fault::ours("an MPyC program without a Python"))?;
            let threshold = mpyc.threshold.get();
            let kind = Kind::Mpyc {
                threshold,
                interpreter,
            };
            Ok((kind, program.args.clone()))
        }
        ProgramKind::Command(command) => {
            let environment = command.env.iter();
            let kind = Kind::Command(Command {
                environment: environment
                    .map(|(name, value)| (name.to_string(), value.clone()))
                    .collect(),
                input_as: command.input_as.clone(),
                dial: dial(command.dial),
                interpreter: ask.interpreter.clone(),
            });
            Ok((kind, command.line.iter().skip(1).cloned().collect()))
        }
        ProgramKind::Probe(probe) => {
            let limit = Duration::from(probe.limit).as_millis();
            let mut arguments = vec!["--limit-ms".to_owned(), limit.to_string()];
            let profile = ask.manifest.files.first();
            arguments.extend(
                profile
                    .into_iter()
                    .flat_map(|file| ["--profile".to_owned(), file.path.clone()]),
            );
            Ok((Kind::Probe, arguments))
        }
    }
}
