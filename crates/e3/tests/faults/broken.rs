//! Broken e3.toml files: each is told with its line, what was expected and what to do, and nothing is made.
//!
//! They stand in `crates/e3/tests/broken`, each with what is said about it beside it. `E3_BLESS=1` writes that anew.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    neutral::neutral,
    page,
    support::{desk::Ran, workshop::Workshop},
};

/// The fewest that there should be.
const MANY: usize = 30;

pub(crate) fn broken_files() {
    let files = files();
    assert!(files.len() >= MANY, "{files:?}");
    for path in &files {
        look(path);
    }
}

/// What is wrong with each, in words: the names of the files.
pub(crate) fn titles() -> Vec<String> {
    files().iter().map(|path| title(path)).collect()
}

fn title(path: &Path) -> String {
    let name = path.file_stem().unwrap().to_str().unwrap();
    name.replace('-', " ")
}

fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    files
}

fn look(path: &Path) {
    let workshop = Workshop::new();
    fs::copy(path, workshop.path("e3.toml")).unwrap();
    workshop.put("program.py", "print('this must not run')\n");
    workshop.put("folder/file", "");
    let ran = workshop.e3(&["run"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (1, ""),
        "{}: {ran:#?}",
        path.display()
    );
    for verb in ["check", "plan", "up"] {
        let same = workshop.e3(&[verb]).refused();
        assert_eq!(same.err, ran.err, "{verb} says something else");
    }
    points_at_a_line(&ran);
    assert!(!workshop.root().join("home").exists(), "something was made");
    assert!(!workshop.path("runs").exists(), "something was made");

    let expected = path.with_extension("txt");
    let said = neutral(&ran.err, &workshop);
    if std::env::var_os("E3_BLESS").is_some() {
        fs::write(&expected, &said).unwrap();
    }
    let wanted = fs::read_to_string(&expected).unwrap_or_default();
    assert!(
        said == wanted,
        "{} says\n{wanted}\nand it is\n{said}",
        expected.display()
    );
    page::row(&workshop, &title(path), "e3 run", &brief(&ran));
}

/// Errors name the file and, unless it has none, the line.
fn points_at_a_line(ran: &Ran) {
    let lines: Vec<_> = ran.err.match_indices("e3.toml:").collect();
    assert!(!lines.is_empty(), "no line is named: {}", ran.err);
    for (at, name) in lines {
        let after = &ran.err[at + name.len()..];
        assert!(
            after.starts_with(|first: char| first.is_ascii_digit()),
            "{}",
            ran.err
        );
    }
}

/// What is said, without the lines that show the file.
fn brief(ran: &Ran) -> Ran {
    let kept = ran.err.lines().filter_map(|line| {
        let line = line.trim();
        let shows = line
            .split(' ')
            .next()
            .is_some_and(|word| word.parse::<u32>().is_ok());
        let line = line
            .trim_start_matches(['|', ' ', '^', '-', '>'])
            .trim_start_matches("= note: ");
        (!shows && !line.is_empty() && !line.contains("e3.toml has ")).then_some(line)
    });
    Ran {
        code: ran.code,
        out: String::new(),
        err: kept.collect::<Vec<_>>().join("\n"),
    }
}
