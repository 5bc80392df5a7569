//! What an e3.toml says of comparisons.

mod common;

use std::path::Path;

use e3_spec::{Compared, Comparison, Diagnostics, File, Suite};

fn compared(text: &str) -> Result<Compared, Diagnostics> {
    let file = File {
        name: "e3.toml",
        folder: Path::new("/env/demo"),
        text,
    };
    e3_spec::comparison(&file, &common::around())
}

#[allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]
fn comparison(text: &str) -> Comparison {
    compared(text).unwrap().comparison.unwrap()
}

const OWN: &str = "[hosts.a]\nregion = \"ams3\"\n[program]\npath = \"average.py\"\n";

#[test]
fn all_of_it_is_read() {
    let said = comparison(&format!(
        "{OWN}[compare]\nways = [\"quic\", \"nebula_1.6\"]\nidentities = [\"ca\"]\nnetworks = [\"own\", \"far\"]\n\
         programs = [\"secret_santa\"]\nsizes = [\"large\"]\nparties = [3, 5]\ncells = [\"quic.lan.mesh.16\"]\n\
         precision = \"2.5 %\"\nrounds = 12\ntime = \"5 min\"\nseed = 7\n\
         [compare.thresholds]\nquic.lan.secret_santa.ratio = \"< 1.25\"\nnebula-1.6.far.memory = \"< 40 MB\"\n"
    ));
    assert_eq!(said.ways, ["quic", "nebula-1.6"]);
    assert_eq!(said.networks, ["own", "far"]);
    assert_eq!(said.programs, ["secret-santa"]);
    assert_eq!(said.cells, ["quic.lan.mesh.16"]);
    assert_eq!(said.rounds.map(e3_spec::Rounds::get), Some(12));
    assert!((said.precision.unwrap() - 0.025).abs() < 1e-12);
    assert_eq!(said.time.unwrap().to_string(), "5 min");
    let names: Vec<String> = said
        .thresholds
        .iter()
        .map(|one| format!("{} {}", one.name, one.limit))
        .collect();
    assert_eq!(
        names,
        [
            "quic.lan.secret_santa.ratio < 1.25",
            "nebula-1.6.far.memory < 40 MB"
        ]
    );
    assert_eq!(
        said.thresholds[1].cells.overlay.as_deref(),
        Some("nebula-1.6")
    );
    assert!(!said.leaves_work_open());
}

#[test]
fn a_file_may_say_nothing_else() {
    let only = compared("[compare]\nsuite = \"standard\"\n").unwrap();
    assert_eq!(only.comparison.unwrap().suite, Some(Suite::Standard));
    assert_eq!(only.declared, None);
    let neither = compared(OWN).unwrap();
    assert_eq!(neither.comparison, None);
    assert!(neither.declared.unwrap().environment.program.is_some());
    assert!(comparison(&format!("{OWN}[compare]\nways = [\"quic\"]\n")).leaves_work_open());
    // An environment without hosts is none, whatever it wants to compare.
    let wrong = compared("overlay = \"direct\"\n[compare]\n")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("there are no hosts"), "{wrong}");
    let wrong = compared("").unwrap_err().to_string();
    assert!(wrong.contains("there are no hosts"), "{wrong}");
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let wrong = |text: &str| compared(&format!("{OWN}{text}")).unwrap_err().to_string();
    let said = [
        "[compare]\nways = [\"quik\"]\n",
        "[compare]\nways = \"quic\"\n",
        "[compare]\nnetwork = [\"lan\"]\n",
        "[compare]\nsizes = [\"huge\"]\nparties = [0]\nrounds = 0\n",
        "[compare]\ncells = [\"quic.lam\"]\n",
        "[compare]\nsuite = \"fast\"\n",
        "[compare]\nsuite = \"quick\"\nparties = [3]\n",
        "[compare]\nthresholds = \"< 1\"\n",
        "[compare.thresholds]\nquick.lan.ratio = \"< 1.25\"\nquic.lan.far.ratio = \"< 2\"\nquic.lan.speed = \"< 2\"\n",
        "[compare.thresholds.quic.lan]\nratio = 1.25\nmemory.median = \"< 40 ms\"\ncpu = \"1\"\n",
    ]
    .map(wrong);
    insta::assert_snapshot!(said.join("\n\n"));
}

#[test]
fn it_is_checked_for_those_who_do_not_compare_too() {
    let text = format!("{OWN}[compare]\nways = [\"quik\"]\n");
    let wrong = common::parse(&text, &e3_spec::Overrides::default()).unwrap_err();
    assert!(
        wrong.to_string().contains("did you mean `quic`?"),
        "{wrong}"
    );
}
