//! A framework in C++ whose processes call one another by RPC, in the longer suite: it takes Python 3.11 and 1 GB.

use crate::{example, support::workshop::Workshop};

#[test]
#[ignore = "its packages take 1 GB: `scripts/long-suite spu` runs it"]
fn spu_computes_in_a_network_of_its_own() {
    let workshop = Workshop::new();
    workshop.e3(&["run", &example("spu")]).succeeded();
    let record = workshop.record();
    // What Cicada computes of the same salaries exactly, to some units.
    let expected = "employees: 96\nmean salary: about 57640\nbest company's mean: about 71560\n";
    assert_eq!(record["outcome"]["same"], expected, "{record:#}");
    assert_eq!(record["agreement"]["overlay"], "quic", "{record:#}");
    workshop.nothing_left();
}
