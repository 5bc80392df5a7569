//! `MPyC`'s published demos run unchanged: staged by folder, started in it, with three parties.
//!
//! They are in no package. Their folder is named by `E3_MPYC_DEMOS`; without it this test says that it skips.

mod common;

use std::path::PathBuf;

use common::run;

/// Demos, with arguments that make them short, and the data file that they need.
const DEMOS: [(&str, &[&str], Option<&str>); 9] = [
    ("helloworld.py", &[], None),
    ("oneliners.py", &[], None),
    ("secretsanta.py", &["4"], None),
    ("sort.py", &["6"], None),
    ("id3gini.py", &["-i", "0"], Some("data/id3/tennis.csv")),
    ("np_id3gini.py", &["-i", "0"], Some("data/id3/tennis.csv")),
    ("np_lpsolver.py", &["-i", "1"], Some("data/lp/uvlp.csv")),
    ("aes.py", &["-1"], None),
    ("np_cnnmnist.py", &["1", "0"], Some("data/cnn/W_fc1.npy")),
];

#[test]
fn the_published_demos_run_unchanged() {
    let Some(folder) = std::env::var_os("E3_MPYC_DEMOS").map(PathBuf::from) else {
        eprintln!("skipped: set E3_MPYC_DEMOS to the folder `demos` of MPyC's repository");
        return;
    };
    for (demo, arguments, data) in DEMOS {
        if let Some(data) = data.filter(|data| !folder.join(data).exists()) {
            eprintln!("skipped {demo}: {data} is not in {}", folder.display());
            continue;
        }
        for (index, party) in run(&folder.join(demo), arguments, &[None, None, None])
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
