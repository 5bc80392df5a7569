//! MPyC's published demos run unchanged by `e3 run --program`.

use std::path::PathBuf;

use crate::support::workshop::Workshop;

/// Demos, with arguments that make them short, the data that they read, and a part of what they print.
const DEMOS: [(&str, &[&str], Option<&str>, &str); 6] = [
    ("helloworld.py", &[], None, "Hello world!"),
    ("secretsanta.py", &["4"], None, "Using secure prime fields"),
    (
        "sort.py",
        &["6"],
        None,
        "[49.0, 25.0, 9.0, -16.0, -36.0, -64.0]",
    ),
    (
        "id3gini.py",
        &["-i", "0"],
        Some("data/id3/tennis.csv"),
        "if Wind == Strong: No",
    ),
    ("aes.py", &["-1"], None, "69c4e0d86a7b0430d8cdb78070b4c55a"),
    (
        "np_cnnmnist.py",
        &["1", "0"],
        Some("data/cnn/W_fc1.npy"),
        "Image #",
    ),
];

#[test]
fn the_published_demos_run_unchanged() {
    let Some(folder) = std::env::var_os("E3_MPYC_DEMOS").map(PathBuf::from) else {
        println!("skipped: set E3_MPYC_DEMOS to the folder `demos` of MPyC's repository");
        return;
    };
    let workshop = Workshop::new();
    for (demo, arguments, data, said) in DEMOS {
        if let Some(data) = data.filter(|data| !folder.join(data).exists()) {
            println!("skipped {demo}: {data} is not in {}", folder.display());
            continue;
        }
        let path = folder.join(demo);
        let mut words = vec![
            "run",
            "--program",
            path.to_str().unwrap(),
            "--parties",
            "3",
            "--",
        ];
        words.extend(arguments);
        let ran = workshop.e3(&words).succeeded();
        assert!(ran.out.contains(said), "{demo}: {}", ran.out);
        workshop.nothing_left();
    }
}
