//! Any bytes as what somebody sends to a reflector, or answers in its stead: what is understood is said again in the same
//! way, and an answer goes to who asked, from where the reflector answers, and is not longer than a message may be. Where
//! messages follow one another, each ends where its header says.

#![no_main]

use e3_reflector::Stations;
use e3_reflector::clock::Timestamp;
use e3_reflector::message::{HEADER, MOST, Message, length};
use e3_reflector::server::{Asked, answer};
use libfuzzer_sys::fuzz_target;

const STATIONS: &str = "192.0.2.1:3478,3479 192.0.2.2:3478,3479 [2001:db8::1]:3478,3479";

fuzz_target!(|bytes: &[u8]| {
    let announced = bytes.first_chunk().and_then(|header| length(header).ok());
    assert!(announced.is_none_or(|length| (HEADER..=MOST).contains(&length)));
    if let Ok(message) = Message::decode(bytes) {
        assert_eq!(announced, Some(bytes.len()));
        let said = message.encode();
        if said.len() <= MOST {
            assert_eq!(Message::decode(&said).expect("our own words"), message);
        }
        if let Some(times) = message.times() {
            let _ = times.offset(Timestamp(u64::MAX / 2));
        }
    }
    let stations: Stations = STATIONS.parse().expect("stations");
    let by = "203.0.113.9:4000".parse().expect("an address");
    let asked = Asked {
        bytes,
        by,
        at: "192.0.2.1:3478".parse().expect("an address"),
        received: Timestamp(1),
    };
    if let Some(answer) = answer(&stations, asked, || Timestamp(2)) {
        assert_eq!(answer.to.ip(), by.ip());
        assert!(STATIONS.contains(&answer.from.ip().to_string()));
        let said = answer.message.encode();
        assert!(said.len() <= MOST);
        assert_eq!(Message::decode(&said).expect("our own words"), answer.message);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(stations) = text.parse::<Stations>() {
            assert_eq!(stations.to_string().parse::<Stations>().expect("our own words"), stations);
        }
    }
});
