use proptest::prelude::*;

use super::*;

/// Light in fibre goes about 200 km in a millisecond, so no round trip can be shorter than this.
fn fibre_ms(a: &Region, b: &Region) -> f64 {
    let (a, b) = (a.coordinates.unwrap(), b.coordinates.unwrap());
    let (lat_a, lat_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let d_lon = (b.longitude - a.longitude).to_radians();
    let cos = lat_a.sin() * lat_b.sin() + lat_a.cos() * lat_b.cos() * d_lon.cos();
    2.0 * 6371.0 * cos.clamp(-1.0, 1.0).acos() / 200.0
}

#[test]
fn every_builtin_pair_is_declared_symmetric_and_slower_than_light() {
    let world = World::builtin();
    for a in world.regions() {
        for b in world.regions() {
            let rtt = world.rtt(&a.name, &b.name).unwrap();
            assert_eq!(Some(rtt), world.rtt(&b.name, &a.name));
            assert!(
                rtt.as_secs_f64() * 1000.0 > fibre_ms(a, b),
                "{} to {}: {rtt:?}",
                a.name,
                b.name
            );
        }
    }
}

#[test]
fn the_table_is_a_triangle_and_every_region_has_a_city() {
    for (row, rtts) in RTT_MS.iter().enumerate() {
        assert_eq!(rtts.len(), row);
    }
    assert!(REGIONS.iter().all(|(_, city)| *city < CITIES.len()));
}

#[test]
fn known_figures_are_where_they_belong() {
    let world = World::builtin();
    let ms = |a, b| world.rtt(a, b).unwrap().as_secs_f64() * 1000.0;
    assert!((ms("ams3", "nyc3") - 84.74).abs() < 1e-6);
    assert!((ms("sgp1", "ams3") - 171.31).abs() < 1e-6);
    assert!((ms("syd1", "atl1") - 194.84).abs() < 1e-6);
    assert!((ms("nyc1", "nyc3") - 1.83).abs() < 1e-6);
    assert!((ms("fra1", "fra1") - 1.0).abs() < 1e-6);
}

#[test]
fn a_typo_finds_its_region() {
    let world = World::builtin();
    assert_eq!(world.nearest_names("ansterdam"), ["ams3"]);
    assert_eq!(world.nearest_names("fra2").first(), Some(&"fra1"));
    assert!(world.nearest_names("xyzzy").is_empty());
}

#[test]
fn a_new_region_names_what_it_does_not_know() {
    let mut world = World::builtin();
    let second = Rtt::symmetric(Duration::from_secs(1));
    let error = world
        .add_region(Region::named("mars"), [("amz3", second)])
        .unwrap_err();
    assert!(error.to_string().contains("did you mean `ams3`"), "{error}");
    assert!(
        world.region("mars").is_none(),
        "a refused region leaves nothing behind"
    );
    let error = world.add_region(Region::named("ams3"), []).unwrap_err();
    assert!(error.to_string().contains("exists already"));
}

proptest! {
    #[test]
    fn an_override_keeps_the_round_trip(there in 0_u64..1_000_000, back in 0_u64..1_000_000) {
        let mut world = World::builtin();
        let rtt = Rtt::one_way(Duration::from_micros(there), Duration::from_micros(back));
        world.override_rtt("ams3", "fra1", rtt).unwrap();
        prop_assert_eq!(world.rtt("ams3", "fra1"), Some(rtt.round_trip()));
        prop_assert_eq!(world.one_way("fra1", "ams3"), Some(rtt.back()));
        world.override_rtt("fra1", "ams3", rtt).unwrap();
        prop_assert_eq!(world.one_way("fra1", "ams3"), Some(rtt.there()));
    }
}
