//! A reflector on two addresses of one host.

use std::net::IpAddr;
use std::time::Duration;

use e3_reflector::{Known, Pace, Reflector, examine};
use e3_session::types::Dependence::EndpointIndependent;

#[tokio::test]
async fn two_addresses_of_one_host_tell_everything() {
    let addresses: [IpAddr; 2] = [[127, 0, 0, 1].into(), [127, 0, 0, 2].into()];
    let mut reflector = Reflector::start(&addresses, [0, 0]).await.unwrap();
    let known = Known {
        service: "reflector".to_owned(),
        stations: reflector.stations().to_string().parse().unwrap(),
    };
    let pace = Pace {
        patience: Duration::from_millis(500),
        ..Pace::default()
    };
    let report = examine(&[known], pace).await;
    let [view] = &report.views[..] else {
        panic!("{report:?}")
    };
    assert!(view.udp && !view.translated, "{view:?}");
    assert_eq!(view.mapping, [EndpointIndependent]);
    assert_eq!(view.filtering, [EndpointIndependent]);
    assert_eq!(view.reflectors, 2);
    assert!(reflector.is_well());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let here: IpAddr = [127, 0, 0, 1].into();
    let first = Reflector::start(&[here], [0, 0]).await.unwrap();
    let ports = first.stations().0[0].ports;
    let error = Reflector::start(&[here], ports).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("127.0.0.1:{}", ports[0]))
    );
}
