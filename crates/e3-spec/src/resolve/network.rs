//! Regions and delays of the environment's own.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use super::hosts::Resolved;
use super::names::World;
use super::services::Services;
use crate::environment::{Network, Pair};
use crate::quantity::Time;
use crate::raw::{At, Field, List, NetworkTable, PairTable, RegionTable};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::subnet::VirtualNetwork;
use crate::text::RegionName;

/// One-way delays by pair; the names of each pair are sorted.
type Delays = BTreeMap<[RegionName; 2], (Time, Time)>;

impl Resolver<'_> {
    pub(super) fn network(
        &mut self,
        field: &Field<NetworkTable>,
        world: &World,
        resolved: &Resolved,
        services: Option<&Services>,
    ) -> Checked<Network> {
        let Field::Given(network) = field else {
            return field.absent().map(|()| Network::default());
        };
        let mut delays = Delays::new();
        let mut complete = true;
        let mut regions = BTreeMap::new();
        let own = network
            .value
            .regions
            .given()
            .map_or(&[][..], |regions| &regions.value.entries);
        for (name, region) in own {
            complete &= self.own_region(name, region, world, &mut delays).is_ok();
            let city = region.given().and_then(|region| region.value.city.given());
            regions.insert(
                name.value.clone(),
                city.map_or_else(|| name.value.to_string(), |city| city.value.clone()),
            );
        }
        let pairs = network
            .value
            .pairs
            .given()
            .map_or(&[][..], |pairs| &pairs.value.0);
        for pair in pairs {
            complete &= self.pair(pair, world, &mut delays).is_ok();
        }
        // What is wrong may be the very time that seems missing.
        if complete && let (Ok(hosts), Some((_, service_hosts))) = (&resolved.hosts, services) {
            let mut used: BTreeSet<&RegionName> = hosts.iter().map(|host| &host.region).collect();
            used.extend(service_hosts.iter().map(|host| &host.region));
            for (name, _) in own.iter().filter(|(name, _)| used.contains(&name.value)) {
                self.check_reach(name, &used, &delays);
            }
        }
        let virtual_networks = self.virtual_networks(&network.value.r#virtual)?;
        let pairs = delays
            .into_iter()
            .map(|(between, (there, back))| Pair {
                between,
                there,
                back,
            })
            .collect();
        Ok(Network {
            regions,
            pairs,
            virtual_networks,
        })
    }

    /// At most one network of each version of IP.
    fn virtual_networks(
        &mut self,
        field: &Field<List<VirtualNetwork>>,
    ) -> Checked<Vec<VirtualNetwork>> {
        let mut networks: Vec<VirtualNetwork> = Vec::new();
        for At { place, value } in field.or(List(Vec::new()))?.0 {
            if networks
                .iter()
                .any(|other| other.is_ipv6() == value.is_ipv6())
            {
                let version = if value.is_ipv6() { "IPv6" } else { "IPv4" };
                self.report
                    .wrong(place, format!("this is the second network of {version}"))
                    .expected("at most one of IPv4 and one of IPv6");
                return Err(Reported);
            }
            networks.push(value);
        }
        Ok(networks)
    }

    /// Enters the times of a region of the environment's own.
    fn own_region(
        &mut self,
        name: &At<RegionName>,
        region: &Field<RegionTable>,
        world: &World,
        delays: &mut Delays,
    ) -> Checked<()> {
        if self
            .around
            .known
            .regions
            .iter()
            .any(|known| known.name == name.value.as_str())
        {
            self.report
                .wrong(
                    name.place,
                    format!("`{}` is a region of the world already", name.value),
                )
                .expected("a new name; to change a delay, use [[network.pairs]]");
            return Err(Reported);
        }
        let rtt = match &region.present()?.value.rtt {
            Field::Absent => return Ok(()),
            Field::Wrong => return Err(Reported),
            Field::Given(rtt) => &rtt.value.entries,
        };
        for (other, time) in rtt {
            let other_name = At {
                place: other.place,
                value: other.value.to_string(),
            };
            let peer = self.region(&other_name, world)?;
            let (there, back) = time.present()?.value.halves();
            self.enter(name.value.clone(), peer, there, back, other.place, delays)?;
        }
        Ok(())
    }

    fn pair(&mut self, pair: &At<PairTable>, world: &World, delays: &mut Delays) -> Checked<()> {
        let PairTable {
            between,
            rtt,
            there,
            back,
        } = &pair.value;
        let between = self.two_regions(between, pair.place, world);
        let delay = self.delay(rtt, there, back, pair.place);
        let (a, b) = between?;
        let (there, back) = delay?;
        if a == b && there != back && rtt.is_absent() {
            self.report
                .wrong(pair.place, "within one region there is only one direction")
                .expected("`rtt`");
            return Err(Reported);
        }
        self.enter(a, b, there, back, pair.place, delays)
    }

    fn two_regions(
        &mut self,
        field: &Field<List<String>>,
        pair: Place,
        world: &World,
    ) -> Checked<(RegionName, RegionName)> {
        const EXPECTED: &str = "a field `between` with two regions, such as [\"ams3\", \"nyc3\"]";
        if field.is_absent() {
            self.report
                .missing(pair, "this pair names no regions")
                .expected(EXPECTED);
        }
        let At {
            place,
            value: List(names),
        } = field.present()?;
        let [a, b] = names.as_slice() else {
            self.report
                .wrong(*place, "a pair is of two regions")
                .expected(EXPECTED);
            return Err(Reported);
        };
        let (a, b) = (self.region(a, world), self.region(b, world));
        Ok((a?, b?))
    }

    /// The delays of both directions: `rtt`, or `there` and `back`.
    fn delay(
        &mut self,
        rtt: &Field<Time>,
        there: &Field<Time>,
        back: &Field<Time>,
        pair: Place,
    ) -> Checked<(Time, Time)> {
        match (rtt, there, back) {
            (Field::Given(rtt), Field::Absent, Field::Absent) => Ok(rtt.value.halves()),
            (Field::Absent, Field::Given(there), Field::Given(back)) => {
                Ok((there.value, back.value))
            }
            (Field::Wrong, ..) | (_, Field::Wrong, _) | (.., Field::Wrong) => Err(Reported),
            _ => {
                let finding = self
                    .report
                    .missing(pair, "the delay of this pair is not clear");
                finding.expected("either `rtt`, or both `there` and `back`");
                Err(Reported)
            }
        }
    }

    /// Enters a pair under its sorted names.
    fn enter(
        &mut self,
        a: RegionName,
        b: RegionName,
        there: Time,
        back: Time,
        place: Place,
        delays: &mut Delays,
    ) -> Checked<()> {
        let (key, value) = if a <= b {
            ([a, b], (there, back))
        } else {
            ([b, a], (back, there))
        };
        let [first, second] = &key;
        let message = format!("the delay between {first} and {second} is said twice");
        if delays.insert(key, value).is_some() {
            self.report
                .wrong(place, message)
                .expected("one for each pair");
            return Err(Reported);
        }
        Ok(())
    }

    /// A region of the environment's own needs a time to every other that is used.
    fn check_reach(&mut self, own: &At<RegionName>, used: &BTreeSet<&RegionName>, delays: &Delays) {
        for other in used.iter().filter(|other| ***other != own.value) {
            let mut key = [own.value.clone(), (*other).clone()];
            key.sort();
            if !delays.contains_key(&key) {
                let message = format!("nobody says how far `{}` is from `{other}`", own.value);
                self.report
                    .missing(own.place, message)
                    .expected(format!("rtt = {{ {other} = \"… ms\" }}"));
            }
        }
    }
}
