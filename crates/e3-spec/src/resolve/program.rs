//! The program.

use std::path::Path;

use super::Resolver;
use crate::choice::Kind;
use crate::environment::{Mpyc, Program, ProgramKind};
use crate::number::{PartyCount, Port, Threshold};
use crate::quantity::Timeout;
use crate::raw::{At, Field, List, ProgramTable};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{FilePath, TravelPath};

impl Resolver<'_> {
    /// The program, if one is declared.
    pub(super) fn program(
        &mut self,
        field: &Field<ProgramTable>,
        parties: Checked<PartyCount>,
    ) -> Checked<Option<Program>> {
        let Field::Given(table) = field else {
            return field.absent().map(|()| None);
        };
        let ProgramTable {
            kind,
            path,
            args,
            threshold,
            timeout,
            python,
            mpyc,
            files,
            port,
        } = &table.value;
        let path = self.program_path(path, table.place);
        let files = self.files(files, path.as_ref().ok());
        let threshold = self.threshold(threshold, parties);
        let python = self.python(python);
        let kind = match kind.or(Kind::Mpyc)? {
            Kind::Mpyc => ProgramKind::Mpyc(Mpyc {
                threshold: threshold?,
                python: python?,
                version: mpyc.optional()?,
                port: port.or(Port::DEFAULT)?,
            }),
        };
        let args = args
            .or(List(Vec::new()))?
            .0
            .into_iter()
            .map(|arg| arg.value)
            .collect();
        Ok(Some(Program {
            path: path?,
            args,
            timeout: timeout.or(Timeout::DEFAULT)?,
            files: files?,
            kind,
        }))
    }

    fn program_path(&mut self, field: &Field<FilePath>, table: Place) -> Checked<FilePath> {
        if field.is_absent() {
            self.report
                .missing(table, "the program has no path")
                .expected("a field `path`, such as \"program.py\"");
        }
        let At { place, value } = field.present()?;
        let full = self.path(value.as_str(), *place)?;
        self.check_file(full.as_ref(), value.as_str(), *place);
        Ok(full)
    }

    /// The files that travel must be there, below the program's folder.
    fn files(
        &mut self,
        field: &Field<List<TravelPath>>,
        program: Option<&FilePath>,
    ) -> Checked<Option<Vec<TravelPath>>> {
        let Field::Given(files) = field else {
            return field.absent().map(|()| None);
        };
        let folder = program.and_then(|program| Path::new(program.as_str()).parent());
        for file in &files.value.0 {
            if let Some(folder) = folder {
                self.check_file(
                    &folder.join(file.value.as_str()),
                    file.value.as_str(),
                    file.place,
                );
            }
        }
        Ok(Some(
            files
                .value
                .0
                .iter()
                .map(|file| file.value.clone())
                .collect(),
        ))
    }

    fn threshold(
        &mut self,
        field: &Field<Threshold>,
        parties: Checked<PartyCount>,
    ) -> Checked<Threshold> {
        let parties = parties?;
        let threshold = field.or(Threshold::largest(parties))?;
        if let Some(At { place, .. }) = field.given()
            && !threshold.fits(parties)
        {
            let message = format!(
                "a threshold of {threshold} needs at least {} parties",
                2 * threshold.get() + 1
            );
            let most = Threshold::largest(parties);
            self.report
                .wrong(*place, message)
                .expected(format!("at most {most}: there are {parties} parties"));
            return Err(Reported);
        }
        Ok(threshold)
    }

    /// A path is resolved and must exist; a name without a slash is left to PATH.
    fn python(&mut self, field: &Field<FilePath>) -> Checked<Option<FilePath>> {
        let Field::Given(At { place, value }) = field else {
            return field.optional();
        };
        if !value.as_str().contains('/') {
            return Ok(Some(value.clone()));
        }
        let full = self.path(value.as_str(), *place)?;
        self.check_file(full.as_ref(), value.as_str(), *place);
        Ok(Some(full))
    }
}
