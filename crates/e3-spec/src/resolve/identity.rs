//! How introductions are believed: the scheme, pins, listed DIDs, the authority.

use std::collections::BTreeMap;

use super::Resolver;
use super::hosts::Resolved;
use crate::choice::IdentityScheme;
use crate::identity::{DidText, Identity, Pin};
use crate::known::KnownOverlay;
use crate::near::{nearest, one_of};
use crate::raw::{At, Document, Field, Named};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::HostName;

impl Resolver<'_> {
    /// What the schemes that are not used would need is checked all the same: the command line may choose another.
    pub(super) fn identity(
        &mut self,
        document: &Document,
        overlay: Option<KnownOverlay<'_>>,
        machines: &Resolved,
    ) -> Checked<Identity> {
        let scheme = self.scheme(&document.identity, overlay);
        let pins = self.by_host::<Pin>(&document.pins, machines);
        let dids = self.by_host::<DidText>(&document.identities, machines);
        let authority = document.authority.optional();
        match scheme? {
            IdentityScheme::Pinned => {
                let pins = pins?;
                let place = document.pins.place().unwrap_or(Place::FILE);
                self.all_stay(pins.keys(), place, machines)?;
                Ok(Identity::Pinned { pins })
            }
            IdentityScheme::Ca => Ok(Identity::Ca {
                authority: authority?,
            }),
            IdentityScheme::Did => {
                let dids = dids?;
                let place = document.identities.place().or(document.identity.place());
                let place = place.unwrap_or(Place::FILE);
                self.all_listed(&dids, place, machines)?;
                self.all_stay(dids.keys(), place, machines)?;
                Ok(Identity::Did { dids })
            }
        }
    }

    fn scheme(
        &mut self,
        field: &Field<IdentityScheme>,
        overlay: Option<KnownOverlay<'_>>,
    ) -> Checked<IdentityScheme> {
        let works = overlay.map_or(&[][..], |overlay| overlay.identities);
        let name = overlay.map_or("", |overlay| overlay.name);
        let Some(At { place, value }) = field.given() else {
            field.absent()?;
            let scheme = works.first().copied();
            if let Some(scheme) = scheme {
                self.notes.push(format!(
                    "overlay {name} needs identity {scheme}, so that is what is used"
                ));
            }
            return Ok(scheme.unwrap_or(IdentityScheme::Pinned));
        };
        if !works.is_empty() && !works.contains(value) {
            let message = format!("overlay `{name}` does not work with identity `{value}`");
            self.report
                .wrong(*place, message)
                .expected(one_of(works.iter().map(|scheme| scheme.as_str())));
            return Err(Reported);
        }
        Ok(*value)
    }

    /// A table with a value for hosts, each another.
    fn by_host<T: Clone + Ord + ToString>(
        &mut self,
        field: &Field<Named<HostName, T>>,
        machines: &Resolved,
    ) -> Checked<BTreeMap<HostName, T>> {
        let Field::Given(At { value: named, .. }) = field else {
            return field.absent().map(|()| BTreeMap::new());
        };
        let mut by_host: BTreeMap<HostName, T> = BTreeMap::new();
        let mut right = named.complete;
        for (name, value) in &named.entries {
            let known = self.is_host(name, machines);
            let (Ok(At { place, value }), Ok(())) = (value.present(), known) else {
                right = false;
                continue;
            };
            let other = by_host.iter().find(|(_, known)| *known == value);
            if let Some((other, _)) = other {
                let message = format!("`{other}` is said to be `{}` already", value.to_string());
                self.report
                    .wrong(*place, message)
                    .expected("another for each host: every party has an identity of its own");
                right = false;
            }
            by_host.insert(name.value.clone(), value.clone());
        }
        if right { Ok(by_host) } else { Err(Reported) }
    }

    /// Whether the name is that of one party's host.
    fn is_host(&mut self, name: &At<HostName>, machines: &Resolved) -> Checked<()> {
        let word = name.value.as_str();
        let all = machines.groups.iter().flat_map(|(_, hosts)| hosts);
        if all.clone().any(|host| *host == name.value) {
            return Ok(());
        }
        let group = machines
            .groups
            .iter()
            .find(|(group, _)| group.as_str() == word);
        if let Some((_, hosts)) = group {
            let message = format!("`{word}` is a group of {} hosts", hosts.len());
            self.report
                .wrong(name.place, message)
                .expected(one_of(hosts.iter().map(HostName::as_str)));
        } else if machines.complete {
            // Where a group is wrong, the name may be one of its hosts'.
            let all: Vec<&str> = all.map(HostName::as_str).collect();
            self.report
                .wrong(name.place, format!("there is no host `{word}`"))
                .expected(one_of(all.iter().copied()))
                .suggest(nearest(word, all));
        }
        Err(Reported)
    }

    /// Where DIDs are listed, every host's is.
    fn all_listed(
        &mut self,
        dids: &BTreeMap<HostName, DidText>,
        place: Place,
        machines: &Resolved,
    ) -> Checked<()> {
        let hosts = machines.hosts.as_ref().map_err(|_| Reported)?;
        let unlisted: Vec<&str> = hosts
            .iter()
            .filter(|host| !dids.contains_key(&host.name))
            .map(|host| host.name.as_str())
            .collect();
        if unlisted.is_empty() {
            return Ok(());
        }
        let message = format!("nobody lists the DID of {}", one_of(unlisted));
        self.report
            .missing(place, message)
            .expected("the DID of every host in [identities]");
        Err(Reported)
    }

    /// Hosts of which an identity is expected must keep theirs.
    fn all_stay<'h>(
        &mut self,
        mut names: impl Iterator<Item = &'h HostName>,
        place: Place,
        machines: &Resolved,
    ) -> Checked<()> {
        let hosts = machines.hosts.as_ref().map_err(|_| Reported)?;
        let fresh = names.find_map(|name| {
            let host = hosts.iter().find(|host| host.name == *name)?;
            (host.identity.is_none() && self.is_lab(&host.provider)).then_some(host)
        });
        let Some(host) = fresh else {
            return Ok(());
        };
        let message = format!(
            "nobody can know the DID of host `{}` beforehand: it makes a new one whenever the lab is built",
            host.name
        );
        self.report.wrong(place, message).expected(format!(
            "a folder made by `e3 id new` in [hosts.{}], as in identity = \"/path\"",
            host.group
        ));
        Err(Reported)
    }
}
