//! `e3 init`: a commented e3.toml to begin with, and a program for it to run.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{Global, Init};
use crate::fault::Fault;
use crate::json;
use crate::out;

/// The program that every template names.
const PROGRAM: &str = include_str!("../../templates/program.py");

/// What was written.
#[derive(Serialize)]
struct Written {
    template: &'static str,
    written: Vec<PathBuf>,
}

/// Writes e3.toml, and program.py when there is none. Overwrites nothing.
///
/// # Errors
/// The user's: an e3.toml is there already, or the folder cannot be written.
pub fn main(args: &Init, global: &Global) -> Result<ExitCode, Fault> {
    let template = args.template.name();
    let text = e3_spec::template(template)
        .ok_or_else(|| Fault::ours(format!("there is no template {template}")))?;
    std::fs::create_dir_all(&args.folder).map_err(|error| unwritable(&args.folder, &error))?;
    let declaration = inside(&args.folder, "e3.toml");
    if !write_new(&declaration, text)? {
        return Err(
            Fault::user(format!("{} exists already", declaration.display())).hint(format!(
                "edit it; or begin elsewhere, as in `e3 init NEW-FOLDER --template {template}`"
            )),
        );
    }
    let mut written = vec![declaration];
    let program = inside(&args.folder, "program.py");
    if write_new(&program, PROGRAM)? {
        written.push(program);
    }
    if global.json {
        json::print("init", &Written { template, written })?;
    } else {
        for path in written {
            out::aside(&format!("wrote {}\n", path.display()));
        }
        out::aside(&format!("next: {}\n", next(&args.folder)));
    }
    Ok(ExitCode::SUCCESS)
}

/// `false` when the file is there already.
fn write_new(path: &Path, text: &str) -> Result<bool, Fault> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::user(format!("cannot write {}: {error}", path.display()))
        .hint("name a folder that you may write to")
}

/// A file of the folder, without a `./` before it.
fn inside(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    path.strip_prefix(".").map_or(path.clone(), Path::to_owned)
}

/// The command to try now.
fn next(folder: &Path) -> String {
    if folder == Path::new(".") {
        "e3 run".to_owned()
    } else {
        format!("e3 run {}", folder.display())
    }
}
