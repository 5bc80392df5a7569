//! Packets that are captured from before any agent begins until everything has ended: a command that asks for them later
//! misses how an overlay is joined.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use e3_host::Provider;
use e3_lab::{Capture, CaptureOptions, Lab};
use tracing::warn;

use crate::wire::Fault;

/// Names a file that says what is captured, and into which files: a line `POINT FILE` for each. What hosts' processes inherit
/// tells them no more than that.
const WANTED: &str = "E3_CAPTURE";

/// Captures, until they end: then their files are complete.
#[derive(Debug, Default)]
pub(super) struct Early(Vec<Capture>);

impl Early {
    /// What `E3_CAPTURE` asks for; nothing where it is not there.
    ///
    /// # Errors
    /// It says something else, there is no such point, or a file cannot be made.
    pub(super) fn begin(provider: &dyn Provider) -> Result<Self, Fault> {
        let Some(path) = env::var_os(WANTED).map(PathBuf::from) else {
            return Ok(Self::default());
        };
        let Some(lab) = provider.lab() else {
            return Err(Fault::user(format!("{WANTED} captures in the lab alone")));
        };
        let wanted = fs::read_to_string(&path)
            .map_err(|error| Fault::user(format!("{WANTED}: {}: {error}", path.display())))?;
        let wanted =
            read(&wanted).map_err(|wrong| Fault::user(format!("{}:{wrong}", path.display())))?;
        let captures = wanted
            .into_iter()
            .map(|(point, file)| start(lab, &point, &file));
        Ok(Self(captures.collect::<Result<_, _>>()?))
    }

    /// Completes the files.
    pub(super) fn end(self) {
        for capture in self.0 {
            if let Err(error) = capture.finish() {
                warn!("what {WANTED} captures is not complete: {error}");
            }
        }
    }
}

fn start(lab: &Lab, point: &str, path: &Path) -> Result<Capture, Fault> {
    let refused = |error: e3_lab::CaptureError| Fault::user(format!("{WANTED}: {error}"));
    let point = lab.point(point).map_err(refused)?;
    let file = File::create(path)
        .map_err(|error| Fault::user(format!("{WANTED}: {}: {error}", path.display())))?;
    lab.capture(&[point], CaptureOptions::default(), file)
        .map_err(refused)
}

/// Points and files; else the number of a line that is something else, and what it is.
fn read(wanted: &str) -> Result<Vec<(String, PathBuf)>, String> {
    let lines = (1_u32..).zip(wanted.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let parts = line.split_once(' ').map(|(point, file)| (point, file.trim()));
            let (point, file) = parts.filter(|(_, file)| !file.is_empty()).ok_or_else(|| {
                format!("{number}: {line:?}; expected is POINT FILE, such as `wide-area /tmp/all.pcapng`")
            })?;
            Ok((point.to_owned(), PathBuf::from(file)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_files() {
        let found = read("wide-area /tmp/a\n\nhome:outside /tmp/b c\n").unwrap();
        let expected = [("wide-area", "/tmp/a"), ("home:outside", "/tmp/b c")];
        let expected = expected.map(|(point, file)| (point.to_owned(), PathBuf::from(file)));
        assert_eq!(found, expected);
        assert!(read("").unwrap().is_empty());
        let wrong = read("wide-area /tmp/a\nhome:outside").unwrap_err();
        assert!(wrong.starts_with("2: \"home:outside\"; expected is POINT FILE"));
    }
}
