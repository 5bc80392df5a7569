//! A framework in C++ whose processes call one another by RPC, in the longer suite: it takes Python 3.11 and 1 GB.

use crate::{example, support::workshop::Workshop};

#[test]
#[ignore = "its packages take 1 GB: `scripts/long-suite spu` runs it"]
fn spu_computes_in_a_network_of_its_own() {
    let workshop = Workshop::new();
    workshop.e3(&["run", &example("spu")]).succeeded();
    let record = workshop.record();
    let printed = record["outcome"]["same"].as_str().unwrap();
    // What Cicada computes of the same salaries exactly; SPU computes with fixed points.
    for (what, exact) in [("mean salary", 57_643), ("best company's mean", 71_563)] {
        let mut lines = printed.lines();
        let found = lines.find_map(|line| line.strip_prefix(&format!("{what}: about ")));
        let found: i32 = found.unwrap().parse().unwrap();
        assert!((found - exact).abs() < 100, "{printed}");
    }
    assert!(printed.starts_with("employees: 96\n"), "{printed}");
    assert_eq!(record["overlay"], "quic", "{record:#}");
    workshop.nothing_left();
}
