//! Writes what is said when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

use e3_overlay_wireguard::fuzzing::ADDRESSES;

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a seed");
    };
    let tcp = tcp(40);
    // Who speaks, and how many bytes follow.
    let said = |how: u8, packet: &[u8]| {
        let length = u8::try_from(packet.len()).expect("a short one");
        [&[how, length, 0], packet].concat()
    };
    write("wireguard_speak", "packet", &said(1, &tcp));
    write("wireguard_speak", "twice", &[said(1, &tcp), said(1, &tcp)].concat());
    let mut handshake = vec![1, 0, 0, 0];
    handshake.resize(148, 7);
    write("wireguard_speak", "stranger", &said(0, &handshake));
    write("wireguard_speak", "relayed", &said(3, &handshake));
    write("wireguard_speak", "nested", &said(4, &handshake));
    write("wireguard_speak", "relay", &said(2, &tcp));
    // A piece of TCP over IPv4 with 40 bytes, to be cut into tens.
    let mut piece = vec![1, 1];
    for number in [40_u16, 10, 20, 16] {
        piece.extend(number.to_ne_bytes());
    }
    piece.extend(&tcp);
    write("wireguard_pieces", "piece", &piece);
    write("wireguard_pieces", "packet", &[&[0; 10], &tcp[..]].concat());
    write("wireguard_told", "introduction", &[[9; 32], [1; 32]].concat());
    let told = [&[5; 32][..], b"192.0.2.1:3478,3479"].concat();
    write("wireguard_told", "relay", &told);
}

/// A packet of TCP from the peer to us.
fn tcp(data: u8) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 40 + data, 0, 0, 0x40, 0, 64, 6, 0, 0];
    packet.extend(ADDRESSES[1].octets());
    packet.extend(ADDRESSES[0].octets());
    packet.extend([0, 80, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0]);
    packet.extend(0..data);
    packet
}
