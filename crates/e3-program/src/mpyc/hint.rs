//! What to try when a program has failed.

/// What may help, as its last lines tell; none where they tell nothing that E³ knows about.
pub fn hint(last_lines: &[String]) -> Option<String> {
    let missing = last_lines
        .iter()
        .rev()
        .find_map(|line| line.split_once("ModuleNotFoundError: No module named "));
    let (_, module) = missing?;
    Some(format!(
        "E³'s own Python has mpyc, numpy, gmpy2 and uvloop, and not {module}: name a Python of your own that has \
         mpyc and {module} by `--set program.python=…`, or put the module into the program's folder"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_module_is_named() {
        let lines = [
            "  import sklearn.datasets".to_owned(),
            "ModuleNotFoundError: No module named 'sklearn'".to_owned(),
        ];
        assert!(hint(&lines).unwrap().contains("not 'sklearn'"));
        assert_eq!(hint(&["ValueError: 3".to_owned()]), None);
    }
}
