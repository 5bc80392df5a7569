//! Python with other implementations of what is tried.

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a Python program answers to a question; nothing if Python lacks a module that it needs. `E3_PYTHON` names another
/// interpreter than `python3`.
pub(crate) fn ask(program: &str, modules: &str, question: &Value) -> Option<Value> {
    let python = env::var("E3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports = Command::new(&python)
        .args(["-c", &format!("import {modules}")])
        .output();
    if !imports.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no {modules}");
        return None;
    }
    let mut child = Command::new(&python)
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
