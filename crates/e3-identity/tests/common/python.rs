//! Python with other implementations of what is tried.

use std::{io::Write as _, process::Stdio};

use serde_json::Value;

use super::interpreter::python;

/// What a Python program answers to a question; nothing if Python lacks a module that it needs.
pub(crate) fn ask(program: &str, modules: &str, question: &Value) -> Option<Value> {
    let mut child = python(modules)?
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
