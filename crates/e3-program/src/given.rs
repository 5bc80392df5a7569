//! What an overlay gives a program, as it lies on this host.

use std::path::{Path, PathBuf};

use e3_session::types::{Command, Kind, Program};
use e3_template::{Template, TlsFile, Word};

/// Files in the program's working folder, and options for `MPyC`'s runtime.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The paths of the files, by the words that stand for them in a command's templates.
    pub files: Vec<(&'static str, PathBuf)>,
    /// Options for `MPyC`'s runtime.
    pub mpyc_options: Vec<&'static str>,
}

/// A program whose connections an overlay would leave unsecured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsecured {
    /// A command that uses none of the files.
    #[error(
        "a command is secured by overlay {overlay} only if it opens TLS connections itself: give it its key, its \
         certificate and the authority's by {} in its arguments or variables, or choose another overlay",
        braced(words)
    )]
    Command {
        /// The overlay.
        overlay: String,
        /// The words that stand for the files.
        words: Vec<&'static str>,
    },
    /// A probe speaks plain TCP.
    #[error(
        "a probe speaks plain TCP, which overlay {overlay} does not secure: measure with a program that uses MPyC, or \
         choose another overlay"
    )]
    Probe {
        /// The overlay.
        overlay: String,
    },
}

impl Given {
    /// The file that a word stands for.
    pub fn file(&self, word: &str) -> Option<&Path> {
        let mut files = self.files.iter();
        let (_, path) = files.find(|(name, _)| *name == word)?;
        Some(path)
    }
}

/// Whether a program secures its connections by what an overlay gives it: `words` are those that stand for its files in
/// templates; none where the overlay needs no help.
///
/// `MPyC` does so by its options. Of a command it can only be told that it is handed the files.
///
/// # Errors
/// [`Unsecured`] if what it says would go in clear.
pub fn check_secured(
    program: &Program,
    overlay: &str,
    words: &[&'static str],
) -> Result<(), Unsecured> {
    let overlay = || overlay.to_owned();
    match &program.kind {
        _ if words.is_empty() => Ok(()),
        Kind::Mpyc { .. } => Ok(()),
        Kind::Probe => Err(Unsecured::Probe { overlay: overlay() }),
        Kind::Command(command) if uses(&program.arguments, command) => Ok(()),
        Kind::Command(_) => Err(Unsecured::Command {
            overlay: overlay(),
            words: words.to_vec(),
        }),
    }
}

/// Whether a command is handed its private key, without which it proves nothing.
fn uses(arguments: &[String], command: &Command) -> bool {
    let values = command.environment.iter().map(|(_, value)| value);
    let templates = arguments.iter().chain(values);
    templates
        .filter_map(|text| text.parse::<Template>().ok())
        .any(|template| template.words().any(|word| word == Word::Tls(TlsFile::Key)))
}

fn braced(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{{{word}}}`")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use e3_session::types::{Dial, Manifest, Ports};

    use super::*;

    const WORDS: &[&str] = &["tls_key", "tls_certificate", "tls_authority"];

    fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Program {
        Program {
            kind: Kind::Command(Command {
                environment: variables
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                input_as: None,
                dial: Dial::LowerToHigher,
                interpreter: None,
            }),
            entry: "player".into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            ports: Ports::one(11_365),
            timeout_s: 60,
            manifest: Manifest { files: vec![] },
        }
    }

    #[test]
    fn a_command_that_is_handed_its_key_may_run() {
        for program in [
            command(&["--key", "{tls_key}"], &[]),
            command(&[], &[("KEY", "{folder}/{tls_key}")]),
        ] {
            assert_eq!(check_secured(&program, "tls", WORDS), Ok(()));
        }
    }

    #[test]
    fn what_would_speak_in_clear_is_refused_with_what_to_do() {
        let plain = command(&["--peers", "{endpoints}", "{{tls_key}}"], &[]);
        let error = check_secured(&plain, "tls", WORDS).unwrap_err().to_string();
        assert!(
            error.contains("`{tls_key}`") && error.contains("overlay tls"),
            "{error}"
        );
        assert_eq!(check_secured(&plain, "direct", &[]), Ok(()));
        let probe = Program {
            kind: Kind::Probe,
            ..plain
        };
        let error = check_secured(&probe, "tls", WORDS).unwrap_err();
        assert!(matches!(error, Unsecured::Probe { .. }));
    }
}
