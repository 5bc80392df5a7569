//! Writes what peers, relays' hosts and neighbours say when all is well: `seeds FOLDER`.

use std::{
    env, fs,
    net::{Ipv4Addr, Ipv6Addr},
    path::Path,
};

use e3_contact::{Neighbour, Told, shown};

mod facts;
mod known;

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a seed");
    };
    assert_eq!(known::record().session, known::SESSION);
    let record = known::record().sign(&known::key()).encode();
    write("record", "record", &record);

    let told = Told::tell("relay-1.invalid", b"certificate", "abc", (443, 444));
    let told = facts::joined(told);
    assert!(Told::read(&facts::facts(&told)).is_ok());
    write("told", "relay", &told);

    let key = known::key().verifying_key().to_bytes();
    write("stranger", "introduced", &key);
    write("stranger", "shown", &shown(&key));
    let four = Ipv4Addr::new(192, 168, 1, 7).to_ipv6_mapped().octets();
    let six = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 7).octets();
    let said = Neighbour::say(4000);
    let neighbour = [&[2][..], &four, &[16, 1], &six, &[16, 2], said.as_bytes()];
    write("stranger", "neighbour", &neighbour.concat());
}
