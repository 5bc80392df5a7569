//! Writes what peers say, and what carriers do, when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a seed");
    };
    let open = b"\x01\0\0\0\x01\0\x50\0\x50\x04\0\0\0\0";
    let said = [
        &open[..],
        b"\x02\0\0\0\x01\0\x05hello",
        b"\x07pingping",
        b"\x03\0\0\0\x01\0\0\x10\0",
        b"\x06\0\0\0\0\0\0\0\x09",
        b"\x04\0\0\0\x01",
        b"\x05\0\0\0\x01\x01",
        b"\x09",
    ];
    for (name, way) in [("follower", 0), ("leader", 1)] {
        write("peer", name, &[&[way, 200], &said.concat()[..]].concat());
        write(
            "peer",
            &format!("{name}-in-pieces"),
            &[&[way, 2], &said.concat()[..]].concat(),
        );
        write(
            "peer",
            &format!("{name}-without-beginning"),
            &[&[way | 2, 50], &b"e3-link\x01\0"[..]].concat(),
        );
    }
    // A carrier that both take, and over which everything arrives; a stream with bytes in both directions; its end.
    let mut steps = vec![50, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0];
    let all: [u8; 24] = [
        2, 0, 1, 0, 2, 1, 1, 0, 4, 0, 1, 0, 4, 1, 1, 0, 2, 0, 1, 0, 4, 1, 1, 0,
    ];
    steps.extend(all.repeat(2));
    steps.extend([10, 0, 0, 0, 11, 0, 1, 0]);
    steps.extend(all.repeat(2));
    steps.extend([11, 1, 1, 0, 12, 1, 1, 0, 13, 0, 0, 2, 13, 1, 0, 2]);
    steps.extend(all);
    write("pair", "one-stream", &steps);
    let cut = [
        &steps[..],
        &[6, 1, 0, 0, 7, 0, 0, 0, 7, 1, 0, 0],
        &steps[2..],
    ]
    .concat();
    write("pair", "two-carriers", &cut);
}
