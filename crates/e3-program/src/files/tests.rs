//! What travels and what does not, on real folders.

use std::{fs, os::unix::fs::symlink};

use super::*;

/// A folder with files, each with its own path as content.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

fn paths(collection: &Collection) -> Vec<&str> {
    collection
        .manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect()
}

fn named(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).collect()
}

#[test]
fn a_folder_travels_without_hidden_ignored_and_generated_files() {
    let folder = folder(&[
        "p.py",
        "data/a.csv",
        ".env",
        ".git/config",
        "__pycache__/p.pyc",
        "x.log",
    ]);
    fs::write(folder.path().join(".gitignore"), "*.log\n").unwrap();
    let found = collect(&folder.path().join("p.py"), None, &[]).unwrap();
    assert_eq!(paths(&found), ["data/a.csv", "p.py"]);
    assert_eq!(found.entry.unwrap().as_str(), "p.py");
    assert_eq!(found.skipped, []);
    assert_eq!(found.manifest.files[1].size, 4);
}

#[test]
fn the_program_travels_even_if_ignored() {
    let folder = folder(&["p.py"]);
    fs::write(folder.path().join(".gitignore"), "p.py\n").unwrap();
    assert_eq!(
        paths(&collect(&folder.path().join("p.py"), None, &[]).unwrap()),
        ["p.py"]
    );
}

#[test]
fn private_inputs_never_travel() {
    let folder = folder(&["p.py", "inputs/ann.csv", "inputs/bob.csv"]);
    let program = folder.path().join("p.py");
    let private = [
        folder.path().join("inputs/../inputs/ann.csv"),
        "/no/such/file".into(),
    ];
    let found = collect(&program, None, &private).unwrap();
    assert_eq!(paths(&found), ["inputs/bob.csv", "p.py"]);
    assert_eq!(found.skipped[0].path, Path::new("inputs/ann.csv"));
    let failed = collect(&program, Some(&named(&["inputs/ann.csv"])), &private).unwrap_err();
    assert!(matches!(failed, FilesError::Private { .. }), "{failed}");
    let found = collect(&program, Some(&named(&["inputs"])), &private).unwrap();
    assert_eq!(paths(&found), ["inputs/bob.csv", "p.py"]);
}

#[test]
fn private_keys_never_travel() {
    let folder = folder(&["p.py", "id/did", "id/key.pem", "both.pem", "public.pem"]);
    let pem = |kind: &str| format!("-----BEGIN {kind}-----\nMC4C\n-----END {kind}-----\n");
    let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    put("id/key.pem", pem("PRIVATE KEY"));
    put("both.pem", pem("CERTIFICATE") + &pem("OPENSSH PRIVATE KEY"));
    put("public.pem", pem("PUBLIC KEY"));
    put("p.py", "print('-----BEGIN PRIVATE KEY-----')\n".to_owned());
    let program = folder.path().join("p.py");
    let found = collect(&program, None, &[]).unwrap();
    assert_eq!(paths(&found), ["id/did", "p.py", "public.pem"]);
    let skipped: Vec<_> = found.skipped.iter().map(|file| file.reason).collect();
    assert_eq!(skipped, ["it holds a private key"; 2]);

    let inside = collect(&program, Some(&named(&["id"])), &[]).unwrap();
    assert_eq!(paths(&inside), ["id/did", "p.py"]);
    assert!(matches!(
        collect(&program, Some(&named(&["id/key.pem"])), &[]),
        Err(FilesError::Key { .. })
    ));
}

#[test]
fn a_private_input_does_not_travel_under_another_name() {
    let folder = folder(&["p.py", "ann.csv"]);
    symlink("ann.csv", folder.path().join("copy.csv")).unwrap();
    let private = [folder.path().join("ann.csv")];
    assert_eq!(
        paths(&collect(&folder.path().join("p.py"), None, &private).unwrap()),
        ["p.py"]
    );
}

#[test]
fn links_travel_as_what_they_name_if_that_is_inside() {
    let elsewhere = folder(&["secret"]);
    let folder = folder(&["p.py", "data/a.csv"]);
    let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link(Path::new("data/a.csv"), "inside");
    link(&elsewhere.path().join("secret"), "outside");
    link(Path::new("data"), "folder");
    link(Path::new("missing"), "nowhere");
    let program = folder.path().join("p.py");
    let found = collect(&program, None, &[]).unwrap();
    assert_eq!(paths(&found), ["data/a.csv", "inside", "p.py"]);
    assert_eq!(found.skipped.len(), 3);
    let failed = collect(&program, Some(&named(&["outside"])), &[]).unwrap_err();
    assert!(matches!(failed, FilesError::Outside { .. }), "{failed}");
}

#[test]
fn broad_folders_travel_only_as_named_files() {
    let folder = folder(&["p.py", "letters/private.txt", "lib/a.py"]);
    let root = folder.path().canonicalize().unwrap();
    let program = root.join("p.py");
    let at_home =
        |files: Option<&[PathBuf]>| collect_at_home(&Home::at(&root), &program, files, &[]);
    let failed = at_home(None).unwrap_err();
    assert!(failed.to_string().contains("your home folder"), "{failed}");
    assert!(
        failed.to_string().contains("files = [\"p.py\"]"),
        "{failed}"
    );
    assert!(matches!(
        at_home(Some(&named(&["."]))),
        Err(FilesError::TooBroad { .. })
    ));
    assert_eq!(paths(&at_home(Some(&[])).unwrap()), ["p.py"]);
    assert_eq!(
        paths(&at_home(Some(&named(&["lib"]))).unwrap()),
        ["lib/a.py", "p.py"]
    );
}

#[test]
fn named_files_are_found_or_refused() {
    let folder = folder(&["p.py", ".hidden"]);
    let program = folder.path().join("p.py");
    let with = |file: &str| collect(&program, Some(&named(&[file])), &[]);
    assert_eq!(paths(&with(".hidden").unwrap()), [".hidden", "p.py"]);
    assert!(matches!(with("missing"), Err(FilesError::Named { .. })));
    assert!(matches!(
        with("/etc/hostname"),
        Err(FilesError::Outside { .. })
    ));
    assert!(matches!(with(".."), Err(FilesError::Outside { .. })));
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    let folder = folder(&["p.py"]);
    // A sparse file: as long as the limit, but nothing on the disk.
    fs::File::create(folder.path().join("big"))
        .unwrap()
        .set_len(MOST_BYTES)
        .unwrap();
    let failed = collect(&folder.path().join("p.py"), None, &[]).unwrap_err();
    assert!(failed.to_string().contains("big (100.0 MB)"), "{failed}");
}

#[test]
fn a_program_must_be_a_file_that_exists() {
    let folder = folder(&["p.py"]);
    assert!(matches!(
        collect(folder.path(), None, &[]),
        Err(FilesError::NotAFile { .. })
    ));
    let missing = folder.path().join("q.py");
    assert!(matches!(
        collect(&missing, None, &[]),
        Err(FilesError::Program { .. })
    ));
}

#[test]
fn describes_what_travels() {
    let folder = folder(&["a.csv", "p.py"]);
    let found = collect(&folder.path().join("p.py"), None, &[]).unwrap();
    let line = found.describe(Path::new("../programs"));
    assert_eq!(line, "2 files, 9 B from ../programs: p.py, a.csv");
    assert_eq!(size(12_449), "12.4 kB");
    assert_eq!(size(999_999), "999.9 kB");
    assert_eq!(size(1_500_000_000), "1.5 GB");
}
