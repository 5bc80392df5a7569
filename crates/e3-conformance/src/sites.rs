//! Where hosts stand.

use e3_lab::{Nat, Site};

/// Regions that parties are spread over.
const REGIONS: [&str; 4] = ["ams3", "nyc3", "sgp1", "fra1"];

/// Sites of this many hosts together: as many in the first as in the others, so that some share a switch.
pub fn cities(hosts: usize) -> Vec<Site> {
    let mut sites: Vec<Site> = REGIONS
        .iter()
        .take(hosts)
        .map(|region| site(region, region, Nat::None, Vec::new()))
        .collect();
    let count = sites.len();
    for host in 0..hosts {
        if let Some(site) = sites.get_mut(host % count) {
            site.hosts.push(name_of(host));
        }
    }
    sites
}

/// Parties 0 and 1 in neighbouring regions.
pub fn near() -> Vec<Site> {
    vec![
        site("ams3", "ams3", Nat::None, vec![name_of(0)]),
        site("fra1", "fra1", Nat::None, vec![name_of(1)]),
    ]
}

/// A site of its own with a host that is no party's.
pub fn outsider() -> Site {
    site("elsewhere", "lon1", Nat::None, vec!["outsider".to_owned()])
}

/// A site.
pub fn site(name: &str, region: &str, nat: Nat, hosts: Vec<String>) -> Site {
    Site::new(name, region).nat(nat).hosts(hosts)
}

/// The name of a party's host.
pub fn name_of(index: usize) -> String {
    format!("p{index}")
}
