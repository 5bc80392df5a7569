//! Files with one JSON document a line.

use std::fs::{self, OpenOptions};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::KeepError;

/// All documents of a file, but for a last line that was cut off.
///
/// # Errors
/// It cannot be read, or a line is no such document.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, KeepError> {
    let bytes = fs::read(path).map_err(KeepError::at(path, "read"))?;
    let whole = bytes.get(..whole(&bytes)).unwrap_or_default();
    let lines = whole.split(|byte| *byte == b'\n').zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, number)| {
            serde_json::from_slice(line).map_err(|error| KeepError::Strange {
                path: path.to_owned(),
                line: number,
                cause: error.to_string(),
            })
        })
        .collect()
}

/// Takes away a last line that was cut off.
pub(super) fn mend(path: &Path) -> Result<(), KeepError> {
    let bytes = fs::read(path).map_err(KeepError::at(path, "read"))?;
    let whole = whole(&bytes);
    if whole == bytes.len() {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).open(path);
    let length = u64::try_from(whole).unwrap_or(u64::MAX);
    file.and_then(|file| file.set_len(length))
        .map_err(KeepError::at(path, "write"))
}

/// How many bytes are whole lines.
fn whole(bytes: &[u8]) -> usize {
    let last = bytes.iter().rposition(|byte| *byte == b'\n');
    last.map_or(0, |newline| newline + 1)
}
