//! Writes what both ends say when all is well: `seeds FOLDER`.

use std::{env, fs, path::Path};

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("probe");
    fs::create_dir_all(&folder).expect("a folder");
    let caller = [e3_overlay::fuzzing::hello(), vec![0, 1, 2]].concat();
    for (name, bytes) in [("caller", &caller[..]), ("called", b"w\x00\x01\x02"), ("refusal", b"i")] {
        fs::write(folder.join(name), bytes).expect("a seed");
    }
}
