//! What is done with the folder of a comparison: holding it against another one, and making of it what a release has.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::helper::Desk;

/// A comparison of quic with direct, in six rounds, over which quic takes so much longer.
fn comparison(desk: &Desk, folder: &str, ratio: f64) {
    let ways = [("direct", 1.0), ("direct-again", 1.0), ("quic", ratio)];
    let mut lines = String::new();
    for round in 0..8 {
        for (overlay, by) in ways {
            let figure = by * (1.0 + f64::from(round % 4) / 100.0);
            let line = serde_json::json!({
                "schema": "e3/compare/1",
                "cell": {
                    "overlay": overlay, "identity": "pinned", "network": "lan", "program": "secret-santa",
                    "size": "small", "parties": 3,
                },
                "round": round, "warm_up": false, "time": "2026-11-23T12:00:00Z", "elapsed_s": 1.0,
                "figures": { "program": figure }, "paths": {}, "distrust": [], "command": ["e3", "run"],
            });
            // Writing into a text cannot fail.
            let _ = writeln!(lines, "{line}");
        }
    }
    desk.put(&format!("{folder}/measurements.jsonl"), &lines);
    let ways =
        ways.map(|(overlay, _)| serde_json::json!({ "overlay": overlay, "identity": "pinned" }));
    let plan = serde_json::json!({
        "schema": "e3/compare/1", "suite": "asked", "seed": 1, "time": "2026-11-23T12:00:00Z",
        "benches": [{
            "work": { "network": "lan", "program": "secret-santa", "size": "small", "parties": 3 },
            "ways": ways,
            "goal": { "precision": 0.05, "least": 6, "most": 8, "time_s": 600.0, "warm_up": 0 },
        }],
        "left_out": [], "versions": { "e3": "0.1.0" },
        "machine": { "kernel": "Linux", "processor": "made up", "processors": 2, "memory": 8 },
        "command": ["e3", "compare"],
    });
    desk.put(&format!("{folder}/plan.json"), &plan.to_string());
}

#[test]
fn comparisons_are_held_against_one_another() {
    let desk = Desk::new();
    comparison(&desk, "one", 1.2);
    comparison(&desk, "other", 1.2);
    comparison(&desk, "slower", 1.5);
    let ran = desk
        .e3(&["report", "one", "--against", "other"])
        .succeeded();
    assert!(
        ran.out.contains("2 of 2 cells overlap, 100 %"),
        "{}",
        ran.out
    );
    assert!(!desk.path("one/report.html").exists(), "it writes nothing");

    let ran = desk.e3(&["report", "one", "--against", "slower"]);
    assert_eq!(ran.code, 1);
    let cell = "quic.pinned.lan.secret-santa.small.3: program 1.2";
    assert!(ran.out.contains(cell), "{}", ran.out);
    assert!(
        ran.err.contains("in 50 % of cells, and should in 95 %"),
        "{}",
        ran.err
    );
    let ran = desk.e3(&["report", "one", "--against", "slower", "--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["schema"], "e3/agreement/1");
    assert_eq!(ran.json()["share"], 0.5);

    let ran = desk
        .e3(&["report", "one", "--against", "nowhere"])
        .refused();
    assert!(ran.err.contains("nowhere/plan.json"), "{}", ran.err);
}

#[test]
fn a_release_folder_is_the_same_whenever_it_is_made() {
    let desk = Desk::new();
    comparison(&desk, "found", 1.2);
    desk.put("found/runs/1/result.json", "{}");
    desk.put("found/captures/quic/wide-area.pcapng", "packets");
    desk.put("found/tables/performance.csv", "a,b\n");
    desk.put("found/environments/lan/e3.toml", "");
    desk.put("found/.lock", "");
    std::os::unix::fs::symlink("1", desk.path("found/runs/latest")).unwrap();
    let ran = release(&desk, "found", "out");
    assert!(!ran.status.success());
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(said.contains("e3 report makes it"), "{said}");

    desk.e3(&["report", "found"]).succeeded();
    let ran = release(&desk, "found", "out");
    assert!(ran.status.success(), "{ran:?}");
    let name = "e3-findings-asked-20261123T120000Z";
    assert!(
        String::from_utf8_lossy(&ran.stdout).contains(name),
        "{ran:?}"
    );
    let out = desk.path("out").join(name);
    let names: Vec<String> = contents(&out).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "README.md",
            "SHA256SUMS",
            "VERSIONS",
            "captures.tar.xz",
            "environments/lan/e3.toml",
            "measurements.jsonl",
            "plan.json",
            "report.html",
            "report.md",
            "runs.tar.xz",
            "tables/performance.csv",
        ]
    );
    let sums = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict", "SHA256SUMS"])
        .current_dir(&out)
        .status();
    assert!(sums.unwrap().success());

    // Made again, later, of files that were touched: the same bytes.
    let file = fs::File::open(desk.path("found/runs/1/result.json")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    assert!(release(&desk, "found", "again").status.success());
    assert_eq!(contents(&out), contents(&desk.path("again").join(name)));
    assert!(
        !release(&desk, "found", "again").status.success(),
        "it is there already"
    );

    desk.put("found/runs/2/key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let ran = release(&desk, "found", "third");
    assert!(!ran.status.success());
    assert!(
        String::from_utf8_lossy(&ran.stderr).contains("key.pem"),
        "{ran:?}"
    );
    assert!(!desk.path("third").exists());
}

fn release(desk: &Desk, folder: &str, out: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/release-findings");
    let mut command = Command::new(script);
    command.args([desk.path(folder), desk.path(out)]);
    command.output().unwrap()
}

/// Every file below a folder with its bytes, sorted.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                all.push((name.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}
