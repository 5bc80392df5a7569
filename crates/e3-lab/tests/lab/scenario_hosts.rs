//! What a scenario does to hosts and NATs.

use std::thread;
use std::time::{Duration, Instant};

use std::sync::Arc;

use e3_lab::testing::Test;
use e3_lab::{Deed, Lab, Nat, PlayError, Scenario};

use crate::captured::cloud_and_home;
use crate::common::{address, host, lab_in, site, two_regions, udp};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside(
        "a_scenario_moves_and_makes_forget",
        a_scenario_moves_and_makes_forget,
    ),
    Test::inside(
        "a_scenario_pauses_a_host_for_a_time",
        a_scenario_pauses_a_host_for_a_time,
    ),
    Test::inside(
        "a_pause_ends_though_its_scenario_was_stopped",
        a_pause_ends_though_its_scenario_was_stopped,
    ),
    Test::inside("only_a_nat_forgets", only_a_nat_forgets),
    Test::inside("a_nats_ports_repeat", a_nats_ports_repeat),
];

const MS: Duration = Duration::from_millis(1);

/// Waits until something holds, for two seconds at most.
fn soon(holds: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > Duration::from_secs(2) {
            return false;
        }
        thread::sleep(MS);
    }
    true
}

fn play(lab: &Arc<Lab>, deed: Deed) -> Vec<String> {
    let scenario = Scenario::new().at(MS, deed);
    let log = scenario.play(lab, Instant::now()).unwrap().wait();
    let done = log.into_iter().map(|done| {
        assert_eq!(done.failed, None);
        done.text
    });
    done.collect()
}

fn a_scenario_moves_and_makes_forget() {
    let lab = Arc::new(cloud_and_home());
    let (anna, bert) = (host(&lab, "anna"), host(&lab, "bert"));
    let (from, to) = (udp(bert), udp(anna));
    let target = (address(anna), to.local_addr().unwrap().port());
    let seen_from = || {
        from.send_to(b"hello", target).unwrap();
        to.recv_from(&mut [0; 8]).unwrap().1.ip()
    };
    let first = seen_from();
    assert_eq!(lab.seen_as("bert"), Some(first));
    let mappings = || lab.mappings("home").unwrap().router.len();
    assert_eq!(mappings(), 1);
    let home = || "home".to_owned();
    assert_eq!(play(&lab, Deed::Forget { site: home() }), ["home forgets"]);
    assert_eq!(mappings(), 0);

    assert_eq!(play(&lab, Deed::Redial { site: home() }), ["home redials"]);
    let second = seen_from();
    assert_ne!(second, first);
    assert_eq!(lab.seen_as("bert"), Some(second));

    let before = address(bert);
    let host = "bert".to_owned();
    assert_eq!(play(&lab, Deed::Move { host }), ["bert moves"]);
    assert_ne!(address(bert), before);
}

fn a_scenario_pauses_a_host_for_a_time() {
    let lab = Arc::new(cloud_and_home());
    let pause = |time| Deed::Pause {
        host: "bert".to_owned(),
        time,
    };
    let scenario = Scenario::new()
        .at(MS * 50, pause(Some(MS * 200)))
        .at(MS * 100, pause(Some(MS * 400)));
    let start = Instant::now();
    let playing = scenario.play(&lab, start).unwrap();
    assert!(soon(|| lab.is_paused("bert")));
    assert!(start.elapsed() >= MS * 50);
    let anna = address(host(&lab, "anna"));
    let times = host(&lab, "bert").ping(anna, 1, MS * 100).unwrap();
    assert!(times.is_empty(), "its cable is out");
    assert!(soon(|| !lab.is_paused("bert")));
    // The second pause began before the first was over.
    assert!(start.elapsed() >= MS * 500, "{:?}", start.elapsed());
    let texts: Vec<_> = playing.wait().into_iter().map(|done| done.text).collect();
    assert_eq!(texts, ["bert pauses", "bert pauses"]);
    // The kernel takes a moment to notice that a cable is back.
    let answers = || host(&lab, "bert").ping(anna, 1, MS * 100).unwrap();
    assert!(soon(|| !answers().is_empty()));
    assert_eq!(play(&lab, pause(None)), ["bert pauses"]);
    let host = "bert".to_owned();
    assert_eq!(play(&lab, Deed::Resume { host }), ["bert resumes"]);
    assert!(!lab.is_paused("bert"));
}

fn a_pause_ends_though_its_scenario_was_stopped() {
    let lab = Arc::new(cloud_and_home());
    let pause = Deed::Pause {
        host: "bert".to_owned(),
        time: Some(MS * 500),
    };
    let start = Instant::now();
    let scenario = Scenario::new().at(Duration::ZERO, pause);
    let playing = scenario.play(&lab, start).unwrap();
    assert!(soon(|| lab.is_paused("bert")));
    assert_eq!(playing.stop().len(), 1);
    assert!(lab.is_paused("bert"), "{:?}", start.elapsed());
    assert!(soon(|| !lab.is_paused("bert")));
    assert!(start.elapsed() >= MS * 500, "{:?}", start.elapsed());
}

fn only_a_nat_forgets() {
    let lab = Arc::new(cloud_and_home());
    let site = || "cloud".to_owned();
    for deed in [Deed::Forget { site: site() }, Deed::Redial { site: site() }] {
        let error = Scenario::new().at(MS, deed).play(&lab, Instant::now());
        let error = error.unwrap_err();
        assert!(matches!(error, PlayError::Impossible { .. }));
        assert!(error.to_string().contains("behind no NAT"), "{error}");
    }
}

fn a_nats_ports_repeat() {
    let sites = vec![
        site("cloud", "here", Nat::None, &["anna"]),
        site("home", "there", Nat::symmetric(), &["bert"]),
    ];
    let lab = Arc::new(lab_in(two_regions(MS, MS), sites));
    let (from, to) = (udp(host(&lab, "bert")), udp(host(&lab, "anna")));
    let target = (address(host(&lab, "anna")), to.local_addr().unwrap().port());
    let port = |seed| {
        let site = "home".to_owned();
        let scenario = Scenario::new().seed(seed).at(MS, Deed::Forget { site });
        scenario.play(&lab, Instant::now()).unwrap().wait();
        from.send_to(b"hello", target).unwrap();
        to.recv_from(&mut [0; 8]).unwrap().1.port()
    };
    let ports = [7, 7, 8].map(port);
    assert_eq!(ports[0], ports[1]);
    assert_ne!(ports[0], ports[2]);
}
