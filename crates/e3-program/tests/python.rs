//! The private Python environment, made for real. Needs the Python package index, or a full cache of `pip` or `uv`.

use std::{
    path::Path,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use e3_program::python::{MPYC_VERSION, Progress, PythonEnv, PythonError};

#[test]
fn is_made_once_and_then_found_at_once() {
    let cache = tempfile::tempdir().unwrap();
    let steps = Mutex::new(Vec::new());
    let make =
        || PythonEnv::ensure(cache.path(), &mut |step| steps.lock().unwrap().push(step)).unwrap();
    // Two at the same moment: one makes it, the other waits for it.
    let (one, other) = thread::scope(|scope| {
        let first = scope.spawn(make);
        let second = scope.spawn(make);
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!(one, other);
    let installed = || {
        steps
            .lock()
            .unwrap()
            .iter()
            .filter(|step| **step == Progress::Installing)
            .count()
    };
    assert_eq!(installed(), 1, "{steps:?}");

    let find = || {
        let begun = Instant::now();
        assert_eq!(PythonEnv::ensure(cache.path(), &mut |_| {}).unwrap(), one);
        begun.elapsed()
    };
    // The least of some, as other tests run at the same time.
    let elapsed = (0..10).map(|_| find()).min();
    assert!(elapsed < Some(Duration::from_millis(5)), "{elapsed:?}");

    // What is told without starting Python is what Python itself tells.
    let asked = PythonEnv::named(&one.python).unwrap();
    assert_eq!(
        (asked.language, asked.runtime),
        (one.language.clone(), one.runtime.clone())
    );
    assert_eq!(one.runtime, format!("mpyc {MPYC_VERSION}"));
    assert_eq!(PythonEnv::of(&one.interpreter).unwrap(), one);
}

#[test]
fn a_named_interpreter_that_is_none_is_refused() {
    assert!(matches!(
        PythonEnv::named(Path::new("/no/such")),
        Err(PythonError::Start { .. })
    ));
    assert!(matches!(
        PythonEnv::named(Path::new("/bin/true")),
        Err(PythonError::NoMpyc { .. })
    ));
}
