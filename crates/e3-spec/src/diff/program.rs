//! What is different about a program.

use std::collections::BTreeMap;

use super::text;
use crate::program::{Command, Mpyc, Probe, Program, ProgramKind};
use crate::text::TravelPath;

/// A program's fields, in the same order for every program and for none.
pub(super) fn fields(program: Option<&Program>) -> Vec<(&'static str, Option<String>)> {
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    if let Some(program) = program {
        let mut note = |name: &'static str, value: Option<String>| {
            fields.extend(value.map(|value| (name, value)));
        };
        let Program {
            args,
            timeout,
            files,
            port,
            kind,
        } = program;
        note("args", Some(format!("{args:?}")));
        note("timeout", text(timeout));
        note(
            "files",
            files.as_ref().map(|files| {
                let files: Vec<&str> = files.iter().map(TravelPath::as_str).collect();
                format!("{files:?}")
            }),
        );
        note("port", text(port));
        kind_fields(kind, &mut note);
    }
    PROGRAM_FIELDS
        .iter()
        .filter_map(|field| Some((*field, fields.remove(field.strip_prefix("program.")?))))
        .collect()
}

/// The fields of programs of all kinds, in the order in which changes are told.
const PROGRAM_FIELDS: [&str; 19] = [
    "program.kind",
    "program.path",
    "program.command",
    "program.probe",
    "program.args",
    "program.timeout",
    "program.files",
    "program.threshold",
    "program.python",
    "program.mpyc",
    "program.port",
    "program.folder",
    "program.env",
    "program.ports",
    "program.dial",
    "program.requirements",
    "program.input_as",
    "program.limit",
    "program.profile",
];

fn kind_fields(kind: &ProgramKind, note: &mut dyn FnMut(&'static str, Option<String>)) {
    match kind {
        ProgramKind::Mpyc(Mpyc {
            path,
            threshold,
            python,
            version,
        }) => {
            note("kind", Some("mpyc".to_owned()));
            note("path", text(path));
            note("threshold", text(threshold));
            note("python", text(python.as_ref()));
            note("mpyc", text(version.as_ref()));
        }
        ProgramKind::Command(Command {
            line,
            folder,
            env,
            ports,
            dial,
            requirements,
            python,
            input_as,
        }) => {
            note("kind", Some("command".to_owned()));
            note("command", Some(format!("{line:?}")));
            note("folder", text(folder.as_ref()));
            note("env", Some(format!("{env:?}")).filter(|_| !env.is_empty()));
            note("ports", text(ports));
            note("dial", text(dial));
            note("requirements", text(requirements.as_ref()));
            note("python", text(python.as_ref()));
            note("input_as", input_as.clone());
        }
        ProgramKind::Probe(Probe {
            name,
            limit,
            profile,
        }) => {
            note("kind", Some("probe".to_owned()));
            note("probe", text(name));
            note("limit", text(limit));
            note("profile", text(profile.as_ref()));
        }
    }
}
