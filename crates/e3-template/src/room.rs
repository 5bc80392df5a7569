//! How long a command may become.

use crate::{FillError, Values, Word};

/// What a command's arguments and variables may take up together, once they are filled in: less than systems hand over to
/// a program, and enough for all endpoints of 256 parties a hundred times.
///
/// A few bytes of a template stand for hundreds of addresses, and come from somebody else: without a limit a short
/// command could fill a host's memory.
#[derive(Debug)]
pub struct Room {
    left: usize,
}

impl Room {
    /// Bytes in all.
    pub const MOST: usize = 1024 * 1024;

    /// Takes so many bytes.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), FillError> {
        let left = self.left.checked_sub(bytes).ok_or(FillError::TooLong)?;
        self.left = left;
        Ok(())
    }
}

impl Default for Room {
    fn default() -> Self {
        Self { left: Self::MOST }
    }
}

/// The shortest values that so many parties can have, seen by party 0: what is too long with them is too long in every
/// run.
#[derive(Debug, Clone, Copy)]
pub struct Least(pub u16);

impl Values for Least {
    fn me(&self) -> u16 {
        0
    }

    fn count(&self) -> u16 {
        self.0
    }

    fn address(&self, _: u16) -> String {
        "::".to_owned()
    }

    fn port(&self, _: u16) -> u16 {
        1
    }

    fn name(&self, _: u16) -> String {
        "a".to_owned()
    }

    fn path(&self, _: Word) -> Result<String, String> {
        Ok("/".to_owned())
    }
}
