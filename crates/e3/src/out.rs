//! Standard output and standard error, for people. A reader that has gone away (`e3 man | head`) is no fault.

use std::io::{ErrorKind, Write};

use crate::fault::Fault;

/// Writes `text` as it is.
///
/// # Errors
/// When standard output cannot be written, for another reason than that its reader has gone.
pub fn write(text: &[u8]) -> Result<(), Fault> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Fault::user(format!(
            "cannot write to standard output: {error}"
        ))
        .hint("where it is redirected to may be full or closed")),
        _ => Ok(()),
    }
}

/// Writes `text`, and a new line after it.
///
/// # Errors
/// As [`write`].
pub fn line(text: &str) -> Result<(), Fault> {
    write(format!("{text}\n").as_bytes())
}

/// Says something on standard error. Where nobody listens any more, there is nobody to tell that to.
pub fn aside(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
