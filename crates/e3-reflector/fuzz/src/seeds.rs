//! Writes what is asked and answered when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

use e3_reflector::clock::{Times, Timestamp};
use e3_reflector::message::{Attribute, Change, Class, Message, Transaction};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("message");
    fs::create_dir_all(&folder).expect("a folder");
    let address = "203.0.113.9:4000".parse().expect("an address");
    let address_6 = "[2001:db8::9]:4000".parse().expect("an address");
    let times = Times {
        asked: Timestamp(1 << 40),
        ..Times::default()
    };
    let change = Change {
        address: true,
        port: true,
    };
    let request = [
        Attribute::Times(times),
        Attribute::ChangeRequest(change),
        Attribute::ResponsePort(77),
    ];
    let answer = [
        Attribute::XorMappedAddress(address),
        Attribute::ResponseOrigin(address_6),
        Attribute::OtherAddress(address),
        Attribute::MappedAddress(address_6),
    ];
    let error = [Attribute::ErrorCode(420), Attribute::UnknownAttributes(vec![3, 36])];
    let said = |class, attributes: &[Attribute]| Message {
        class,
        transaction: Transaction([7; 12]),
        attributes: attributes.to_vec(),
    };
    for (name, message) in [
        ("request", said(Class::Request, &request)),
        ("plain", said(Class::Request, &[])),
        ("answer", said(Class::Success, &answer)),
        ("error", said(Class::Error, &error)),
    ] {
        fs::write(folder.join(name), message.encode()).expect("a seed");
    }
    fs::write(folder.join("stations"), "192.0.2.1:3478,3479 [2001:db8::1]:1,2").expect("a seed");
}
