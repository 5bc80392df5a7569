//! MPyC's published demos run unchanged by `e3 run --program`.

use std::path::PathBuf;

use crate::support::workshop::Workshop;

/// Demos, with arguments that make them short, and what they print.
const DEMOS: [(&str, &[&str], &str); 5] = [
    ("helloworld.py", &[], "Hello world!"),
    ("secretsanta.py", &["4"], "Using secure finite fields"),
    ("sort.py", &["6"], "Sorted"),
    ("id3gini.py", &["-i", "0"], "Decision tree"),
    ("aes.py", &["-1"], "AES"),
];

#[test]
fn the_published_demos_run_unchanged() {
    let Some(folder) = std::env::var_os("E3_MPYC_DEMOS").map(PathBuf::from) else {
        println!("skipped: set E3_MPYC_DEMOS to the folder `demos` of MPyC's repository");
        return;
    };
    let workshop = Workshop::new();
    for (demo, arguments, said) in DEMOS {
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
