//! Parties that are put out of an environment that is up.

mod meanwhile;
mod refused;
mod talk;

use std::{thread, time::Duration};

use rustix::process::Signal;
use serde_json::Value;

use self::talk::{Place, now};
use crate::{
    mesh::Way,
    support::{going::kill, seen, workshop::Workshop},
};

/// From the command until nothing passes any more between who was put out and the others.
const AT_MOST: f64 = 15.0;

/// Longer than two ends that talk are silent.
const WHILE: Duration = Duration::from_secs(1);

/// Four parties, of which one is behind a NAT and stands between the others.
pub(crate) const ENVIRONMENT: &str = "\
[hosts.ams]
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[hosts.nyc]
region = \"nyc3\"

[hosts.sgp]
region = \"sgp1\"

[program]
path = \"program.py\"
timeout = \"2 min\"
";

/// What becomes of the agent of the party before that is put out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agent {
    /// Nothing: it leaves when it is told to.
    Listens,
    /// It is stopped, as one would be whose machine does what somebody else wants.
    Hangs,
}

/// One of four is put out: nothing passes any more between it and the others, which go on without it.
#[track_caller]
fn puts_out(way: &Way, agent: Agent) {
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", "");
    let e3 = |args: &[&str]| workshop.going(way.command(&workshop, args)).ended();
    e3(&["up"]).succeeded();
    let place = |host| Place::of(&workshop, host);
    let (ams, home, nyc) = (place("ams"), place("home"), place("nyc"));
    let listening = [home.listen(&workshop), nyc.listen(&workshop)];
    let to_home = ams.call(&workshop, &home);
    let from_home = home.call(&workshop, &nyc);
    let between = ams.call(&workshop, &nyc);
    if agent == Agent::Hangs {
        kill(home.agent, Signal::STOP);
    }

    let begun = now();
    let removed = e3(&["remove", "home", "--json"]).succeeded().json();
    let took = now() - begun;
    assert_eq!(removed["removed"][0]["host"], "home", "{removed:#}");
    let stayed = removed["removed"][0]["stayed"].is_string();
    assert_eq!(stayed, agent == Agent::Hangs, "{removed:#}");
    let patience = Duration::from_secs_f64(AT_MOST);
    let after = [
        (
            "ams has lost home",
            to_home.until("ended", &home.address, patience),
        ),
        (
            "nyc has lost home",
            listening[1].until("ended", &home.address, patience),
        ),
    ];
    thread::sleep(WHILE);
    let last =
        |what, end: &talk::End, whom: &Place| (what, end.last("heard", &whom.address).unwrap());
    let mut after = Vec::from(after);
    after.push(last("ams has last heard home", &to_home, &home));
    after.push(last("home has last heard nyc", &from_home, &nyc));
    if agent == Agent::Listens {
        let ended = |end: &talk::End, whom: &Place| end.until("ended", &whom.address, patience);
        after.push(("home has lost nyc", ended(&from_home, &nyc)));
        after.push(("home has lost ams", ended(&listening[0], &ams)));
    }
    println!(
        "{} with an agent that {agent:?}: the command took {took:.2} s",
        way.overlay
    );
    for (what, time) in after {
        println!("  {what} after {:.2} s", time - begun);
        assert!(time - begun < AT_MOST, "{what} after {} s", time - begun);
    }
    assert!(took < AT_MOST, "{took} s");
    // What the others say to one another goes on.
    assert!(between.last("ended", &nyc.address).is_none());
    let heard = between.last("heard", &nyc.address).unwrap();
    assert!(
        now() - heard < WHILE.as_secs_f64() + AT_MOST / 10.0,
        "{}",
        now() - heard
    );
    assert!(
        !seen::is_alive(home.agent),
        "the agent that was put out goes on"
    );
    drop((listening, to_home, from_home, between));

    goes_on_without(&e3, &["ams", "nyc", "sgp"], 2);
    workshop.e3(&["verify", "runs/latest"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// What is up has these parties, by a roster of that epoch, and no others.
#[track_caller]
fn goes_on_without(e3: &impl Fn(&[&str]) -> crate::support::desk::Ran, left: &[&str], epoch: u32) {
    let status = e3(&["status", "--json"]).succeeded().json();
    assert_eq!(hosts(&status["hosts"]), left, "{status:#}");
    assert_eq!(status["epoch"], epoch);
    let pairs = status["pairs"].as_array().unwrap().len();
    assert_eq!(pairs, left.len() * (left.len() - 1) / 2, "{status:#}");
    let refused = e3(&["ping", "ams", "home"]).refused();
    assert!(refused.err.contains("home was put out"), "{}", refused.err);
    e3(&["ping", "ams", left[1]]).succeeded();

    let record = e3(&["run", "--probe", "round-trip", "--json"])
        .succeeded()
        .json();
    assert_eq!(record["failure"], Value::Null, "{record:#}");
    assert_eq!(hosts(&record["parties"]), left);
    assert_eq!(record["agreement"]["epoch"], epoch);
}

/// The hosts that are named there.
fn hosts(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["host"].as_str().unwrap()).collect()
}

#[cfg(feature = "quic")]
mod over_quic {
    use super::{Agent, puts_out};
    use crate::mesh::quic;

    #[test]
    fn a_party_is_out_in_time() {
        puts_out(&quic(), Agent::Listens);
    }

    #[test]
    fn a_party_whose_agent_hangs_is_out_in_time() {
        puts_out(&quic(), Agent::Hangs);
    }
}

#[cfg(feature = "nebula")]
mod over_nebula {
    use super::{Agent, puts_out};
    use crate::mesh::{new_nebula, old_nebula};

    #[test]
    fn a_party_is_out_in_time() {
        puts_out(&new_nebula(), Agent::Listens);
    }

    #[test]
    fn a_party_whose_agent_hangs_is_out_in_time() {
        puts_out(&new_nebula(), Agent::Hangs);
    }

    #[test]
    fn a_party_is_out_in_time_of_the_distributions() {
        puts_out(&old_nebula(), Agent::Listens);
    }

    #[test]
    fn a_party_whose_agent_hangs_is_out_in_time_of_the_distributions() {
        puts_out(&old_nebula(), Agent::Hangs);
    }
}

#[cfg(feature = "wireguard")]
mod over_wireguard {
    use super::{Agent, puts_out};
    use crate::mesh::wireguard;

    #[test]
    fn a_party_is_out_in_time() {
        puts_out(&wireguard(), Agent::Listens);
    }

    #[test]
    fn a_party_whose_agent_hangs_is_out_in_time() {
        puts_out(&wireguard(), Agent::Hangs);
    }
}

#[cfg(feature = "tailscale")]
mod over_headscale {
    use super::{Agent, puts_out};
    use crate::mesh::headscale;

    #[test]
    fn a_party_is_out_in_time() {
        puts_out(&headscale(), Agent::Listens);
    }

    #[test]
    fn a_party_whose_agent_hangs_is_out_in_time() {
        puts_out(&headscale(), Agent::Hangs);
    }
}
