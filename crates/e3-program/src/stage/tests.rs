//! Files arrive, are verified, laid out and removed.

use std::os::unix::fs::PermissionsExt as _;

use e3_session::types::FileEntry;
use proptest::prelude::*;
use serde_bytes::ByteBuf;
use sha2::{Digest as _, Sha256};

use super::*;

fn digest(content: &[u8]) -> Digest {
    Digest(Sha256::digest(content).into())
}

fn entry(path: &str, content: &[u8]) -> FileEntry {
    FileEntry {
        path: path.into(),
        sha256: digest(content),
        size: content.len() as u64,
        executable: content.starts_with(b"#!"),
    }
}

fn manifest(files: &[(&str, &[u8])]) -> Manifest {
    Manifest {
        files: files
            .iter()
            .map(|(path, content)| entry(path, content))
            .collect(),
    }
}

fn piece(whole: &[u8], offset: usize, data: &[u8], last: bool) -> SendBlob {
    SendBlob {
        sha256: digest(whole),
        offset: offset as u64,
        data: ByteBuf::from(data),
        last,
    }
}

fn all(content: &[u8]) -> SendBlob {
    piece(content, 0, content, true)
}

fn sent(name: &str, content: &[u8]) -> InputSource {
    InputSource::Sent {
        name: name.into(),
        sha256: digest(content),
        size: content.len() as u64,
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

/// Every file below a folder, by its content.
fn contents(folder: &Path) -> Vec<Vec<u8>> {
    ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file())
        .map(|entry| fs::read(entry.path()).unwrap())
        .collect()
}

#[test]
fn lays_out_files_and_input_and_removes_them() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("agent");
    let mut staging = Staging::open(&folder).unwrap();
    let files = manifest(&[
        ("p.py", b"print()"),
        ("data/run.sh", b"#!"),
        ("copy.py", b"print()"),
    ]);
    let missing = staging
        .begin(RunId(1), &files, &sent("ann.csv", b"secret"))
        .unwrap();
    assert_eq!(missing.len(), 3);

    staging
        .receive(&piece(b"print()", 0, b"pri", false))
        .unwrap();
    staging
        .receive(&piece(b"print()", 3, b"nt()", true))
        .unwrap();
    staging.receive(&all(b"#!")).unwrap();
    staging.receive(&all(b"secret")).unwrap();
    let staged = staging.finish().unwrap();

    let input = staged.input().unwrap();
    assert_eq!(fs::read(input).unwrap(), b"secret");
    assert_eq!(input.file_name().unwrap(), "ann.csv");
    assert_eq!(mode(input), 0o600);
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&staged.folder().join("data/run.sh")), 0o700);
    assert_eq!(
        fs::read(staged.folder().join("copy.py")).unwrap(),
        b"print()"
    );
    assert_eq!(staged.digest(), crate::files::digest(&files));
    // Once: in the store the input is no longer.
    assert_eq!(
        contents(&folder)
            .iter()
            .filter(|content| *content == b"secret")
            .count(),
        1
    );

    drop(staged);
    assert_eq!(
        contents(&folder).len(),
        2,
        "the store keeps the program's files"
    );
    assert_eq!(
        staging.begin(RunId(2), &files, &InputSource::None).unwrap(),
        vec![]
    );
    drop(staging);
    assert_eq!(contents(&folder), Vec::<Vec<u8>>::new());
}

#[test]
fn a_private_input_goes_even_if_the_run_fails() {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let files = manifest(&[("p.py", b"print()")]);
    staging
        .begin(RunId(1), &files, &sent("ann.csv", b"secret"))
        .unwrap();
    staging.receive(&all(b"secret")).unwrap();
    assert!(matches!(staging.finish(), Err(StageError::Missing(_))));
    assert_eq!(contents(home.path()), Vec::<Vec<u8>>::new());

    staging
        .begin(RunId(2), &files, &sent("ann.csv", b"secret"))
        .unwrap();
    staging
        .receive(&piece(b"secret", 0, b"secr", false))
        .unwrap();
    staging.begin(RunId(3), &files, &InputSource::None).unwrap();
    assert_eq!(contents(home.path()), Vec::<Vec<u8>>::new());
}

#[test]
fn an_input_on_the_host_is_used_in_place_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("own.csv");
    fs::write(&path, "1").unwrap();
    let mut staging = Staging::open(&home.path().join("agent")).unwrap();
    let on_host = |path: &Path| InputSource::OnHost {
        path: path.to_str().unwrap().into(),
    };
    staging
        .begin(RunId(1), &manifest(&[]), &on_host(&path))
        .unwrap();
    let mut staged = staging.finish().unwrap();
    assert_eq!(staged.input(), Some(&*path.canonicalize().unwrap()));
    staged.remove_input();
    drop(staged);
    assert!(path.exists());

    staging
        .begin(
            RunId(2),
            &manifest(&[]),
            &on_host(&home.path().join("none")),
        )
        .unwrap();
    let failed = staging.finish().unwrap_err();
    assert!(failed.to_string().contains("on_host"), "{failed}");
}

#[test]
fn an_input_on_this_host_must_be_a_regular_file() {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let fifo = home.path().join("fifo");
    // Nobody ever writes to it: opening it for reading would wait for good.
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();
    for path in [fifo.as_path(), home.path(), Path::new("/dev/zero")] {
        let path = path.to_str().unwrap().into();
        staging
            .begin(RunId(1), &manifest(&[]), &InputSource::OnHost { path })
            .unwrap();
        let failed = staging.finish().unwrap_err().to_string();
        assert!(failed.contains("not a regular file"), "{failed}");
    }
}

#[test]
fn refuses_what_was_not_named() {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let files = manifest(&[("p.py", b"print()")]);
    assert!(matches!(staging.finish(), Err(StageError::NothingBegun)));
    staging.begin(RunId(1), &files, &InputSource::None).unwrap();
    assert!(matches!(
        staging.receive(&all(b"other")),
        Err(StageError::Unexpected(_))
    ));
    let gap = staging.receive(&piece(b"print()", 2, b"int()", true));
    assert!(matches!(
        gap,
        Err(StageError::Gap {
            expected: 0,
            found: 2,
            ..
        })
    ));
    let wrong = staging.receive(&piece(b"print()", 0, b"pwned()", true));
    assert!(matches!(wrong, Err(StageError::Differs { .. })));

    staging.begin(RunId(1), &files, &InputSource::None).unwrap();
    let long = staging.receive(&piece(b"print()", 0, b"print() and more", false));
    assert!(matches!(long, Err(StageError::Differs { size: 16, .. })));
    assert_eq!(contents(home.path()), Vec::<Vec<u8>>::new());
}

#[test]
fn refuses_manifests_that_would_write_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let mut begin = |files: &[(&str, &[u8])], input: &InputSource| {
        staging.begin(RunId(1), &manifest(files), input)
    };
    for path in ["../x", "/etc/x", "a/../../x", ""] {
        assert!(
            matches!(
                begin(&[(path, b"")], &InputSource::None),
                Err(StageError::Path(_))
            ),
            "{path}"
        );
    }
    assert!(matches!(
        begin(&[("a", b"1"), ("a", b"2")], &InputSource::None),
        Err(StageError::Twice(_))
    ));
    let both = begin(
        &[("a", b"1"), ("a-b", b"3"), ("a/b", b"2")],
        &InputSource::None,
    );
    assert!(matches!(both, Err(StageError::FileAndFolder { .. })));
    assert!(matches!(
        begin(&[], &sent("../x", b"")),
        Err(StageError::Path(_))
    ));
    assert!(matches!(
        begin(&[], &sent("a/x", b"")),
        Err(StageError::InputName(_))
    ));
}

#[test]
fn an_empty_file_arrives_as_one_empty_piece() {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let files = manifest(&[("__init__.py", b"")]);
    staging.begin(RunId(1), &files, &InputSource::None).unwrap();
    staging.receive(&all(b"")).unwrap();
    assert_eq!(
        fs::read(staging.finish().unwrap().folder().join("__init__.py")).unwrap(),
        b""
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_controller_names_stays_below_the_folder(
        paths in prop::collection::vec(r"(\.\.|a|b|\.|/|//|[a-z]{1,3}){1,5}", 0..6)
    ) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("agent");
        let mut staging = Staging::open(&folder).unwrap();
        let files: Vec<_> = paths.iter().map(|path| (path.as_str(), b"x".as_slice())).collect();
        if staging.begin(RunId(1), &manifest(&files), &InputSource::None).is_ok() {
            if !files.is_empty() {
                staging.receive(&all(b"x")).unwrap();
            }
            let staged = staging.finish().unwrap();
            prop_assert_eq!(contents(staged.folder()).len(), files.len());
        }
        let outside: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        prop_assert_eq!(outside, vec![folder]);
    }
}
