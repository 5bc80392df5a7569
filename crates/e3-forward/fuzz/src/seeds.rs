//! Writes what a peer's connections begin with when all is well, and when it is not: `seeds FOLDER`.

use std::{env, fs, path::Path};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("claim");
    fs::create_dir_all(&folder).expect("a folder");
    // What each step means is told in the target.
    let write = |count: u8| count << 4;
    let (finish, to_us, to_peer, cut) = (3, 4 | 15 << 4, 6 | 15 << 4, 7);
    let greeting = [to_us, to_us, to_us, to_us, to_us, to_us, to_peer, to_peer];
    let greeting = [greeting, greeting].concat();
    let seeds: [(&str, &[u8]); 4] = [
        ("right", &[write(2), 1, 0, to_us, to_us, finish, to_us]),
        (
            "byte-by-byte",
            &[write(1), 1, to_us, to_us, cut, write(1), 0, to_us, to_us],
        ),
        ("another", &[write(3), 2, 0, 9, to_us, to_us]),
        ("nothing", &[finish, to_us, write(0) | 8, to_us]),
    ];
    for (name, steps) in seeds {
        let bytes = [&[1, 0], &greeting[..], steps].concat();
        fs::write(folder.join(name), bytes).expect("a seed");
    }
}
