//! What a report may link to: its own parts, and files beside it. A finding cannot make it link to anything else.

use std::fmt::Write as _;

/// A path below the comparison's folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Relative(String);

impl Relative {
    /// None where it leaves the folder, or is no path of files.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let inside = !path.starts_with('/') && !parts.is_empty() && !parts.contains(&"..");
        inside.then(|| Self(parts.join("/")))
    }

    /// A file of a folder.
    pub(crate) fn join(&self, name: &str) -> Option<Self> {
        Self::of(&format!("{}/{name}", self.0))
    }

    /// As the system has it.
    pub(crate) fn path(&self) -> &str {
        &self.0
    }

    /// As a reference of RFC 3986 that names no scheme, host or query: all but what is unreserved is encoded.
    fn reference(&self) -> String {
        let mut reference = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    reference.push(char::from(byte));
                }
                _ => _ = write!(reference, "%{byte:02X}"),
            }
        }
        reference
    }
}

/// The name of a part of the report: letters of ours, and a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Anchor(String);

impl Anchor {
    /// The only part of its kind.
    pub(crate) fn named(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// One of several.
    pub(crate) fn numbered(name: &'static str, number: usize) -> Self {
        Self(format!("{name}-{number}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Href {
    /// To a part of the report.
    Part(Anchor),
    /// To a file of the comparison's folder.
    File(Relative),
}

impl Href {
    /// As it stands in an attribute.
    pub(crate) fn reference(&self) -> String {
        match self {
            Self::Part(anchor) => format!("#{}", anchor.as_str()),
            Self::File(path) => path.reference(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_link_stays_in_its_folder() {
        for outside in ["/etc/passwd", "../x", "runs/../../x", "", "/", "./.."] {
            assert_eq!(Relative::of(outside), None, "{outside}");
        }
        let script = Relative::of("javascript:alert(1)").unwrap();
        assert_eq!(script.reference(), "javascript%3Aalert%281%29");
        assert_eq!(Relative::of("./runs//1/").unwrap().reference(), "runs/1");
    }

    proptest! {
        #[test]
        fn a_link_has_no_scheme_and_no_host(path in any::<String>()) {
            if let Some(relative) = Relative::of(&path) {
                let reference = relative.reference();
                prop_assert!(!reference.starts_with('/'));
                prop_assert!(reference.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
                prop_assert!(reference.split('/').all(|part| part != ".." && !part.is_empty()));
            }
        }
    }
}
