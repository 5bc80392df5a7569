//! Versions of programs, as they tell them.

use std::fmt;

use crate::{Found, Missing, Program, find};

/// How a program tells its version, and what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// The arguments that make it tell.
    pub arguments: &'static [&'static str],
    /// What stands before the version in the first line that it prints.
    pub before: &'static str,
    /// The oldest that can be used.
    pub least: Version,
}

/// The first two numbers of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

/// What a program is by its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Of this version.
    Version(Version),
    /// Of one without numbers: somebody has built it from sources, the newest as far as anybody knows.
    Unnumbered,
}

/// A program that this host has not, or not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsuited {
    /// There is none.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It is older than it may be, or another program.
    #[error(
        "{found} says that it is `{said}`, expected {} {} or later ({}); E3_STOCK names folders that are looked into before PATH",
        .program.name, .program.telling.least, .program.hint
    )]
    Old {
        /// Which was looked for.
        program: Program,
        /// What was found.
        found: String,
        /// What it said when it was asked.
        said: String,
    },
}

impl Telling {
    /// Understands what it says; none where another program says it.
    pub fn read(&self, said: &str) -> Option<Told> {
        let version = said.trim().strip_prefix(self.before)?.trim();
        let numbers = version.strip_prefix('v').unwrap_or(version);
        let mut parts = numbers.split(['.', '-', '+']).map(str::parse);
        match (parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Some(Told::Version(Version(major, minor))),
            // Where nothing has to stand before it, anybody could have said it.
            _ if self.before.is_empty() || version.is_empty() => None,
            _ => Some(Told::Unnumbered),
        }
    }

    fn suits(&self, said: &str) -> bool {
        match self.read(said) {
            Some(Told::Version(version)) => version >= self.least,
            Some(Told::Unnumbered) => true,
            None => false,
        }
    }
}

/// The program, as [`find`] finds it, if by its own words it is not too old. To be called on a runtime, on a thread that lives
/// as long as this process.
///
/// # Errors
/// [`Unsuited`]: this host has none, or an older one, or something else by that name comes first.
pub async fn find_suited(program: &Program) -> Result<Found, Unsuited> {
    let found = find(program)?;
    let said = found.version(program.telling.arguments).await;
    let said = said.unwrap_or_default();
    if program.telling.suits(&said) {
        return Ok(found);
    }
    Err(Unsuited::Old {
        program: *program,
        found: found.path.display().to_string(),
        said,
    })
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use crate::{HEADSCALE, NEBULA, PROGRAMS, TAILSCALED, WIREGUARD_GO};

    use super::*;

    #[test]
    fn versions_are_read_as_programs_tell_them() {
        for (program, said, version) in [
            (&NEBULA, "Version: 1.6.1", Version(1, 6)),
            (&NEBULA, "Version: 1.10.0-rc1", Version(1, 10)),
            (&TAILSCALED, "1.102.5-ERR-BuildInfo", Version(1, 102)),
            (&HEADSCALE, "headscale version v0.29.2", Version(0, 29)),
            (&WIREGUARD_GO, "wireguard-go v0.0.20220316", Version(0, 0)),
        ] {
            let read = program.telling.read(said);
            assert_eq!(read, Some(Told::Version(version)), "{said}");
            assert!(program.telling.suits(said), "{said}");
        }
    }

    #[test]
    fn what_is_too_old_or_something_else_does_not_suit() {
        for (program, said) in [
            (&NEBULA, "Version: 1.5.2"),
            (&TAILSCALED, "1.80.3"),
            (&TAILSCALED, "0.100.0"),
            (&HEADSCALE, "headscale version v0.28.0"),
        ] {
            assert!(!program.telling.suits(said), "{said}");
        }
        for program in PROGRAMS {
            for said in ["", "GNU bash, version 5.2.15", program.telling.before] {
                assert!(!program.telling.suits(said), "{}: {said}", program.name);
            }
        }
        assert_eq!(
            HEADSCALE.telling.read("headscale version dev"),
            Some(Told::Unnumbered)
        );
        assert!(HEADSCALE.telling.suits("headscale version dev"));
    }

    #[tokio::test]
    async fn what_does_not_suit_is_told_with_what_to_do() {
        let shell = Program {
            name: "sh",
            hint: "build another",
            telling: Telling {
                arguments: &["-c", "echo 1.80.3"],
                before: "",
                least: Version(1, 96),
            },
        };
        let told = find_suited(&shell).await.unwrap_err().to_string();
        for words in [
            "/sh says",
            "`1.80.3`",
            "sh 1.96 or later",
            "build another",
            "E3_STOCK",
        ] {
            assert!(told.contains(words), "{told}");
        }
    }
}
