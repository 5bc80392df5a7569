//! Services: where an overlay's infrastructure runs.

mod common;

use std::fmt::Write as _;

use e3_spec::{Declared, Family, Overrides, ServiceKind};

/// Two parties and what is said of services.
fn declared(overlay: &str, services: &str) -> Declared {
    let text = format!(
        "overlay = \"{overlay}\"\n[hosts.a]\nregion = \"fra1\"\n[hosts.b]\nregion = \"ams3\"\nfamily = \"ipv6\"\n{services}"
    );
    common::declared(&text, &Overrides::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn shown(declared: &Declared) -> Vec<String> {
    let services = declared.environment.services.iter();
    services
        .map(|service| format!("{} {} on {}", service.name, service.kind, service.host))
        .collect()
}

#[test]
fn a_service_stands_on_a_host_of_its_own_that_is_no_party() {
    let declared = declared("direct", "[services.relay]\n");
    assert_eq!(shown(&declared), ["relay relay on relay"]);
    let environment = &declared.environment;
    assert_eq!(environment.hosts.len(), 2, "a party each");
    let [host] = environment.service_hosts.as_slice() else {
        panic!("{:?}", environment.service_hosts);
    };
    assert_eq!(
        (host.name.as_str(), host.region.as_str(), host.family),
        ("relay", "fra1", Family::Dual),
        "where the first party is, reached by all"
    );
    assert_eq!(
        declared.notes,
        ["overlay direct uses no relay: service relay has its host, and nothing runs there for it"]
    );
}

#[test]
fn what_the_overlay_needs_is_there_without_being_said() {
    let all = declared("wireguard", "");
    assert_eq!(
        shown(&all),
        [
            "rendezvous rendezvous on rendezvous",
            "relay relay on relay"
        ]
    );
    assert_eq!(all.environment.service_hosts.len(), 2);
    let some = declared(
        "wireguard",
        "[services.derp]\nkind = \"relay\"\nhost = \"a\"\nports = [\"443/tcp\"]\n",
    );
    assert_eq!(
        shown(&some),
        ["derp relay on a", "rendezvous rendezvous on rendezvous"]
    );
    assert!(some.notes.is_empty(), "{:?}", some.notes);
}

#[test]
fn a_name_that_is_taken_is_not_taken_twice() {
    let text = "overlay = \"wireguard\"\n[hosts.relay]\nregion = \"fra1\"\n";
    let declared = common::declared(text, &Overrides::default()).unwrap();
    assert!(shown(&declared).contains(&"relay-2 relay on relay-2".to_owned()));
}

#[test]
fn services_may_share_a_host_and_stand_elsewhere() {
    let declared = declared(
        "direct",
        "[services.one]\nkind = \"lighthouse\"\nregion = \"nyc3\"\n\
         [services.two]\nkind = \"relay\"\nhost = \"one\"\nports = [\"443/tcp\", \"3478/udp\", \"443/udp\"]\n",
    );
    assert_eq!(
        shown(&declared),
        ["one lighthouse on one", "two relay on one"]
    );
    let environment = declared.environment;
    assert_eq!(environment.service_hosts[0].region.as_str(), "nyc3");
    let ports: Vec<String> = environment.services[1]
        .ports
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(ports, ["443/tcp", "443/udp", "3478/udp"]);
    assert_eq!(environment.services[1].kind, ServiceKind::Relay);
}

#[test]
fn one_region_for_all_hosts_is_that_of_services_too() {
    let text = "[hosts.a]\nregion = \"fra1\"\n[services.relay]\nregion = \"nyc3\"\n";
    let overrides = Overrides {
        region: Some("syd1".to_owned()),
        ..Overrides::default()
    };
    let environment = common::parse(text, &overrides).unwrap();
    assert_eq!(environment.service_hosts[0].region.as_str(), "syd1");
}

#[test]
fn mistakes_are_pointed_at() {
    let cases = [
        ("an unknown kind", "[services.x]\nkind = \"rely\"\n"),
        ("no kind", "[services.x]\nregion = \"ams3\"\n"),
        (
            "a host that is not there",
            "[services.relay]\nhost = \"alpa\"\n",
        ),
        (
            "a host that is another service without one of its own",
            "[services.relay]\nhost = \"alpha\"\n[services.lighthouse]\nhost = \"relay\"\n",
        ),
        (
            "a name that is taken",
            "[services.alpha]\nkind = \"relay\"\n",
        ),
        (
            "a region of a host that has one",
            "[services.relay]\nhost = \"alpha\"\nregion = \"ams3\"\nprovider = \"lab\"\n",
        ),
        (
            "a region that is nowhere",
            "[services.relay]\nregion = \"amsterdam\"\n",
        ),
        (
            "ports that are none",
            "[services.relay]\nports = [\"443\", \"0/tcp\", 443]\n",
        ),
        (
            "one port, two services",
            "[services.relay]\nports = [\"443/tcp\"]\n[services.lighthouse]\nhost = \"relay\"\nports = [\"443/tcp\"]\n",
        ),
        (
            "a service of the lab that would be kept",
            "[services.relay]\nlifetime = \"kept\"\n",
        ),
        (
            "an unknown lifetime",
            "[services.relay]\nlifetime = \"forever\"\n",
        ),
        ("text where a table belongs", "services = \"relay\"\n"),
        (
            "a name with a dot",
            "[services.\"a.b\"]\nkind = \"relay\"\n",
        ),
        (
            "a region of one's own that is too far to tell",
            "[services.relay]\nregion = \"moon\"\n[network.regions.moon]\nrtt = {}\n",
        ),
    ];
    let mut shown = String::new();
    for (case, services) in cases {
        let text = if services.starts_with("services") {
            format!("{services}[hosts.alpha]\nregion = \"ams3\"\n")
        } else {
            format!("[hosts.alpha]\nregion = \"ams3\"\n{services}")
        };
        let Err(said) = common::parse(&text, &Overrides::default()) else {
            panic!("{case}: nothing was said");
        };
        let _ = write!(shown, "## {case}\n{said}\n\n");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn there_may_be_many_and_not_too_many() {
    let many = |count: usize| {
        let mut text = "[hosts.a]\nregion = \"fra1\"\n".to_owned();
        for number in 0..count {
            let _ = write!(text, "[services.r{number}]\nkind = \"relay\"\n");
        }
        common::parse(&text, &Overrides::default())
    };
    assert!(many(64).is_ok());
    let said = many(65).unwrap_err().to_string();
    assert!(said.contains("too many services"), "{said}");
}
