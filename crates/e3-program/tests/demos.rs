//! `MPyC`'s published demos run unchanged: staged by folder, started in it, with three parties.
//!
//! They are those that take few seconds of the list that scripts/mpyc-demos makes a table of. They are in no package:
//! their folder is named by `E3_MPYC_DEMOS`; without it this test says that it skips.

mod common;

use std::{fs, io::Write as _, path::PathBuf};

use common::{repository, run};
use serde_json::Value;

#[test]
fn the_published_demos_run_unchanged() {
    let Some(folder) = std::env::var_os("E3_MPYC_DEMOS").map(PathBuf::from) else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: set E3_MPYC_DEMOS to the folder `demos` of MPyC's repository"
        );
        return;
    };
    let list = fs::read(repository("scripts/mpyc-demos.d/demos.json")).unwrap();
    let demos: Vec<Value> = serde_json::from_slice(&list).unwrap();
    for entry in demos.iter().filter(|entry| entry["quick"] == true) {
        let demo = entry["demo"].as_str().unwrap();
        let data = entry["data"].as_str();
        if let Some(data) = data.filter(|data| !folder.join(data).exists()) {
            let _ = writeln!(
                std::io::stderr(),
                "skipped {demo}: {data} is not in {}",
                folder.display()
            );
            continue;
        }
        let arguments = entry["arguments"].as_array().unwrap();
        let arguments: Vec<_> = arguments
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect();
        for (index, party) in run(&folder.join(demo), &arguments, &[None, None, None])
            .iter()
            .enumerate()
        {
            assert!(
                party.succeeded(),
                "{demo}, party {index}:\n{}{}",
                party.printed,
                party.errors
            );
        }
    }
}
