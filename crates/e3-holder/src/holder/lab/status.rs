//! What is there, and what has passed.

use e3_host::Place;
use e3_lab::Lab;

use crate::{
    holder::kept::Kept,
    wire::{Fault, LabHostStatus, NetworkStatus, PathStatus, SiteStatus, rounded},
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
            seen_as: lab.seen_as(host.name()).map(|address| address.to_string()),
        };
        match sites.iter_mut().find(|site| site.site == place.site) {
            Some(site) => site.hosts.push(shown),
            None => sites.push(site(place, shown)),
        }
    }
    sites
}

fn site(place: &Place, first: LabHostStatus) -> SiteStatus {
    SiteStatus {
        site: place.site.clone(),
        region: place.region.clone(),
        nat: place.nat.clone(),
        hosts: vec![first],
    }
}

fn paths(lab: &Lab, sites: &[SiteStatus]) -> Vec<PathStatus> {
    let all = sites.len() <= ALL_PATHS;
    let mut paths = Vec::new();
    for from in sites {
        for to in sites.iter().filter(|to| to.site != from.site) {
            let path = path(lab, from, to);
            paths.extend(path.filter(|path| all || path.packets > 0));
        }
    }
    paths
}

fn path(lab: &Lab, from: &SiteStatus, to: &SiteStatus) -> Option<PathStatus> {
    let traffic = lab.traffic(&from.site, &to.site)?;
    let delay = lab.one_way_expected(&from.hosts.first()?.host, &to.hosts.first()?.host)?;
    Some(PathStatus {
        from: from.site.clone(),
        to: to.site.clone(),
        delay_ms: rounded(delay.as_secs_f64() * 1e3),
        packets: traffic.packets,
        bytes: traffic.bytes,
    })
}
