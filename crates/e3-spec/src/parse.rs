//! The ways in.

use std::path::Path;

use schemars::generate::SchemaSettings;

use crate::comparison::Comparison;
use crate::diagnostic::Diagnostics;
use crate::environment::Environment;
use crate::known::{KnownOverlay, Surroundings};
use crate::overrides::Overrides;
use crate::raw::{Document, Node, OptionsTable, Read, options_schema, take_options};
use crate::report::{Checked, Report, Reported};
use crate::resolve::{compare, resolve};
use crate::source::{Place, Sources};
use crate::text::EnvironmentName;

/// An e3.toml.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// What diagnostics call it: its path as the user wrote it.
    pub name: &'a str,
    /// Its folder, absolute: relative paths in it begin there, and it names the environment.
    pub folder: &'a Path,
    /// What stands in it.
    pub text: &'a str,
}

/// An environment that is right, and what should be known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// What is declared.
    pub environment: Environment,
    /// What was decided that nobody has said, where that may surprise: a sentence each.
    pub notes: Vec<String>,
}

/// What an e3.toml says to whoever compares.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its table `[compare]`, if it has one.
    pub comparison: Option<Comparison>,
    /// The environment that it declares, if it declares one.
    pub declared: Option<Declared>,
}

/// The environment that a file declares, with what the command line says otherwise.
///
/// # Errors
/// Everything that is wrong with either.
pub fn parse(
    file: &File<'_>,
    overrides: &Overrides,
    around: &Surroundings<'_>,
) -> Result<Declared, Diagnostics> {
    let mut report = Report::new(Sources::new(file.name, file.text));
    let declared = read(file, overrides, around, &mut report).and_then(|(document, options)| {
        let compared = compare(&document, &mut report);
        let declared = resolve(&document, &options, file.folder, around, &mut report);
        compared.and(declared)
    });
    match declared {
        Ok(declared) if report.is_empty() => Ok(declared),
        _ => Err(report.into_diagnostics()),
    }
}

/// What a file says of comparisons. It may say nothing else: then it declares no environment.
///
/// # Errors
/// Everything that is wrong with it.
pub fn comparison(file: &File<'_>, around: &Surroundings<'_>) -> Result<Compared, Diagnostics> {
    let mut report = Report::new(Sources::new(file.name, file.text));
    let read = read(file, &Overrides::default(), around, &mut report);
    let compared = read.and_then(|(document, options)| {
        let comparison = compare(&document, &mut report);
        let declared = if document.only_compares() && options.is_empty() {
            Ok(None)
        } else {
            resolve(&document, &options, file.folder, around, &mut report).map(Some)
        };
        Ok(Compared {
            comparison: comparison?,
            declared: declared?,
        })
    });
    match compared {
        Ok(compared) if report.is_empty() => Ok(compared),
        _ => Err(report.into_diagnostics()),
    }
}

/// The tables of a file, and those of overlays.
fn read<'a>(
    file: &File<'_>,
    overrides: &Overrides,
    around: &Surroundings<'a>,
    report: &mut Report,
) -> Checked<(Document, Vec<OptionsTable<'a>>)> {
    let mut root = Node::document(file.text, Place::FILE, report);
    overrides.apply(&mut root, report);
    let options = take_options(&mut root, around.known.overlays, report);
    let document = Document::read(&root, report).ok_or(Reported)?;
    Ok((document, options))
}

/// The environment of a program without an e3.toml: lab hosts on one site, with no delay between them.
///
/// The path is relative to the current folder; with a probe among the overrides, it only gives the environment its
/// name. The overrides' own `program` and `parties` are not looked at.
///
/// # Errors
/// Everything that is wrong with what was said on the command line.
pub fn adhoc(
    program: &str,
    parties: u16,
    overrides: &Overrides,
    around: &Surroundings<'_>,
) -> Result<Declared, Diagnostics> {
    let stem = Path::new(program)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let name = EnvironmentName::from_folder(&stem);
    let region = around
        .known
        .regions
        .first()
        .map_or("", |region| region.name);
    let text = format!("name = \"{name}\"\n\n[hosts.party]\nregion = \"{region}\"\n");
    let overrides = Overrides {
        program: overrides.probe.is_none().then(|| program.to_owned()),
        parties: Some(parties),
        ..overrides.clone()
    };
    parse(
        &File {
            name: "(no e3.toml)",
            folder: around.here,
            text: &text,
        },
        &overrides,
        around,
    )
}

/// The JSON Schema of an e3.toml, by which editors complete and check it; with the tables of these overlays.
pub fn json_schema(overlays: &[KnownOverlay<'_>]) -> serde_json::Value {
    let mut schema = SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Document>();
    schema.insert("title".to_owned(), "e3.toml".into());
    let mut schema = schema.to_value();
    if let Some(serde_json::Value::Object(properties)) = schema.get_mut("properties") {
        let theirs = overlays
            .iter()
            .filter(|overlay| !overlay.options.is_empty());
        properties.extend(theirs.map(|overlay| (overlay.name.to_owned(), options_schema(overlay))));
    }
    schema
}
