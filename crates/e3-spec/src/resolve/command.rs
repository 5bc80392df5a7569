//! A program of kind `command`.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::{Resolver, template::Known};
use crate::choice::{Dialling, Ports};
use crate::number::{PartyCount, Port};
use crate::program::Command;
use crate::raw::{At, Field, List, Named, ProgramTable};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{FilePath, VariableName};

impl Resolver<'_> {
    pub(super) fn command(
        &mut self,
        table: &ProgramTable,
        place: Place,
        parties: Checked<PartyCount>,
    ) -> Checked<Command> {
        let known = Known {
            parties: parties?,
            python: !table.requirements.is_absent() || !table.python.is_absent(),
        };
        let line = self.line(table, place, known);
        let folder = line
            .as_ref()
            .map_err(|_| Reported)
            .and_then(|line| self.folder(table, line));
        let env = self.variables(&table.env, known);
        let input_as = self.input_as(&table.input_as, known);
        let requirements = self.requirements(&table.requirements);
        let python = self.python(&table.python);
        let ports = self.ports(table, known.parties);
        let (line, env, input_as) = (line?, env?, input_as?);
        let all = line.iter().chain(env.values()).chain(&input_as);
        self.fits(all, table.command.place().unwrap_or(place), known.parties)?;
        Ok(Command {
            line,
            folder: folder?,
            env,
            ports: ports?,
            dial: table.dial.or(Dialling::Mesh)?,
            requirements: requirements?,
            python: python?,
            input_as,
        })
    }

    /// Program and arguments.
    fn line(&mut self, table: &ProgramTable, place: Place, known: Known) -> Checked<Vec<String>> {
        if table.command.is_absent() {
            self.report
                .missing(place, "the program has no command line")
                .expected(
                    "a field `command`, such as [\"./player\", \"{index}\", \"{endpoints}\"]",
                );
        }
        let words = &table.command.present()?.value.0;
        let arguments = table.args.or(List(Vec::new()))?.0;
        let mut line = Vec::new();
        for word in words.iter().chain(&arguments) {
            line.push(self.template(word, known).map(|_| word.value.clone()));
        }
        let line = line.into_iter().collect::<Checked<Vec<String>>>()?;
        let place = table.command.place().unwrap_or(place);
        let Some(program) = line.first() else {
            self.report
                .wrong(place, "the command line is empty")
                .expected("a program, then its arguments");
            return Err(Reported);
        };
        let plain = !program.contains(['{', '}']) || program == "{python}";
        let found = program.starts_with("./") || program.starts_with('/') || !program.contains('/');
        if !plain || !found || program.is_empty() {
            let suggestion = (plain && !found).then(|| format!("./{program}"));
            self.report
                .wrong(place, format!("`{program}` does not say where the program is"))
                .expected(
                    "`./NAME` for a file that travels, an absolute path or a name for a program of the host, or `{python}`",
                )
                .suggest(suggestion);
            return Err(Reported);
        }
        Ok(line)
    }

    /// What travels. The program must be in it, where it is a file that does.
    fn folder(&mut self, table: &ProgramTable, line: &[String]) -> Checked<Option<FilePath>> {
        let entry = line.first().and_then(|program| program.strip_prefix("./"));
        let folder = match &table.folder {
            Field::Given(At { place, value }) => self.path(value.as_str(), *place)?,
            Field::Wrong => return Err(Reported),
            Field::Absent if entry.is_none() && table.files.is_absent() => return Ok(None),
            Field::Absent => {
                let text = self.folder.to_string_lossy();
                let place = table.command.place().unwrap_or(Place::FILE);
                self.path(&text, place)?
            }
        };
        if let (Some(entry), Some(place)) = (entry, table.command.place()) {
            self.check_file(&Path::new(folder.as_str()).join(entry), entry, place);
        }
        Ok(Some(folder))
    }

    fn variables(
        &mut self,
        field: &Field<Named<VariableName, String>>,
        known: Known,
    ) -> Checked<BTreeMap<VariableName, String>> {
        let Field::Given(At { value: named, .. }) = field else {
            return field.absent().map(|()| BTreeMap::new());
        };
        let mut variables = BTreeMap::new();
        for (name, value) in &named.entries {
            let value = value.present()?;
            self.single(value, known)?;
            variables.insert(name.value.clone(), value.value.clone());
        }
        if named.complete {
            Ok(variables)
        } else {
            Err(Reported)
        }
    }

    fn input_as(&mut self, field: &Field<String>, known: Known) -> Checked<Option<String>> {
        let Field::Given(at) = field else {
            return field.optional();
        };
        self.single(at, known)?;
        let inside = Path::new(&at.value)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if at.value.is_empty() || !inside {
            self.report
                .wrong(
                    at.place,
                    format!("`{}` is no place in the working folder", at.value),
                )
                .expected("a relative path without `.` and `..`");
            return Err(Reported);
        }
        Ok(Some(at.value.clone()))
    }

    fn requirements(&mut self, field: &Field<FilePath>) -> Checked<Option<FilePath>> {
        let Field::Given(At { place, value }) = field else {
            return field.optional();
        };
        let full = self.path(value.as_str(), *place)?;
        self.check_file(full.as_ref(), value.as_str(), *place);
        Ok(Some(full))
    }

    /// Every party's port must be one.
    fn ports(&mut self, table: &ProgramTable, parties: PartyCount) -> Checked<Ports> {
        let ports = table.ports.or(Ports::One)?;
        let base = table.port.or(Port::DEFAULT)?;
        let last = u32::from(base.get()) + u32::from(parties.get()) - 1;
        if ports == Ports::Indexed && last > u32::from(Port::MAX) {
            let place = table.port.place().or(table.ports.place());
            let most = u32::from(Port::MAX) + 1 - u32::from(parties.get());
            self.report
                .wrong(
                    place.unwrap_or(Place::FILE),
                    format!("the last of {parties} parties would listen on port {last}"),
                )
                .expected(format!("a first port of at most {most}"));
            return Err(Reported);
        }
        Ok(ports)
    }
}
