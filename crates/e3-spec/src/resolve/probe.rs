//! A program of kind `probe`.

use super::Resolver;
use crate::choice::ProbeName;
use crate::program::Probe;
use crate::quantity::Timeout;
use crate::raw::{At, Field, ProgramTable};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::FilePath;

impl Resolver<'_> {
    pub(super) fn probe(&mut self, table: &ProgramTable, place: Place) -> Checked<Probe> {
        if table.probe.is_absent() {
            self.report
                .missing(place, "the probe has no name")
                .expected("a field `probe`, such as \"round-trip\"");
        }
        let profile = self.profile(&table.profile);
        let name = table.probe.present()?;
        let profile = profile?;
        match (name.value, &profile) {
            (ProbeName::Mesh, None) => {
                self.report
                    .missing(place, "the probe `mesh` has nothing to replay")
                    .expected("a field `profile` that names a file made by `e3 profile`");
                return Err(Reported);
            }
            (ProbeName::Mesh, Some(_)) | (_, None) => {}
            (_, Some(_)) => {
                let at = table.profile.place().unwrap_or(place);
                self.report
                    .wrong(at, format!("the probe `{}` replays nothing", name.value))
                    .expected("no `profile`, or the probe `mesh`");
                return Err(Reported);
            }
        }
        Ok(Probe {
            name: name.value,
            limit: table.limit.or(Probe::LIMIT)?,
            profile,
        })
    }

    fn profile(&mut self, field: &Field<FilePath>) -> Checked<Option<FilePath>> {
        let Field::Given(At { place, value }) = field else {
            return field.optional();
        };
        let full = self.path(value.as_str(), *place)?;
        self.check_file(full.as_ref(), value.as_str(), *place);
        Ok(Some(full))
    }
}

impl Probe {
    /// How long one measurement takes when nobody says.
    const LIMIT: Timeout = Timeout::seconds(2);
}
