//! Names that stand for something the caller knows: regions, overlays, providers.

use std::str::FromStr;

use super::Resolver;
use crate::known::KnownOverlay;
use crate::near::{nearest, one_of};
use crate::raw::{At, Field, NetworkTable};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{Invalid, OverlayName, ProviderName, RegionName};

/// The provider of a group that names none.
const DEFAULT_PROVIDER: &str = "lab";

/// Every region that may be named, and its city: the world's, and the environment's own.
pub(super) struct World(Vec<(String, String)>);

impl World {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(region, _)| region == name)
    }

    /// The region that was probably meant, by its name or by its city.
    pub(super) fn nearest(&self, word: &str) -> Option<&str> {
        let by_name = nearest(word, self.0.iter().map(|(name, _)| name.as_str()));
        by_name.or_else(|| {
            let city = nearest(word, self.0.iter().map(|(_, city)| city.as_str()))?;
            self.0
                .iter()
                .find(|(_, of)| of == city)
                .map(|(name, _)| name.as_str())
        })
    }

    pub(super) fn names(&self) -> String {
        one_of(self.0.iter().map(|(name, _)| name.as_str()))
    }
}

impl<'a> Resolver<'a> {
    pub(super) fn world(&self, network: &Field<NetworkTable>) -> World {
        let mut all: Vec<(String, String)> = Vec::new();
        all.extend(
            self.around
                .known
                .regions
                .iter()
                .map(|region| (region.name.to_owned(), region.city.to_owned())),
        );
        let own = network
            .given()
            .and_then(|network| network.value.regions.given());
        for (name, region) in own.iter().flat_map(|regions| &regions.value.entries) {
            let city = region.given().and_then(|region| region.value.city.given());
            all.push((
                name.value.to_string(),
                city.map(|city| city.value.clone()).unwrap_or_default(),
            ));
        }
        World(all)
    }

    pub(super) fn region(&mut self, name: &At<String>, world: &World) -> Checked<RegionName> {
        if world.has(&name.value) {
            return name
                .value
                .parse()
                .map_err(|invalid| self.report.invalid(name.place, invalid));
        }
        self.report
            .wrong(name.place, format!("`{}` is not a region", name.value))
            .expected(format!(
                "{}, or one declared in [network.regions]",
                world.names()
            ))
            .suggest(world.nearest(&name.value));
        Err(Reported)
    }

    pub(super) fn overlay(&mut self, field: &Field<String>) -> Checked<OverlayName> {
        let known = self.around.known.overlays.iter();
        let names: Vec<&str> = known.map(|overlay| overlay.name).collect();
        let default = self.around.known.default_overlay;
        self.one_known(field, default, "an overlay", &names)
    }

    /// What is known of an overlay.
    pub(super) fn known_overlay(&self, name: &OverlayName) -> Option<KnownOverlay<'a>> {
        let mut known = self.around.known.overlays.iter();
        known.find(|overlay| overlay.name == name.as_str()).copied()
    }

    pub(super) fn provider(&mut self, field: &Field<String>) -> Checked<ProviderName> {
        let known = self.around.known.providers.iter();
        let names: Vec<&str> = known.map(|provider| provider.name).collect();
        self.one_known(field, DEFAULT_PROVIDER, "a provider", &names)
    }

    /// Whether the provider makes its hosts on this machine.
    pub(super) fn is_lab(&self, name: &ProviderName) -> bool {
        let mut known = self.around.known.providers.iter();
        known.any(|provider| provider.name == name.as_str() && provider.lab)
    }

    /// A name out of a list, or the default where none is given.
    fn one_known<T>(
        &mut self,
        field: &Field<String>,
        default: &str,
        what: &str,
        known: &[&str],
    ) -> Checked<T>
    where
        T: FromStr<Err = Invalid>,
    {
        if field.is_absent() {
            return default
                .parse()
                .map_err(|invalid| self.report.invalid(Place::FILE, invalid));
        }
        let name = field.present()?;
        if known.contains(&name.value.as_str()) {
            return name
                .value
                .parse()
                .map_err(|invalid| self.report.invalid(name.place, invalid));
        }
        self.report
            .wrong(name.place, format!("`{}` is not {what}", name.value))
            .expected(one_of(known.iter().copied()))
            .suggest(nearest(&name.value, known.iter().copied()));
        Err(Reported)
    }
}
