//! Private inputs and identities, one for each host of a group.

use std::path::Path;

use super::Resolver;
use crate::environment::Input;
use crate::near::nearest;
use crate::raw::{At, Field, InputRule};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{FilePath, HostName};

impl Resolver<'_> {
    /// The input of each host, if it has one.
    pub(super) fn inputs(
        &mut self,
        field: &Field<InputRule>,
        hosts: &[HostName],
    ) -> Checked<Vec<Option<Input>>> {
        let Field::Given(input) = field else {
            return field.absent().map(|()| vec![None; hosts.len()]);
        };
        let place = input.place;
        match &input.value {
            InputRule::Template(template) => self.expand(
                &At {
                    place,
                    value: template.clone(),
                },
                hosts,
                Self::local,
            ),
            InputRule::OnHost(template) => self.expand(template, hosts, Self::on_host),
            InputRule::Each(paths) if paths.len() == hosts.len() => paths
                .iter()
                .map(|path| self.local(&path.value, path.place).map(Some))
                .collect(),
            InputRule::Each(paths) => {
                let message = format!("{} inputs for {} hosts", paths.len(), hosts.len());
                self.report
                    .wrong(place, message)
                    .expected("one for each host of the group");
                Err(Reported)
            }
        }
    }

    /// The folder of each host's identity, where it is said.
    pub(super) fn identity_folders(
        &mut self,
        field: &Field<String>,
        hosts: &[HostName],
    ) -> Checked<Vec<Option<FilePath>>> {
        let Field::Given(template) = field else {
            return field.absent().map(|()| vec![None; hosts.len()]);
        };
        self.expand(template, hosts, Self::path_on_host)
    }

    /// Puts the host's name and its number within the group into a template.
    fn expand<T>(
        &mut self,
        template: &At<String>,
        hosts: &[HostName],
        make: impl Fn(&mut Self, &str, Place) -> Checked<T>,
    ) -> Checked<Vec<Option<T>>> {
        self.check_template(template)?;
        let mut all = Vec::new();
        for (index, host) in hosts.iter().enumerate() {
            let path = template
                .value
                .replace("{index}", &index.to_string())
                .replace("{host}", host.as_str());
            all.push(make(self, &path, template.place));
        }
        all.into_iter().map(|one| one.map(Some)).collect()
    }

    fn check_template(&mut self, template: &At<String>) -> Checked<()> {
        const WORDS: [&str; 2] = ["{index}", "{host}"];
        let mut rest = template.value.as_str();
        while let Some(start) = rest.find('{') {
            let length = rest[start..]
                .find('}')
                .map_or(rest.len() - start, |end| end + 1);
            let word = &rest[start..start + length];
            if !WORDS.contains(&word) {
                self.report
                    .wrong(template.place, format!("`{word}` stands for nothing here"))
                    .expected("`{index}` or `{host}`")
                    .suggest(nearest(word, WORDS));
                return Err(Reported);
            }
            rest = &rest[start + length..];
        }
        Ok(())
    }

    fn local(&mut self, path: &str, place: Place) -> Checked<Input> {
        let full = self.path(path, place)?;
        self.check_file(full.as_ref(), path, place);
        Ok(Input::File(full))
    }

    fn on_host(&mut self, path: &str, place: Place) -> Checked<Input> {
        self.path_on_host(path, place).map(Input::OnHost)
    }

    fn path_on_host(&mut self, path: &str, place: Place) -> Checked<FilePath> {
        if !Path::new(path).is_absolute() {
            self.report
                .wrong(
                    place,
                    format!("`{path}` depends on the current folder, and a host has none"),
                )
                .expected("a path that begins with `/`");
            return Err(Reported);
        }
        self.path(path, place)
    }

    /// The resolved path. Only a folder whose name is no UTF-8 can spoil it.
    pub(super) fn path(&mut self, path: &str, place: Place) -> Checked<FilePath> {
        let checked: FilePath = path
            .parse()
            .map_err(|invalid| self.report.invalid(place, invalid))?;
        let full = self.locate(checked.as_str(), place);
        let Some(text) = full.to_str() else {
            self.report
                .wrong(
                    place,
                    format!("the folder of `{path}` has a name that is not UTF-8"),
                )
                .expected("a folder with a name in UTF-8");
            return Err(Reported);
        };
        text.parse()
            .map_err(|invalid| self.report.invalid(place, invalid))
    }
}
