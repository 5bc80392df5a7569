//! Writes a record as it travels: `seeds FOLDER`.

use std::{env, fs, path::Path};

mod known;

fn main() {
    let folder = env::args().nth(1).expect("a folder to write into");
    let folder = Path::new(&folder).join("record");
    fs::create_dir_all(&folder).expect("a folder");
    assert_eq!(known::record().session, known::SESSION);
    let bytes = known::record().sign(&known::key()).encode();
    fs::write(folder.join("record"), bytes).expect("a seed");
}
