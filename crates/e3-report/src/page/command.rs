//! A command as a shell takes it.

/// Words, each quoted where it must be.
pub(crate) fn line(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_sees_the_same_words() {
        let words = ["e3", "compare", "it's", "", "a b"].map(str::to_owned);
        assert_eq!(line(&words), r"e3 compare 'it'\''s' '' 'a b'");
    }
}
