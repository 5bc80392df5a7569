//! Near misses: what somebody probably meant.

/// The candidate that is closest to `word`, when one is close enough to be worth suggesting.
///
/// Case is ignored. A third of the longer word may differ, and at least one letter.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let lower = candidate.to_lowercase();
            let distance = strsim::damerau_levenshtein(&word, &lower);
            let longer = word.chars().count().max(lower.chars().count());
            (distance <= (longer / 3).max(1) && distance < longer).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`: a list for people.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word_and_a_stranger_finds_none() {
        let words = ["ams3", "Amsterdam", "sgp1"];
        assert_eq!(nearest("ansterdam", words), Some("Amsterdam"));
        assert_eq!(nearest("ams", words), Some("ams3"));
        assert_eq!(nearest("tokyo", words), None);
        assert_eq!(
            nearest("x", ["y"]),
            None,
            "two letters that differ have nothing in common"
        );
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(one_of([]), "nothing");
    }
}
