//! What is there, and what has passed.

use e3_host::Place;
use e3_lab::Lab;

use super::{mappings, paths::Counted};
use crate::{
    holder::kept::Kept,
    wire::{Fault, LabHostStatus, NetworkStatus, PathStatus, SiteStatus},
};

/// Up to this many sites the paths of all pairs are told; of more, those that packets have passed.
const ALL_PATHS: usize = 20;

pub(super) fn status(kept: &Kept) -> Result<NetworkStatus, Fault> {
    let lab = kept.lab()?;
    let sites = sites(kept, lab);
    let paths = paths(lab, &sites);
    Ok(NetworkStatus {
        environment: kept.environment().name.to_string(),
        since_ms: kept.since_ms(),
        parties: kept.parties().is_ok(),
        paths_in_all: sites.len() * sites.len().saturating_sub(1),
        paths,
        sites,
        check: kept.check().cloned(),
    })
}

/// The sites in the order of the environment, each with its hosts.
fn sites(kept: &Kept, lab: &Lab) -> Vec<SiteStatus> {
    let mut sites: Vec<SiteStatus> = Vec::new();
    for host in kept.provider().hosts() {
        let place = host.place();
        let shown = LabHostStatus {
            host: host.name().to_owned(),
            addresses: place.addresses.iter().map(ToString::to_string).collect(),
            paused: lab.is_paused(host.name()),
            seen_as: lab.seen_as(host.name()).map(|address| address.to_string()),
        };
        match sites.iter_mut().find(|site| site.site == place.site) {
            Some(site) => site.hosts.push(shown),
            None => sites.push(site(lab, place, shown)),
        }
    }
    sites
}

fn site(lab: &Lab, place: &Place, first: LabHostStatus) -> SiteStatus {
    SiteStatus {
        site: place.site.clone(),
        region: place.region.clone(),
        nat: place.nat.clone(),
        // A site that has just been found has a NAT that can be asked.
        mappings: mappings::count(lab, &place.site),
        hosts: vec![first],
    }
}

fn paths(lab: &Lab, sites: &[SiteStatus]) -> Vec<PathStatus> {
    let all = sites.len() <= ALL_PATHS;
    let counted = Counted::of(lab);
    let mut paths = Vec::new();
    for from in sites {
        for to in sites.iter().filter(|to| to.site != from.site) {
            if all || counted.has(&from.site, &to.site) {
                let conditions = lab.path(&from.site, &to.site);
                paths.extend(conditions.map(|is| counted.path(&from.site, &to.site, is)));
            }
        }
    }
    paths
}
