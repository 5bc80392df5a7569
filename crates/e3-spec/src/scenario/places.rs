//! The places that a scenario may speak of.

use crate::environment::Environment;
use crate::near::nearest;
use crate::text::{HostName, SiteName};

/// Sites with their regions, and hosts with their sites.
#[derive(Clone, Debug, Default)]
pub struct Places {
    hosts: Vec<Placed>,
}

/// A host, and where it stands.
#[derive(Clone, Debug)]
struct Placed {
    site: String,
    region: String,
    host: String,
}

impl Places {
    /// Adds a host, its site and its site's region.
    pub fn add(&mut self, region: &str, site: &str, host: &str) {
        self.hosts.push(Placed {
            site: site.to_owned(),
            region: region.to_owned(),
            host: host.to_owned(),
        });
    }

    /// The sites that a name stands for: the one of that name, else the one of the host of that name, else all those
    /// of the region of that name; all that there are for `*`. None if there is nothing of that name.
    pub(super) fn sites(&self, name: &str) -> Option<Vec<SiteName>> {
        let at = |matches: &dyn Fn(&Placed) -> bool| self.sites_where(matches);
        [
            at(&|placed| placed.site == name),
            at(&|placed| placed.host == name),
            at(&|placed| placed.region == name || name == "*"),
        ]
        .into_iter()
        .find(|sites| !sites.is_empty())
    }

    fn sites_where(&self, matches: &dyn Fn(&Placed) -> bool) -> Vec<SiteName> {
        let mut sites: Vec<SiteName> = Vec::new();
        for placed in self.hosts.iter().filter(|placed| matches(placed)) {
            // What is added is a label; what is not could not be named in a scenario either.
            if let Ok(site) = placed.site.parse()
                && !sites.contains(&site)
            {
                sites.push(site);
            }
        }
        sites
    }

    /// The host of this name, or the only host of the site of this name.
    pub(super) fn host(&self, name: &str) -> Option<HostName> {
        let named = self.hosts.iter().find(|placed| placed.host == name);
        let mut there = self.hosts.iter().filter(|placed| placed.site == name);
        let only = there.next().filter(|_| there.next().is_none());
        named.or(only)?.host.parse().ok()
    }

    /// The hosts of a site.
    pub(super) fn hosts_at(&self, site: &str) -> impl Iterator<Item = &str> {
        let there = self.hosts.iter().filter(move |placed| placed.site == site);
        there.map(|placed| placed.host.as_str())
    }

    /// The name that was probably meant.
    pub(super) fn near(&self, name: &str) -> Option<&str> {
        let names = self
            .hosts
            .iter()
            .flat_map(|placed| [placed.site.as_str(), &placed.host, &placed.region]);
        nearest(name, names)
    }
}

impl From<&Environment> for Places {
    fn from(environment: &Environment) -> Self {
        let mut places = Self::default();
        for host in &environment.hosts {
            places.add(host.region.as_str(), host.site.as_str(), host.name.as_str());
        }
        for host in &environment.service_hosts {
            places.add(host.region.as_str(), host.site.as_str(), host.name.as_str());
        }
        places
    }
}
