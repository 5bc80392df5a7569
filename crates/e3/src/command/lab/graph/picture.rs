//! What a picture of a network shows, before it is drawn.

use std::time::Duration;

use e3_spec::{Access, Environment, Host, Probability, Time};
use e3_world::World;
use serde::Serialize;

/// How many hosts of a site, and sites of a region, are shown by name.
const SHOWN: usize = 6;
/// Up to this many regions all delays are shown; of more, those to the nearest.
const ALL_DELAYS: usize = 6;
const NEAREST: usize = 2;

/// Regions and the delays between them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Picture {
    pub(super) regions: Vec<Region>,
    /// By the regions' indices, the smaller first.
    pub(super) delays: Vec<Delay>,
}

/// A region with its sites.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Region {
    pub(super) name: String,
    pub(super) city: String,
    pub(super) sites: Vec<Site>,
    /// How many more sites there are.
    pub(super) more: usize,
}

/// A site with its hosts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Site {
    pub(super) name: String,
    /// The NAT in front of it, and what its line does; empty where there is nothing to say.
    pub(super) says: String,
    pub(super) hosts: Vec<String>,
    /// How many more hosts there are.
    pub(super) more: usize,
}

/// The round trip between two regions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Delay {
    pub(super) a: usize,
    pub(super) b: usize,
    /// In words.
    pub(super) text: String,
    #[serde(skip)]
    rtt: Duration,
}

impl Picture {
    /// Of what an environment declares.
    pub(super) fn of(environment: &Environment, world: &World) -> Self {
        let mut regions: Vec<Region> = Vec::new();
        let parties = environment.hosts.iter();
        let parties = parties.map(|host| (&host.region, &host.site, &host.name, says(host)));
        let services = environment.service_hosts.iter();
        let services = services.map(|host| (&host.region, &host.site, &host.name, String::new()));
        for (region, site, host, says) in parties.chain(services) {
            let name = region.as_str();
            let index = regions.iter().position(|region| region.name == name);
            let index = index.unwrap_or_else(|| {
                regions.push(Region::new(name, world));
                regions.len() - 1
            });
            if let Some(region) = regions.get_mut(index) {
                region.add(site.as_str(), host.to_string(), says);
            }
        }
        let delays = delays(&regions, world);
        regions.iter_mut().for_each(Region::shorten);
        Self { regions, delays }
    }
}

impl Region {
    fn new(name: &str, world: &World) -> Self {
        let city = world.region(name).map(|region| region.city.clone());
        Self {
            name: name.to_owned(),
            city: city.unwrap_or_default(),
            sites: Vec::new(),
            more: 0,
        }
    }

    fn add(&mut self, name: &str, host: String, says: String) {
        match self.sites.iter_mut().find(|site| site.name == name) {
            Some(site) => site.hosts.push(host),
            None => self.sites.push(Site {
                name: name.to_owned(),
                says,
                hosts: vec![host],
                more: 0,
            }),
        }
    }

    fn shorten(&mut self) {
        self.more = cut(&mut self.sites);
        for site in &mut self.sites {
            site.more = cut(&mut site.hosts);
        }
    }
}

impl Site {
    /// Its name and what there is to say.
    pub(super) fn title(&self) -> String {
        if self.says.is_empty() {
            self.name.clone()
        } else {
            format!("{} · {}", self.name, self.says)
        }
    }

    /// Its hosts' names.
    pub(super) fn hosts(&self) -> String {
        let names = self.hosts.join(", ");
        match self.more {
            0 => names,
            more => format!("{names} +{more}"),
        }
    }
}

impl Region {
    /// Its name and its city.
    pub(super) fn title(&self) -> String {
        if self.city.is_empty() {
            self.name.clone()
        } else {
            format!("{} · {}", self.name, self.city)
        }
    }
}

/// Cuts a list to what is shown; how many are not.
fn cut<T>(list: &mut Vec<T>) -> usize {
    let more = list.len().saturating_sub(SHOWN);
    list.truncate(SHOWN);
    more
}

/// The NAT and the line of a host's site.
fn says(host: &Host) -> String {
    let Access { rate, loss, jitter } = host.access;
    let nat = host.nat.to_string();
    let words = [
        (nat != "none").then(|| format!("{nat} NAT")),
        rate.map(|rate| rate.to_string()),
        (loss != Probability::ZERO).then(|| format!("loss {loss}")),
        (jitter != Time::ZERO).then(|| format!("jitter {jitter}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn delays(regions: &[Region], world: &World) -> Vec<Delay> {
    let mut all = Vec::new();
    for (a, first) in regions.iter().enumerate() {
        for (b, second) in regions.iter().enumerate().skip(a + 1) {
            all.extend(delay(a, b, &first.name, &second.name, world));
        }
    }
    if regions.len() > ALL_DELAYS {
        let all_of = all.clone();
        all.retain(|delay| is_near(delay, &all_of));
    }
    all
}

fn delay(a: usize, b: usize, first: &str, second: &str, world: &World) -> Option<Delay> {
    let (there, back) = (world.one_way(first, second)?, world.one_way(second, first)?);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    // Halves of a round trip may differ by a nanosecond.
    let text = if there.abs_diff(back) < Duration::from_micros(1) {
        format!("{:.1} ms", ms(there + back))
    } else {
        format!("{:.1} + {:.1} ms", ms(there), ms(back))
    };
    let rtt = there + back;
    Some(Delay { a, b, text, rtt })
}

/// Whether it is one of the shortest of either of its regions.
fn is_near(delay: &Delay, all: &[Delay]) -> bool {
    [delay.a, delay.b].into_iter().any(|region| {
        let shorter = all
            .iter()
            .filter(|other| (other.a == region || other.b == region) && other.rtt < delay.rtt);
        shorter.count() < NEAREST
    })
}
