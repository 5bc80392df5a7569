//! Writes packets of both kinds, as files and as the other target takes them: `seeds FOLDER`.

use std::{env, fs, path::Path};

/// An IPv4 header without its lengths, from 198.18.0.1 to 198.18.0.2.
fn ip(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).expect("a short packet");
    let [high, low] = length.to_be_bytes();
    let header = [
        0x45, 0, high, low, 0, 7, 0, 0, 64, protocol, 0, 0, 198, 18, 0, 1, 198, 18, 0, 2,
    ];
    [&header[..], payload].concat()
}

fn udp(payload: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(8 + payload.len())
        .expect("a short packet")
        .to_be_bytes();
    let header = [0x10, 0x92, 0x11, 0x51, high, low, 0, 0];
    ip(17, &[&header[..], payload].concat())
}

fn tcp(sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x0f, 0xa0, 0x13, 0x88];
    header.extend(sequence.to_be_bytes());
    header.extend([0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    ip(6, &[&header[..], payload].concat())
}

/// A QUIC Initial's header (RFC 9000, section 17.2.2), with what cannot be opened behind it.
fn initial() -> Vec<u8> {
    let mut packet = vec![
        0xc3, 0, 0, 0, 1, 8, 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08, 0, 0,
    ];
    // 1182 bytes behind it.
    packet.extend([0x44, 0x9e]);
    packet.resize(1200, 0x5a);
    packet
}

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let seeds = [
        ("udp", vec![udp(b"I am quokka"), udp(b"cXVva2th")]),
        (
            "tcp",
            vec![
                tcp(7, 2, b""),
                tcp(12, 16, b"okka"),
                tcp(8, 16, b"I qu"),
                tcp(10, 16, b"qu"),
            ],
        ),
        ("quic", vec![udp(&initial())]),
    ];
    let folder = |target| Path::new(&folder).join(target);
    let (files, packets) = (folder("capture_file"), folder("capture_packets"));
    for folder in [&files, &packets] {
        fs::create_dir_all(folder).expect("a folder");
    }
    for (name, seed) in seeds {
        let framed = seed.iter().flat_map(|packet| {
            let length = u16::try_from(packet.len()).expect("a short packet");
            let head = (length | 0x8000).to_be_bytes();
            [&head[..], packet].concat()
        });
        let framed: Vec<u8> = framed.collect();
        fs::write(packets.join(name), &framed).expect("a seed");
        fs::write(files.join(name), e3_observe_fuzz::file(&framed)).expect("a seed");
    }
}
