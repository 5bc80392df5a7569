//! Which kind of program has which fields.

use super::Resolver;
use crate::choice::Kind;
use crate::near::one_of;
use crate::raw::ProgramTable;
use crate::report::{Checked, Reported};

impl Resolver<'_> {
    /// Reports fields that programs of this kind do not have.
    pub(super) fn only_fields_of(&mut self, kind: Kind, table: &ProgramTable) -> Checked<()> {
        let ProgramTable {
            kind: _,
            path,
            args,
            threshold,
            timeout: _,
            python,
            mpyc,
            files,
            port: _,
            command,
            folder,
            env,
            ports,
            dial,
            requirements,
            input_as,
            probe,
            limit,
            profile,
        } = table;
        let (is_mpyc, is_command, is_probe) = (
            kind == Kind::Mpyc,
            kind == Kind::Command,
            kind == Kind::Probe,
        );
        let fields = [
            ("path", path.place(), is_mpyc),
            ("args", args.place(), !is_probe),
            ("threshold", threshold.place(), is_mpyc),
            ("python", python.place(), !is_probe),
            ("mpyc", mpyc.place(), is_mpyc),
            ("files", files.place(), !is_probe),
            ("command", command.place(), is_command),
            ("folder", folder.place(), is_command),
            ("env", env.place(), is_command),
            ("ports", ports.place(), is_command),
            ("dial", dial.place(), is_command),
            ("requirements", requirements.place(), is_command),
            ("input_as", input_as.place(), is_command),
            ("probe", probe.place(), is_probe),
            ("limit", limit.place(), is_probe),
            ("profile", profile.place(), is_probe),
        ];
        let known = fields.iter().filter(|(.., belongs)| *belongs);
        let known = one_of(known.map(|(name, ..)| *name));
        let mut checked = Ok(());
        for (name, place, belongs) in fields {
            if let (Some(place), false) = (place, belongs) {
                let message = format!("a program of kind `{kind}` has no `{name}`");
                self.report
                    .wrong(place, message)
                    .expected(format!("{known}, or another `kind`"));
                checked = Err(Reported);
            }
        }
        checked
    }
}
