//! The program.

use std::path::Path;

use super::Resolver;
use crate::choice::Kind;
use crate::number::{PartyCount, Port, Threshold};
use crate::program::{Mpyc, Program, ProgramKind};
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
        let place = table.place;
        let table = &table.value;
        let kind = table.kind.or(Kind::Mpyc)?;
        let foreign = self.only_fields_of(kind, table);
        let declared = match kind {
            Kind::Mpyc => self.mpyc(table, place, parties).map(ProgramKind::Mpyc),
            Kind::Command => self
                .command(table, place, parties)
                .map(ProgramKind::Command),
            Kind::Probe => self.probe(table, place).map(ProgramKind::Probe),
        };
        let folder = match &declared {
            Ok(ProgramKind::Mpyc(mpyc)) => Path::new(mpyc.path.as_str()).parent(),
            Ok(ProgramKind::Command(command)) => command.folder.as_ref().map(AsRef::as_ref),
            Ok(ProgramKind::Probe(_)) | Err(Reported) => None,
        };
        let files = self.files(&table.files, folder);
        let args = table.args.or(List(Vec::new()));
        let args = args.map(|List(args)| args.into_iter().map(|arg| arg.value).collect());
        let timeout = table.timeout.or(Timeout::DEFAULT);
        let port = table.port.or(Port::DEFAULT);
        foreign?;
        let kind = declared?;
        Ok(Some(Program {
            // A command's arguments stand in its line.
            args: if matches!(kind, ProgramKind::Command(_)) {
                Vec::new()
            } else {
                args?
            },
            timeout: timeout?,
            files: files?,
            port: port?,
            kind,
        }))
    }

    fn mpyc(
        &mut self,
        table: &ProgramTable,
        place: Place,
        parties: Checked<PartyCount>,
    ) -> Checked<Mpyc> {
        let path = self.program_path(&table.path, place);
        let threshold = self.threshold(&table.threshold, parties);
        let python = self.python(&table.python);
        Ok(Mpyc {
            path: path?,
            threshold: threshold?,
            python: python?,
            version: table.mpyc.optional()?,
        })
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
        folder: Option<&Path>,
    ) -> Checked<Option<Vec<TravelPath>>> {
        let Field::Given(files) = field else {
            return field.absent().map(|()| None);
        };
        let files = &files.value.0;
        for At { place, value } in files {
            if let Some(folder) = folder {
                self.check_file(&folder.join(value.as_str()), value.as_str(), *place);
            }
        }
        Ok(Some(files.iter().map(|file| file.value.clone()).collect()))
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
    pub(super) fn python(&mut self, field: &Field<FilePath>) -> Checked<Option<FilePath>> {
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
