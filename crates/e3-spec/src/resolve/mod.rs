//! From the tables of a file to an environment: fills in defaults, and checks what concerns more than one field.

mod command;
mod fields;
mod hosts;
mod input;
mod names;
mod nat;
mod network;
mod order;
mod probe;
mod program;
mod sites;
mod template;

use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::known::Surroundings;
use crate::raw::Document;
use crate::report::{Checked, Report};
use crate::source::Place;
use crate::text::EnvironmentName;

/// What resolving needs to know, and where it says what is wrong.
struct Resolver<'a> {
    /// The folder of the file: its relative paths begin there.
    folder: &'a Path,
    around: &'a Surroundings<'a>,
    report: &'a mut Report,
}

/// The environment, unless something has been reported.
pub(crate) fn resolve(
    document: &Document,
    folder: &Path,
    around: &Surroundings<'_>,
    report: &mut Report,
) -> Checked<Environment> {
    let Document {
        name,
        overlay,
        identity,
        seed,
        order,
        hosts,
        program,
        network,
    } = document;
    let mut resolver = Resolver {
        folder,
        around,
        report,
    };
    let world = resolver.world(network);
    let machines = resolver.hosts(hosts, &world);
    let order = resolver.order(order, &machines);
    let program = resolver.program(program, machines.count);
    let network = resolver.network(network, &world, &machines);
    let overlay = resolver.overlay(overlay);
    let identity = resolver.identity(identity);
    Ok(Environment {
        name: name.or(default_name(folder))?,
        hosts: machines.hosts?,
        overlay: overlay?,
        identity: identity?,
        program: program?,
        order: order?,
        network: network?,
        seed: seed.optional()?,
    })
}

fn default_name(folder: &Path) -> EnvironmentName {
    EnvironmentName::from_folder(&folder.file_name().unwrap_or_default().to_string_lossy())
}

impl Resolver<'_> {
    /// The full path of a file: relative to the folder of the file that names it, or to the current folder when the
    /// command line does.
    fn locate(&self, path: &str, place: Place) -> PathBuf {
        let base = if place.is_override() {
            self.around.here
        } else {
            self.folder
        };
        base.join(path)
    }

    /// Reports a file that is not there, with the name that is nearest in its folder.
    fn check_file(&mut self, path: &Path, shown: &str, place: Place) {
        if self.around.files.is_file(path) {
            return;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let siblings = path
            .parent()
            .map(|folder| self.around.files.names_in(folder))
            .unwrap_or_default();
        let near = crate::near::nearest(
            &name,
            siblings
                .iter()
                .map(String::as_str)
                .filter(|sibling| *sibling != name),
        );
        let meant = near.map(|near| {
            Path::new(shown)
                .with_file_name(near)
                .to_string_lossy()
                .into_owned()
        });
        self.report
            .wrong(place, format!("there is no file `{shown}`"))
            .expected(format!("a file at {}", path.display()))
            .suggest(meant);
    }
}
