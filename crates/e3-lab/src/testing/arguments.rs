//! The command line of a test binary, as far as Rust's own runner's is common.

/// What to run, and how to show it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    filters: Vec<String>,
    skipped: Vec<String>,
    exact: bool,
    pub(super) list: bool,
    pub(super) show_output: bool,
}

impl Arguments {
    pub(super) fn parse(arguments: impl Iterator<Item = String>) -> Self {
        let mut parsed = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--exact" => parsed.exact = true,
                "--list" => parsed.list = true,
                "--nocapture" | "--no-capture" => parsed.show_output = true,
                "--skip" => parsed.skipped.extend(arguments.next()),
                // Their values are no filters; what they ask for makes no difference here.
                "--test-threads" | "--format" | "--color" => drop(arguments.next()),
                option if option.starts_with('-') => {}
                filter => parsed.filters.push(filter.to_owned()),
            }
        }
        parsed
    }

    /// Whether a test is asked for.
    pub(super) fn choose(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        (self.filters.is_empty() || self.filters.iter().any(fits)) && !self.skipped.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn filters_choose() {
        assert!(parse("").choose("anything"));
        assert!(parse("nat --test-threads 1").choose("a_nat_blocks"));
        assert!(!parse("nat").choose("loss"));
        assert!(!parse("--exact nat").choose("a_nat_blocks"));
        assert!(!parse("--skip nat").choose("a_nat_blocks"));
    }
}
