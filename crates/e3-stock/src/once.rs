//! A program of others that is run once, for what it prints.

use std::{ffi::OsStr, io, process::Command, process::Stdio, time::Duration};

use e3_process::Child;
use e3_sys::child::How;
use rustix::process::Signal;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    time::timeout,
};

use crate::{Found, surroundings};

/// Bytes that one may print; it is killed when it prints more.
const MOST: usize = 8 * 1024 * 1024;

/// What it printed, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its standard output.
    pub output: Vec<u8>,
    /// Its standard error.
    pub errors: Vec<u8>,
    /// Whether it ended with code 0.
    pub is_well: bool,
}

impl Found {
    /// Runs it with few variables of this process's environment, in a group of its own that dies with this process. None
    /// where it takes longer than `within`: then it is killed. To be called on a runtime, on a thread that lives as long as
    /// this process.
    ///
    /// # Errors
    /// What the system said: that it cannot be started, above all; that it prints more than 8 MiB.
    pub async fn run(&self, arguments: &[&OsStr], within: Duration) -> io::Result<Option<Said>> {
        let mut command = Command::new(&self.path);
        surroundings::clear(&mut command);
        command.args(arguments).stdin(Stdio::null());
        let (mut child, pipes) = Child::start(command)?;
        let running = async {
            let (output, errors) = tokio::try_join!(collect(pipes.stdout), collect(pipes.stderr))?;
            let ended = child.ended().await?;
            Ok::<_, io::Error>(Said {
                output,
                errors,
                is_well: ended.how == How::Exited(0),
            })
        };
        let done = timeout(within, running).await;
        // Nothing that it has started goes on; what was not waited for yet is reaped.
        child.signal_group(Signal::KILL);
        match done {
            Ok(Ok(said)) => Ok(Some(said)),
            Ok(Err(error)) => {
                let _ended = child.ended().await;
                Err(error)
            }
            Err(_) => {
                let _ended = child.ended().await;
                Ok(None)
            }
        }
    }
}

async fn collect(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(from) = from {
        let most = u64::try_from(MOST).unwrap_or(u64::MAX);
        from.take(most).read_to_end(&mut all).await?;
    }
    if all.len() >= MOST {
        return Err(io::Error::other(format!(
            "it prints more than {MOST} bytes"
        )));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Instant};

    use tokio::time::sleep;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    async fn shell(script: &str, within: Duration) -> io::Result<Option<Said>> {
        let found = Found {
            name: "sh",
            path: "/bin/sh".into(),
        };
        let arguments = ["-c", script].map(OsStr::new);
        found.run(&arguments, within).await
    }

    #[tokio::test]
    async fn what_it_prints_and_how_it_ends_is_told() {
        let said = shell("echo one; echo two >&2", SOON)
            .await
            .unwrap()
            .unwrap();
        assert!(said.is_well);
        assert_eq!(
            (said.output, said.errors),
            (b"one\n".to_vec(), b"two\n".to_vec())
        );
        assert!(!shell("exit 3", SOON).await.unwrap().unwrap().is_well);
    }

    #[tokio::test]
    async fn one_that_takes_too_long_is_gone_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("pid");
        let script = format!("sleep 60 & echo $! > {}; wait", at.display());
        let late = shell(&script, Duration::from_millis(500)).await.unwrap();
        assert!(late.is_none());
        let pid = std::fs::read_to_string(at).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        for _ in 0..200 {
            let stat = std::fs::read_to_string(&stat).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{pid} still runs");
    }

    #[tokio::test]
    async fn one_that_prints_without_end_is_ended() {
        let begun = Instant::now();
        let error = shell("cat /dev/zero", Duration::from_secs(30)).await;
        assert!(error.unwrap_err().to_string().contains("more than"));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    /// So that whoever sweeps what others leave behind spares it.
    #[tokio::test]
    async fn it_is_this_processs_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("pid");
        let script = format!("echo $$ > {}; sleep 1", at.display());
        let looking = async {
            while !Path::new(&at).exists() {
                sleep(Duration::from_millis(10)).await;
            }
            sleep(Duration::from_millis(50)).await;
            let pid: i32 = std::fs::read_to_string(&at)
                .unwrap()
                .trim()
                .parse()
                .unwrap();
            assert!(e3_process::started().contains(&pid));
        };
        let (done, ()) = tokio::join!(shell(&script, SOON), looking);
        assert!(done.unwrap().unwrap().is_well);
    }
}
