//! What a line of Rust says.

use crate::tree::{File, finding};

/// Lines whose code, comments and strings aside, holds one of `words` as a whole word.
pub(crate) fn mentions(file: &File, words: &[&str]) -> Vec<String> {
    lines_with(file, |line| {
        let code = code(line);
        words
            .iter()
            .find(|word| has_word(&code, word))
            .map(|word| format!("`{word}`"))
    })
}

/// Lines that hold one of `words` anywhere.
pub(crate) fn words_anywhere(file: &File, words: &[&str]) -> Vec<String> {
    lines_with(file, |line| {
        words
            .iter()
            .find(|word| has_word(line, word))
            .map(|word| format!("`{word}`"))
    })
}

/// `unsafe` without `SAFETY:`, or for a function `# Safety`, in the comment above it.
pub(crate) fn unsafe_without_reason(file: &File) -> Vec<String> {
    with_context(file, |index, line| {
        let above = comment_above(&file.lines[..index]);
        has_word(&code(line), "unsafe") && !above.contains("SAFETY:") && !above.contains("# Safety")
    })
}

/// `#[allow]` and `#[expect]` without a comment beside it or a reason inside.
pub(crate) fn allows_without_reason(file: &File) -> Vec<String> {
    let starts = ["#[allow(", "#![allow(", "#[expect(", "#![expect("];
    with_context(file, |index, line| {
        let code = code(line);
        if !starts.iter().any(|start| code.contains(start)) {
            return false;
        }
        let to_its_end = file.lines[index..].iter().take(8);
        let has_reason = to_its_end
            .scan(false, |ended, line| {
                (!std::mem::replace(ended, line.contains(")]"))).then_some(line)
            })
            .any(|line| line.contains("reason =") || line.contains("//"));
        !has_reason && comment_above(&file.lines[..index]).is_empty()
    })
}

fn lines_with(file: &File, find: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let lines = file.lines.iter().enumerate();
    lines
        .filter_map(|(index, line)| Some(finding(file, index + 1, &find(line)?)))
        .collect()
}

/// The lines that are wrong, given their index too.
fn with_context(file: &File, wrong: impl Fn(usize, &str) -> bool) -> Vec<String> {
    let lines = file.lines.iter().enumerate();
    lines
        .filter(|(index, line)| wrong(*index, line))
        .map(|(index, line)| finding(file, index + 1, line.trim()))
        .collect()
}

/// The comment that ends right above, attributes and the beginning of the same statement aside.
fn comment_above(above: &[String]) -> String {
    let mut begun = false;
    let mut comment = String::new();
    for line in above.iter().rev().map(|line| line.trim()).take(12) {
        if line.starts_with("//") {
            begun = true;
            comment.push_str(line);
        } else if begun || line.is_empty() || line.ends_with([';', '}']) {
            break;
        }
    }
    comment
}

/// A line without its comment and without what its strings hold.
fn code(line: &str) -> String {
    let mut code = String::new();
    let mut in_string = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => _ = chars.next(),
            '"' => in_string = !in_string,
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            _ if in_string => {}
            _ => code.push(c),
        }
    }
    code
}

/// Whether `word` stands in `text` with no letter, digit or underscore at either side.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

#[test]
fn comments_and_strings_are_no_code() {
    assert_eq!(code(r#"a("x // y \" z") // unsafe"#), "a() ");
    assert!(has_word("unsafe {", "unsafe"));
    assert!(!has_word("deny(unsafe_code)", "unsafe"));
}
