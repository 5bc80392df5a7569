//! What can be set.

use std::time::Duration;

use e3_sys::files;

/// How links behave.
#[derive(Debug, Clone)]
pub struct ForwardSettings {
    /// What both ends must have in common, such as the session's id: carriers of another are refused.
    pub context: [u8; 32],
    /// How long a link may be without a carrier before programs are told; and how long a connection waits for a program
    /// that does not listen yet, or whose run has not begun, if its run does not end before.
    pub outage: Duration,
    /// How often the peer is asked for a sign of life. Without one for twice as long, the carrier is suspect.
    pub ping: Duration,
    /// How many files this process may have open: peers can open connections to the program for half as many.
    pub files: usize,
}

impl ForwardSettings {
    /// The usual ones.
    pub fn new(context: [u8; 32]) -> Self {
        Self {
            context,
            outage: Duration::from_mins(10),
            ping: Duration::from_secs(3),
            files: files::allowed(),
        }
    }
}

/// What is checked of connections that peers open to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guard {
    /// Nothing: the peer is who it is, and what it says is the program's matter.
    #[default]
    None,
    /// They begin with the index of the party that opens them, as MPyC's do: two bytes, the lower one first. Any other
    /// is reset before the program hears of it.
    MpycIndex,
}
