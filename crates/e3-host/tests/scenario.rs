//! A scenario file, played twice in a lab: the same happens again.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::{Test, run};
use e3_lab::{Lab, Site, Topology};
use e3_spec::{Places, Scenario};
use e3_world::World;

const MS: Duration = Duration::from_millis(1);

const FILE: &str = "
seed 7
at 300ms: home–office down for 400ms
at 1000ms: anna -> bert loss 30%
at 1600ms: *–* restore
";

/// How many datagrams are sent, one every millisecond.
const COUNT: u32 = 1500;

/// What is sent when the loss begins or ends is lost in the one play and not in the other.
const EDGE: u32 = 5;

fn main() {
    run(&[Test::inside(
        "a_scenario_file_repeats",
        a_scenario_file_repeats,
    )]);
}

fn a_scenario_file_repeats() {
    let sites = vec![
        Site::new("home", "ams3").hosts(["anna"]),
        Site::new("office", "fra1").hosts(["bert"]),
    ];
    let world = World::builtin();
    let topology = Topology {
        sites,
        world,
        seed: 1,
    };
    let lab = Arc::new(Lab::build(&topology).unwrap());
    let mut places = Places::default();
    places.add("ams3", "home", "anna");
    places.add("fra1", "office", "bert");
    let scenario = Scenario::parse("faults", FILE, &places).unwrap();
    let scenario = e3_host::lab::scenario(&scenario);
    let (first, second) = (play(&lab, &scenario), play(&lab, &scenario));

    let way = lab.one_way_expected("anna", "bert").unwrap();
    let in_flight = u32::try_from(way.as_millis()).unwrap();
    for Played { lost, late } in [&first, &second] {
        let outage: Vec<_> = lost.range(..1000 - EDGE).collect();
        let (begin, end) = (*outage[0], *outage[outage.len() - 1]);
        println!("lost in the outage: {begin} to {end}; {late} ms late");
        assert!(begin.abs_diff(300 - in_flight) <= EDGE + late, "{begin}");
        assert!(end.abs_diff(700) <= EDGE + late, "{end}");
        assert_eq!(outage.len(), (end - begin + 1) as usize, "one gap");
    }
    let from = 1000 + EDGE + first.late.max(second.late);
    let by_chance = |played: &Played| played.lost.range(from..).copied().collect::<Vec<_>>();
    let chance = by_chance(&first);
    assert!((100..200).contains(&chance.len()), "{}", chance.len());
    assert_eq!(chance, by_chance(&second));
}

/// What became of the datagrams while it was played.
struct Played {
    /// Those that did not arrive.
    lost: BTreeSet<u32>,
    /// How late an event was at most, in milliseconds, in the scenario's own words.
    late: u32,
}

/// Plays it while numbered datagrams go from anna to bert.
fn play(lab: &Arc<Lab>, scenario: &e3_lab::Scenario) -> Played {
    let socket = |name: &str| {
        let host = lab.host(name).unwrap();
        let socket = host.run_in(|| UdpSocket::bind("0.0.0.0:0"));
        (socket.unwrap().unwrap(), host.addresses()[0])
    };
    let ((anna, _), (bert, address)) = (socket("anna"), socket("bert"));
    let target = SocketAddr::new(address, bert.local_addr().unwrap().port());
    let start = Instant::now();
    let playing = scenario.play(lab, start).unwrap();
    let sender = thread::spawn(move || {
        for number in 0..COUNT {
            thread::sleep((start + MS * number).saturating_duration_since(Instant::now()));
            anna.send_to(&number.to_be_bytes(), target).unwrap();
        }
    });
    // Longer than the outage.
    bert.set_read_timeout(Some(MS * 600)).unwrap();
    let mut lost: BTreeSet<u32> = (0..COUNT).collect();
    let mut number = [0; 4];
    while bert.recv(&mut number).is_ok() {
        lost.remove(&u32::from_be_bytes(number));
    }
    sender.join().unwrap();
    let log = playing.wait();
    assert!(log.iter().all(|done| done.failed.is_none()), "{log:?}");
    let late = log.iter().map(|done| done.late).max().unwrap_or_default();
    Played {
        lost,
        late: u32::try_from(late.as_millis()).unwrap(),
    }
}
