//! What a command says, without what differs from one time and machine to another.

use crate::support::workshop::{Workshop, cache};

/// The same with `…` for what differs.
pub(crate) fn neutral(text: &str, workshop: &Workshop) -> String {
    let root = workshop.root();
    let root = root.to_str().unwrap();
    let text = text
        .replace(&format!("{root}/work/"), "")
        .replace(&format!("{root}/home"), "~")
        .replace(root, "…")
        .replace(cache().to_str().unwrap(), "~/.cache")
        .replace(env!("CARGO_BIN_EXE_e3"), "e3");
    let mut neutral = String::new();
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        if let Some(length) = varying(rest, &neutral) {
            neutral.push('…');
            rest = &rest[length..];
        } else {
            neutral.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    neutral
}

/// How much of the beginning of `rest` differs from time to time; `before` is what stands before it.
fn varying(rest: &str, before: &str) -> Option<usize> {
    let fits = |pattern: &str| {
        let mut characters = rest.chars();
        pattern
            .chars()
            .all(|wanted| {
                characters.next().is_some_and(|found| match wanted {
                    '9' => found.is_ascii_digit(),
                    'x' => found.is_ascii_hexdigit(),
                    other => found == other,
                })
            })
            .then_some(pattern.len())
    };
    let digits = || rest.chars().take_while(char::is_ascii_digit).count();
    // A run's folder, a time, the hashes in the names of an environment's folder and of a Python environment.
    fits("99999999T999999Z")
        .or_else(|| fits(&"x".repeat(16)).filter(|_| before.ends_with("e3/python/")))
        .or_else(|| fits("9999-99-99T99:99:99Z"))
        .or_else(|| fits("xxxxxxxx").filter(|_| before.ends_with("work-")))
        .or_else(|| Some(digits()).filter(|count| *count > 0 && before.ends_with("process ")))
}
