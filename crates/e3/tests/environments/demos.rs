//! MPyC's published demos run unchanged by `e3 run --program`.
//!
//! They are those that take few seconds of the list that scripts/mpyc-demos makes a table of.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    repository,
    support::{skipped::skipped, workshop::Workshop},
};

#[test]
fn the_published_demos_run_unchanged() {
    let Some(folder) = std::env::var_os("E3_MPYC_DEMOS").map(PathBuf::from) else {
        skipped("set E3_MPYC_DEMOS to the folder `demos` of MPyC's repository");
        return;
    };
    let list = std::fs::read(repository().join("scripts/mpyc-demos.d/demos.json")).unwrap();
    let demos: Vec<Value> = serde_json::from_slice(&list).unwrap();
    let workshop = Workshop::new();
    for demo in demos.iter().filter(|demo| demo["quick"] == true) {
        let name = demo["demo"].as_str().unwrap();
        if let Some(data) = demo["data"]
            .as_str()
            .filter(|data| !folder.join(data).exists())
        {
            skipped(&format!("{name}: {data} is not in {}", folder.display()));
            continue;
        }
        let path = folder.join(name);
        let path = path.to_str().unwrap();
        let mut words = vec!["run", "--program", path, "--parties", "3", "--"];
        let arguments = demo["arguments"].as_array().unwrap();
        words.extend(arguments.iter().map(|argument| argument.as_str().unwrap()));
        let ran = workshop.e3(&words).succeeded();
        let prints = demo["prints"].as_str().unwrap();
        assert!(ran.out.contains(prints), "{name}: {}", ran.out);
        workshop.nothing_left();
    }
}
