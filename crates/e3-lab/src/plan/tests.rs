use e3_world::{Region, World};

use super::*;

fn site(name: &str, region: &str, nat: Nat, hosts: &[&str]) -> Site {
    Site::new(name, region)
        .nat(nat)
        .hosts(hosts.iter().copied())
}

fn plan(sites: Vec<Site>) -> Result<Plan, PlanError> {
    Plan::new(&Topology {
        sites,
        world: World::builtin(),
        seed: 1,
    })
}

#[test]
fn public_and_home_sites_get_their_addresses() {
    let plan = plan(vec![
        site("a", "ams3", Nat::None, &["a0", "a1"]),
        site("b", "nyc3", Nat::port_restricted(), &["b0"]),
    ])
    .unwrap();
    let v4 = |site: usize| plan.sites[site].v4.as_ref().unwrap();
    let host = |site: usize, host: usize| plan.sites[site].hosts[host].v4.unwrap();
    assert_eq!(v4(0).gateway, Ipv4Addr::new(198, 18, 0, 1));
    assert_eq!(host(0, 1), Ipv4Addr::new(198, 18, 0, 3));
    let seen = Ipv4Addr::new(198, 18, 0, 33);
    assert!(matches!(v4(1).outside, Outside::Translated { address, .. } if address == seen));
    assert_eq!(host(1, 0), Ipv4Addr::new(192, 168, 1, 2));
    assert_eq!(plan.delays[0][1], Duration::from_micros(42_370));
    assert_eq!(plan.delays[0][0], Duration::ZERO);
}

#[test]
fn a_wrong_region_is_named_with_its_likeness() {
    let error = plan(vec![site("a", "ansterdam", Nat::None, &[])]).unwrap_err();
    assert!(error.to_string().contains("did you mean `ams3`"), "{error}");
}

#[test]
fn names_must_be_hostnames_and_unique() {
    for bad in ["", "a.b", "-a", "a-", "a b", &"x".repeat(64)] {
        let error = plan(vec![site("a", "ams3", Nat::None, &[bad])]).unwrap_err();
        assert!(matches!(error, PlanError::BadName { .. }), "{bad}: {error}");
    }
    let twice = plan(vec![site("a", "ams3", Nat::None, &["x", "X"])]).unwrap_err();
    assert!(matches!(twice, PlanError::Twice { .. }));
    let twice = plan(vec![
        site("a", "ams3", Nat::None, &[]),
        site("a", "ams3", Nat::None, &[]),
    ]);
    assert!(matches!(twice.unwrap_err(), PlanError::Twice { .. }));
}

#[test]
fn an_undeclared_pair_is_named() {
    let mut world = World::builtin();
    world.add_region(Region::named("moon"), []).unwrap();
    let sites = vec![
        site("a", "ams3", Nat::None, &[]),
        site("b", "moon", Nat::None, &[]),
    ];
    let error = Plan::new(&Topology {
        sites,
        world,
        seed: 1,
    })
    .unwrap_err();
    assert_eq!(
        error,
        PlanError::UnknownDelay {
            a: "ams3".into(),
            b: "moon".into()
        }
    );
}

#[test]
fn a_home_has_room_for_253_hosts() {
    let names: Vec<String> = (0..254).map(|i| format!("h{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(
        plan(vec![site(
            "a",
            "ams3",
            Nat::port_restricted(),
            &names[..253]
        )])
        .is_ok()
    );
    let error = plan(vec![site("a", "ams3", Nat::port_restricted(), &names)]).unwrap_err();
    assert_eq!(
        error,
        PlanError::TooManyHosts {
            site: "a".into(),
            hosts: 254,
            room: 253
        }
    );
}

#[test]
fn a_line_that_makes_no_sense_is_refused() {
    for access in [
        Access {
            loss: 1.5,
            ..Access::default()
        },
        Access {
            loss: f64::NAN,
            ..Access::default()
        },
        Access {
            rate: Some(0),
            ..Access::default()
        },
    ] {
        let error = plan(vec![Site {
            access,
            ..site("a", "ams3", Nat::None, &[])
        }])
        .unwrap_err();
        assert!(matches!(error, PlanError::BadAccess { .. }));
    }
}

#[test]
fn families_decide_which_addresses_there_are() {
    use crate::topology::Family;
    let of = |family| site("a", "ams3", Nat::None, &["a0"]).family(family);
    let addresses = |family| {
        let plan = plan(vec![of(family)]).unwrap();
        (plan.sites[0].hosts[0].v4, plan.sites[0].hosts[0].v6)
    };
    let (four, six) = (
        "198.18.0.2".parse().unwrap(),
        "2001:2:0:1::2".parse().unwrap(),
    );
    assert_eq!(addresses(Family::V4), (Some(four), None));
    assert_eq!(addresses(Family::V6), (None, Some(six)));
    assert_eq!(addresses(Family::Dual), (Some(four), Some(six)));
}

#[test]
fn sites_share_a_carrier_in_one_region_and_alike() {
    use crate::nat::{Behaviour, Carrier};
    let behind = |name: &str, region: &str, behaviour| {
        let name = [name];
        let carrier = Carrier {
            name: Some("tel".to_owned()),
            behaviour,
        };
        let home = Behaviour::PORT_RESTRICTED;
        site(name[0], region, Nat::CarrierGrade { home, carrier }, &name)
    };
    let two = |region: &str, behaviour| {
        let first = behind("a", "ams3", Behaviour::CARRIER);
        plan(vec![first, behind("b", region, behaviour)])
    };
    let shared = two("ams3", Behaviour::CARRIER).unwrap();
    assert_eq!(
        (shared.carriers.len(), &shared.carriers[0].sites),
        (1, &vec![0, 1])
    );
    let second = Ipv4Addr::new(100, 64, 0, 3);
    let outside = shared.sites[1].v4.as_ref().unwrap().outside;
    assert!(matches!(outside, Outside::Carried { address, .. } if address == second));
    for (region, behaviour) in [("fra1", Behaviour::CARRIER), ("ams3", Behaviour::FULL_CONE)] {
        let error = two(region, behaviour).unwrap_err();
        assert!(matches!(error, PlanError::CarrierDiffers { .. }), "{error}");
    }
}
