//! A nebula that somebody runs by hand.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use e3_lab::Host;

use crate::{party::until, stock::Stock};

/// Ended when this is dropped.
pub(crate) struct ByHand {
    process: Child,
    log: PathBuf,
}

impl ByHand {
    /// Runs one on a host, with that configuration, until it is up.
    pub(crate) fn run(host: &Host, stock: Stock, config: &Path) -> Self {
        let log = config.with_extension("log");
        let out = File::create(&log).unwrap();
        let mut command = host.command(stock.path().unwrap());
        command
            .arg("-config")
            .arg(config)
            .stdin(Stdio::null())
            .stderr(out.try_clone().unwrap())
            .stdout(out);
        let process = command.spawn().unwrap();
        let started = Self { process, log };
        let is_up = || {
            let log = started.log();
            log.contains("Nebula interface is active").then_some(())
        };
        let up = until(Duration::from_secs(5), is_up);
        assert!(up.is_some(), "{}", started.log());
        started
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Whether it still runs.
    pub(crate) fn is_up(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
