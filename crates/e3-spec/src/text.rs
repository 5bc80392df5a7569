//! Names and paths: text that has been checked once and cannot be wrong afterwards.

use std::path::Path;

/// A text that is not what it should be: what was given, what was expected, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {what}: expected {expected}")]
pub struct Invalid {
    /// The text as it was given.
    pub value: String,
    /// What it should have been, with its article: "a host name".
    pub what: &'static str,
    /// What would have been accepted, in words.
    pub expected: String,
    /// The accepted text that is nearest, if one is near.
    pub suggestion: Option<String>,
}

/// Defines a newtype over `String` with all that it takes to parse, print, store and describe it.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $what:literal, $expected:expr, $pattern:expr, $valid:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                if $valid(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(Invalid { value: text.to_owned(), what: $what, expected: $expected.to_owned(), suggestion: None })
            }
        }

        crate::text::stored_as_text!($name);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

/// Lets serde store a type by its `Display` and read it by its `FromStr`.
macro_rules! stored_as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = crate::text::Invalid;

            fn try_from(text: String) -> Result<Self, crate::text::Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}
pub(crate) use stored_as_text;

const LABEL: &str = "1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end";
const LABEL_PATTERN: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// A label of a host name as in RFC 1123, in lower case.
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

checked_text!(
    /// The name of a host: a DNS label (RFC 1123) in lower case, because it becomes the machine's host name.
    HostName, "a host name", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of a group of hosts in `[hosts]`; the hosts' names are made from it.
    GroupName, "a name for a group of hosts", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of a region, such as `ams3`.
    RegionName, "a region", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of a site: hosts with the same one share a switch.
    SiteName, "a site", LABEL, LABEL_PATTERN, is_label
);

checked_text!(
    /// A carrier whose NAT stands beyond the routers of several sites.
    CarrierName, "a carrier", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of a provider of hosts, such as `lab`.
    ProviderName, "a provider", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of an overlay, such as `direct`.
    OverlayName, "an overlay", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of an authority that certifies identities, by which it is found on the machine that has its key.
    AuthorityName, "a name for an authority", LABEL, LABEL_PATTERN, is_label
);
checked_text!(
    /// The name of a service; one with a host of its own gives it this name.
    ServiceName, "a name for a service", LABEL, LABEL_PATTERN, is_label
);

/// A group's name is a site's when its hosts share one, a host's when the host has a site of its own, and a service's is its
/// host's when that is no party: all labels.
impl From<&GroupName> for SiteName {
    fn from(group: &GroupName) -> Self {
        Self(group.0.clone())
    }
}

impl From<&HostName> for SiteName {
    fn from(host: &HostName) -> Self {
        Self(host.0.clone())
    }
}

impl From<&ServiceName> for HostName {
    fn from(service: &ServiceName) -> Self {
        Self(service.0.clone())
    }
}

/// Letters that are safe in the name of a folder, and do not hide it.
fn is_environment_name(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.starts_with(['-', '.'])
}

checked_text!(
    /// The name of an environment. It names folders of state and results.
    EnvironmentName, "a name for an environment",
    "1 to 63 letters, digits, hyphens, underscores and dots, with a letter, digit or underscore first",
    "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$", is_environment_name
);

impl EnvironmentName {
    /// The nearest valid name to that of a folder or file, for environments that give themselves none.
    pub fn from_folder(name: &str) -> Self {
        let fit: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        let fit: String = fit.trim_matches(['-', '.']).chars().take(63).collect();
        if is_environment_name(&fit) {
            Self(fit)
        } else {
            Self("environment".to_owned())
        }
    }
}

checked_text!(
    /// A path to a file. Within an [`Environment`](crate::Environment) it is resolved: relative paths have been joined
    /// to the folder of their e3.toml, or to the current folder when they came from the command line.
    FilePath, "a path", "a path that is not empty and holds no NUL", "^[^\\u0000]+$",
    |text: &str| !text.is_empty() && !text.contains('\0')
);

impl AsRef<Path> for FilePath {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

/// Relative, and without a step upwards.
fn stays_inside(text: &str) -> bool {
    use std::path::Component;
    !text.is_empty()
        && !text.contains('\0')
        && Path::new(text)
            .components()
            .all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
}

checked_text!(
    /// A path below a program's folder: where the file is found, and where it will stand on a host.
    TravelPath, "a file that can travel", "a path relative to the program's folder, without `..`",
    "^[^/\\u0000][^\\u0000]*$", stays_inside
);

impl AsRef<Path> for TravelPath {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

/// A name as in POSIX, and none of E³'s own.
fn is_variable(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    text.len() <= 255
        && text.bytes().next().is_some_and(letter)
        && text.bytes().all(|b| letter(b) || b.is_ascii_digit())
        && !text.starts_with("E3_")
}

checked_text!(
    /// The name of a variable in a program's environment.
    VariableName, "a variable's name",
    "a letter or underscore, then letters, digits and underscores; names that begin with E3_ are E³'s own",
    "^(?!E3_)[A-Za-z_][A-Za-z0-9_]*$", is_variable
);

/// As SSH writes them: 32 bytes in base64 without padding, the last letter with four bits at most.
fn is_fingerprint(text: &str) -> bool {
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    text.strip_prefix("SHA256:").is_some_and(|rest| {
        rest.len() == 43
            && rest.bytes().all(base64)
            && rest.ends_with(|last| "AEIMQUYcgkosw048".contains(last))
    })
}

checked_text!(
    /// A fingerprint of a DID: SHA-256 of its text, as SSH writes those of keys.
    FingerprintText, "a fingerprint", "`SHA256:` and 43 letters of base64, as `e3 id show` prints it",
    "^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$", is_fingerprint
);

/// Digits and dots, as in a release of MPyC.
fn is_version(text: &str) -> bool {
    text.len() <= 20
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

checked_text!(
    /// A version of a Python package: numbers separated by dots.
    Version, "a version", "numbers separated by dots, such as \"0.11\"", "^[0-9]+(\\.[0-9]+)*$", is_version
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_dns_labels() {
        for good in ["a", "ams-0", "0", &"x".repeat(63)] {
            assert!(good.parse::<HostName>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", "é", &"x".repeat(64)] {
            assert!(bad.parse::<HostName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn stored_names_are_checked_when_they_are_read() {
        assert!(serde_json::from_str::<HostName>("\"ams\"").is_ok());
        assert!(serde_json::from_str::<HostName>("\"not a name\"").is_err());
    }

    #[test]
    fn a_fingerprint_is_written_in_one_way() {
        let good = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
        assert!(good.parse::<FingerprintText>().is_ok());
        for bad in [
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV",
            "SHA256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        ] {
            assert!(bad.parse::<FingerprintText>().is_err(), "{bad}");
        }
    }

    #[test]
    fn any_folder_gives_a_valid_name() {
        assert_eq!(
            EnvironmentName::from_folder("Secret Santa (1)").as_str(),
            "Secret-Santa--1"
        );
        assert_eq!(EnvironmentName::from_folder("..").as_str(), "environment");
        assert_eq!(EnvironmentName::from_folder("日本").as_str(), "environment");
    }

    #[test]
    fn what_travels_stays_in_its_folder() {
        assert!("data/x.csv".parse::<TravelPath>().is_ok());
        assert!("../x.csv".parse::<TravelPath>().is_err());
        assert!("/etc/passwd".parse::<TravelPath>().is_err());
    }
}
