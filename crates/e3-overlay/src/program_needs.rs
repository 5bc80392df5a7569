//! What an overlay gives a program beside the dial table.

use std::{fmt, process::Command};

use e3_session::types::PlaceKind;
use e3_sys::program_namespace::Entrance;
use zeroize::Zeroizing;

/// What a program needs while it runs over an overlay.
///
/// Overlays that carry a program's connections need nothing of it. One whose security is the program's own (as
/// `MPyC`'s TLS is) gives it keys, and a program that would not use them must not run.
#[derive(Debug, Clone, Default)]
pub struct ProgramNeeds {
    /// Files for the program's working folder, there only while it runs.
    pub files: Vec<ProgramFile>,
    /// Options for `MPyC`'s runtime, such as `--ssl`.
    pub mpyc_options: Vec<&'static str>,
    /// Where it has to be.
    pub place: ProgramPlace,
    /// What a person should know of how programs are carried here, such as what is lost where they have no network of
    /// their own.
    pub notice: Option<String>,
}

/// Where a program has to be started.
#[derive(Debug, Clone, Default)]
pub enum ProgramPlace {
    /// On its host, where it finds its peers at their hosts' addresses.
    #[default]
    Host,
    /// On its host, where it finds its peers at forwards on 127.0.0.1.
    Forwards,
    /// In a network in which the parties' addresses, as the dial table tells them, are all there is; the way into it.
    Namespace(Entrance),
}

impl ProgramPlace {
    /// What kind of place it is.
    pub fn kind(&self) -> PlaceKind {
        match self {
            Self::Host => PlaceKind::Host,
            Self::Forwards => PlaceKind::Forwards,
            Self::Namespace(_) => PlaceKind::Namespace,
        }
    }

    /// Lets a command start there.
    pub fn prepare(self, command: &mut Command) {
        match self {
            Self::Host | Self::Forwards => {}
            Self::Namespace(entrance) => entrance.prepare(command),
        }
    }
}

/// What is known of a program before it runs, by which an overlay that carries its connections can guard them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProgramRules {
    /// How its parties tell one another who they are is its own affair.
    #[default]
    Own,
    /// It is an `MPyC` program: whoever connects begins with its index in two bytes, least significant first, and that
    /// index must be the one of the party from which the connection comes.
    MpycIndex,
}

/// A file that a program finds in its working folder.
#[derive(Clone)]
pub struct ProgramFile {
    /// What a command's templates call it, such as `tls_key`.
    pub word: &'static str,
    /// Its path in the working folder, with `/` between the parts.
    pub path: String,
    /// Whether only the program's own user may read it: mode 0600, and 0644 otherwise.
    pub secret: bool,
    /// What is in it; erased from memory when dropped.
    pub content: Zeroizing<Vec<u8>>,
}

impl ProgramNeeds {
    /// Whether there is nothing that a program has to use.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.mpyc_options.is_empty()
    }
}

impl ProgramFile {
    /// The file's mode.
    pub fn mode(&self) -> u32 {
        if self.secret { 0o600 } else { 0o644 }
    }
}

impl fmt::Debug for ProgramFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is in it may be secret.
        f.debug_struct("ProgramFile")
            .field("path", &self.path)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}
