//! Text of findings, before it is anything else: nothing is left in it that changes how other text is shown.

use std::fmt::Write as _;

use serde_json::Value;

/// Longer texts are cut, and say so: the whole of it is in the file.
const LONGEST: usize = 4_000;

/// Every text in a document, names of fields among them.
pub(super) fn clean_all(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text, LONGEST)),
        Value::Array(items) => Value::Array(items.into_iter().map(clean_all).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (clean(&name, LONGEST), value_of(&name, value)))
                .collect(),
        ),
        other => other,
    }
}

/// A histogram is long, and is shown to nobody.
fn value_of(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) if name == "histogram" => Value::String(clean(&text, usize::MAX)),
        other => clean_all(other),
    }
}

/// Control characters as the pictures that Unicode has of them, what cannot be seen by its number.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars();
    for character in characters.by_ref().take(longest) {
        match character {
            '\n' | '\r' | '\t' => cleaned.push(' '),
            '\u{0}'..='\u{1f}' => cleaned.push(picture(character)),
            '\u{7f}' => cleaned.push('\u{2421}'),
            _ if is_unseen(character) => {
                let _ = write!(cleaned, "⟨U+{:04X}⟩", u32::from(character));
            }
            _ => cleaned.push(character),
        }
    }
    let more = characters.count();
    if more > 0 {
        let _ = write!(cleaned, " … and {more} more characters");
    }
    cleaned
}

fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

/// What turns the direction of writing, joins or hides letters, or is no character at all.
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
        || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(clean("a\u{202e}b\u{0}\n", 9), "a⟨U+202E⟩b␀ ");
        assert_eq!(clean("Zürich, 東京", 99), "Zürich, 東京");
        assert_eq!(clean("abcdef", 4), "abcd … and 2 more characters");
    }

    proptest! {
        #[test]
        fn nothing_unseen_is_left(text in any::<String>()) {
            let cleaned = clean(&text, LONGEST);
            prop_assert!(!cleaned.chars().any(|c| c.is_control() || is_unseen(c)));
            prop_assert_eq!(clean(&cleaned, usize::MAX), cleaned);
        }
    }
}
