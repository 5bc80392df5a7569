//! The end of an environment waits for nothing that cannot come.

use crate::support::workshop::Workshop;

/// Where UDP is blocked, nobody answers what is asked by it while parties join; so soon after, the asking goes on.
const ENVIRONMENT: &str = "\
overlay = \"quic\"

[hosts.ams]
region = \"ams3\"

[hosts.hotel]
region = \"lon1\"
nat = \"udp-blocked\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[program]
kind = \"command\"
command = [\"true\"]
";

/// Seconds that leaving may take: a few round trips, and the ends of all processes.
const LEAVING: f64 = 0.6;

#[test]
fn a_host_without_udp_holds_nobody_up() {
    let workshop = Workshop::alone();
    workshop.put("e3.toml", ENVIRONMENT);
    let leaving = || {
        let record = workshop.e3(&["run", "--json"]).succeeded().json();
        record["steps"]["leave"].as_f64().unwrap()
    };
    let times: Vec<f64> = (0..3).map(|_| leaving()).collect();
    let best = times.iter().copied().fold(f64::MAX, f64::min);
    println!("leaving took {times:?} s");
    assert!(best <= LEAVING, "{times:?} s");
    workshop.nothing_left();
}
