//! From the tables of a file to an environment: fills in defaults, and checks what concerns more than one field.

mod command;
mod compare;
mod fields;
mod hosts;
mod identity;
mod input;
mod names;
mod nat;
mod network;
mod options;
mod order;
mod probe;
mod program;
mod service_hosts;
mod services;
mod sites;
mod template;

use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::known::Surroundings;
use crate::parse::Declared;
use crate::raw::{Document, OptionsTable};
use crate::report::{Checked, Report};
use crate::source::Place;
use crate::text::EnvironmentName;

/// What resolving needs to know, and where it says what is wrong.
struct Resolver<'a> {
    /// The folder of the file: its relative paths begin there.
    folder: &'a Path,
    around: &'a Surroundings<'a>,
    report: &'a mut Report,
    /// What was decided that nobody has said.
    notes: Vec<String>,
}

pub(crate) use compare::compare;

/// The environment with notes about it, unless something has been reported.
pub(crate) fn resolve(
    document: &Document,
    options: &[OptionsTable<'_>],
    folder: &Path,
    around: &Surroundings<'_>,
    report: &mut Report,
) -> Checked<Declared> {
    let Document {
        name,
        overlay,
        // These belong together: see `identity`.
        identity: _,
        authority: _,
        pins: _,
        identities: _,
        seed,
        order,
        hosts,
        services,
        program,
        network,
        // It is no part of the environment: see `compare`.
        compare: _,
    } = document;
    let mut resolver = Resolver {
        folder,
        around,
        report,
        notes: Vec::new(),
    };
    let world = resolver.world(network);
    let overlay = resolver.overlay(overlay);
    let known = overlay.as_ref().ok();
    let known = known.and_then(|overlay| resolver.known_overlay(overlay));
    let options = resolver.options(options, known);
    let machines = resolver.hosts(hosts, &world);
    let order = resolver.order(order, &machines);
    let identity = resolver.identity(document, known, &machines);
    let services = resolver.services(services, (known, options.as_ref().ok()), &world, &machines);
    let program = resolver.program(program, machines.count);
    let network = resolver.network(network, &world, &machines, services.as_ref().ok());
    let notes = resolver.notes;
    let (services, service_hosts) = services?;
    let environment = Environment {
        name: name.or(default_name(folder))?,
        hosts: machines.hosts?,
        overlay: overlay?,
        options: options?,
        identity: identity?,
        services,
        service_hosts,
        program: program?,
        order: order?,
        network: network?,
        seed: seed.optional()?,
    };
    Ok(Declared { environment, notes })
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
