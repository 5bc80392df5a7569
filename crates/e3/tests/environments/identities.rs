//! Parties with DIDs of every method, and where their secrets are not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{program::program, support::workshop::Workshop};

const METHODS: [&str; 3] = ["key", "peer2", "peer4"];

fn folder(workshop: &Workshop, method: &str) -> String {
    workshop.path(method).display().to_string()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

/// A secret as its file has it, and what may be in front of it there.
fn secret(workshop: &Workshop, method: &str) -> String {
    let pem = fs::read_to_string(workshop.path(method).join("key.pem")).unwrap();
    // What stands before is the same in every key file.
    pem.lines().nth(1).unwrap()[24..].to_owned()
}

#[test]
fn dids_of_every_method_take_part_and_hand_over_and_no_secret_leaves_its_folder() {
    let workshop = Workshop::new();
    let mut text = String::new();
    for method in METHODS {
        let folder = folder(&workshop, method);
        let new = ["id", "new", "--method", method, "--out", &folder];
        workshop.e3(&new).succeeded();
        text += "[hosts.";
        text += method;
        text += "]\nregion = \"ams3\"\nidentity = \"";
        text += &folder;
        text += "\"\n\n";
    }
    text += "[program]\npath = \"program.py\"\n";
    workshop.put("e3.toml", &text);
    workshop.put("program.py", &program("print('hello')"));
    for round in 0..2 {
        workshop.e3(&["up", "-vv"]).succeeded();
        let run = workshop.e3(&["run", "--json", "-vv"]).succeeded();
        assert_eq!(run.json()["outcome"]["same"], "hello\n");
        let all = files(&workshop.root());
        for method in METHODS {
            let secret = secret(&workshop, method);
            let holding: Vec<_> = all
                .iter()
                .filter(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).contains(&secret))
                .collect();
            // The folder of the program travels, and an identity that lies in it does not.
            assert_eq!(holding, [&workshop.path(method).join("key.pem")]);
            assert!(!run.out.contains(&secret) && !run.err.contains(&secret));
        }
        workshop.e3(&["down"]).succeeded();
        if round == 0 {
            for method in METHODS {
                let folder = folder(&workshop, method);
                workshop.e3(&["id", "rotate", &folder]).succeeded();
            }
        }
    }
    workshop.nothing_left();
}
