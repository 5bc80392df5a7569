//! A home behind a NAT, and reflectors elsewhere.

use std::future::Future;
use std::net::IpAddr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use e3_lab::{Host, Lab, Nat, Site, Topology};
use e3_reflector::server::Clock;
use e3_reflector::{Known, Pace, Reflector, Stations, clock::Timestamp, examine};
use e3_session::types::{NetworkReport, NetworkView};
use e3_world::{Region, Rtt, World};
use tokio::runtime::Builder;

/// One way between the two regions.
pub(crate) const DELAY: Duration = Duration::from_millis(5);

/// Quicker than on the Internet, and slow enough for a busy machine.
const PACE: Pace = Pace {
    between: Duration::from_millis(60),
    attempts: 5,
    patience: Duration::from_millis(600),
    measurements: 10,
};

/// A home with the host `a` behind this NAT, and two hosts elsewhere: `x` and `y`.
pub(crate) fn behind(nat: Nat) -> Lab {
    let mut world = World::empty();
    world.add_region(Region::named("here"), []).unwrap();
    let way = [("here", Rtt::one_way(DELAY, DELAY))];
    world.add_region(Region::named("there"), way).unwrap();
    let site = |name: &str, region: &str, nat| {
        let site = Site::new(name, region).nat(nat);
        site.family(e3_lab::Family::Dual)
    };
    let sites = vec![
        site("home", "here", nat).hosts(["a"]),
        site("x", "there", Nat::None).hosts(["x"]),
        site("y", "there", Nat::None).hosts(["y"]),
    ];
    let topology = Topology {
        sites,
        world,
        seed: 1,
    };
    Lab::build(&topology).unwrap_or_else(|error| panic!("{error}"))
}

/// A host by its name.
pub(crate) fn host<'a>(lab: &'a Lab, name: &str) -> &'a Host {
    lab.host(name).unwrap()
}

/// Work on a runtime that lives on this host.
pub(crate) fn on<T: Send>(host: &Host, work: impl Future<Output = T> + Send) -> T {
    let run = || {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    };
    host.run_in(run).unwrap()
}

/// Starts a reflector on a host, which answers as long as the test lasts.
pub(crate) fn reflector(host: &Host, addresses: &[IpAddr]) -> Known {
    reflector_with(host, addresses, Timestamp::here)
}

/// The same with another clock.
pub(crate) fn reflector_with(host: &Host, addresses: &[IpAddr], clock: Clock) -> Known {
    let (tell, told) = mpsc::channel();
    let (host, addresses) = (host.clone(), addresses.to_vec());
    let service = format!("reflector-{}", host.name());
    thread::spawn(move || {
        on(&host, async move {
            let reflector = Reflector::with_clock(&addresses, [3478, 3479], clock)
                .await
                .unwrap();
            tell.send(reflector.stations().to_string()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let stations: Stations = told.recv().unwrap().parse().unwrap();
    Known { service, stations }
}

/// What the host `a` finds out.
pub(crate) fn seen_from_home(lab: &Lab, reflectors: &[Known]) -> NetworkReport {
    on(host(lab, "a"), examine(reflectors, PACE))
}

/// The IPv4 address of a host.
pub(crate) fn v4(lab: &Lab, name: &str) -> IpAddr {
    host(lab, name).v4().unwrap().into()
}

/// The only view of a report.
pub(crate) fn only(report: &NetworkReport) -> &NetworkView {
    assert_eq!(report.views.len(), 1, "{report:?}");
    &report.views[0]
}
