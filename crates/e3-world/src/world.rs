//! All regions and the delays between them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::data::{CITIES, REGIONS, RTT_MS, SAME_CITY_MS, SAME_REGION};
use crate::{Region, Rtt};

/// Regions and the delays between them; a pair that nobody declared has none.
#[derive(Debug, Clone, Default)]
pub struct World {
    regions: BTreeMap<String, Region>,
    /// One-way delays, from the first region to the second.
    one_way: HashMap<(String, String), Duration>,
}

/// Why a region or a pair cannot be declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// The name is taken.
    #[error(
        "region `{name}` exists already; choose another name, or override the pairs you want to change"
    )]
    RegionExists {
        /// The name that is taken.
        name: String,
    },
    /// No region has this name.
    #[error("there is no region `{name}`{}", suggestion(near))]
    UnknownRegion {
        /// The name that was asked for.
        name: String,
        /// The names that look like it, best first.
        near: Vec<String>,
    },
}

fn suggestion(near: &[String]) -> String {
    near.first()
        .map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

impl World {
    /// A world without regions.
    pub fn empty() -> Self {
        Self::default()
    }

    /// DigitalOcean's regions with the measured round-trip times of [`crate::SOURCE`].
    pub fn builtin() -> Self {
        let mut world = Self::empty();
        for (name, index) in REGIONS {
            let city = &CITIES[index];
            let region = Region::named(name)
                .in_city(city.name, city.country)
                .at(city.latitude, city.longitude);
            world.insert(region);
        }
        for (a, a_city) in REGIONS {
            for (b, b_city) in REGIONS {
                if a < b
                    && let Some(ms) = city_rtt_ms(a_city, b_city)
                {
                    world.set(a, b, Rtt::symmetric(Duration::from_secs_f64(ms / 1000.0)));
                }
            }
        }
        world
    }

    /// Adds a region and its round-trip times to regions that exist; pairs left out have none until they are
    /// declared by [`World::override_rtt`].
    pub fn add_region<'a>(
        &mut self,
        region: Region,
        rtts: impl IntoIterator<Item = (&'a str, Rtt)>,
    ) -> Result<(), WorldError> {
        if self.regions.contains_key(&region.name) {
            return Err(WorldError::RegionExists { name: region.name });
        }
        let rtts: Vec<_> = rtts.into_iter().collect();
        for (other, _) in &rtts {
            if *other != region.name {
                self.known(other)?;
            }
        }
        let name = region.name.clone();
        self.insert(region);
        for (other, rtt) in rtts {
            self.set(&name, other, rtt);
        }
        Ok(())
    }

    /// Replaces the delay between two regions; `a` and `b` may be the same region, for two sites within it.
    pub fn override_rtt(&mut self, a: &str, b: &str, rtt: Rtt) -> Result<(), WorldError> {
        self.known(a)?;
        self.known(b)?;
        self.set(a, b, rtt);
        Ok(())
    }

    /// The round-trip time between two sites, one in each region; none where a region or the pair is unknown.
    pub fn rtt(&self, a: &str, b: &str) -> Option<Duration> {
        Some(self.one_way(a, b)? + self.one_way(b, a)?)
    }

    /// The delay from a site in `from` to a site in `to`; none where a region or the pair is unknown.
    pub fn one_way(&self, from: &str, to: &str) -> Option<Duration> {
        self.one_way.get(&(from.to_owned(), to.to_owned())).copied()
    }

    /// The region of this name.
    pub fn region(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    /// All regions, by name.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.regions.values()
    }

    /// The names of all regions, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// The names of regions that somebody who wrote `typo` may have meant, best first: by the name of the region or
    /// of its city. Empty where nothing is near.
    pub fn nearest_names(&self, typo: &str) -> Vec<&str> {
        let typo = typo.to_lowercase();
        let likeness = |region: &Region| {
            let by_name = strsim::jaro_winkler(&typo, &region.name.to_lowercase());
            let by_city = strsim::jaro_winkler(&typo, &region.city.to_lowercase());
            by_name.max(by_city)
        };
        let mut near: Vec<_> = self
            .regions()
            .map(|region| (likeness(region), region.name.as_str()))
            .collect();
        near.retain(|(likeness, _)| *likeness > 0.8);
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        near.truncate(3);
        near.into_iter().map(|(_, name)| name).collect()
    }

    fn known(&self, name: &str) -> Result<(), WorldError> {
        if self.regions.contains_key(name) {
            return Ok(());
        }
        let near = self
            .nearest_names(name)
            .into_iter()
            .map(str::to_owned)
            .collect();
        Err(WorldError::UnknownRegion {
            name: name.to_owned(),
            near,
        })
    }

    fn insert(&mut self, region: Region) {
        let name = region.name.clone();
        self.regions.insert(name.clone(), region);
        self.set(&name, &name, Rtt::symmetric(SAME_REGION));
    }

    fn set(&mut self, a: &str, b: &str, rtt: Rtt) {
        // Within one region both directions are one entry: the mean keeps the round trip as declared.
        if a == b {
            self.one_way
                .insert((a.to_owned(), a.to_owned()), rtt.round_trip() / 2);
            return;
        }
        self.one_way
            .insert((a.to_owned(), b.to_owned()), rtt.there());
        self.one_way
            .insert((b.to_owned(), a.to_owned()), rtt.back());
    }
}

/// The built-in round-trip time between two cities, by index, in milliseconds.
fn city_rtt_ms(a: usize, b: usize) -> Option<f64> {
    if a == b {
        return SAME_CITY_MS
            .iter()
            .find(|(city, _)| *city == a)
            .map(|(_, ms)| *ms);
    }
    RTT_MS.get(a.max(b))?.get(a.min(b)).copied()
}

#[cfg(test)]
mod tests;
