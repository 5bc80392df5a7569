//! Makes an environment: once, in place, by one process at a time.

use std::{
    env,
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    COMPLETE, Complete, Packages, Progress, PythonEnv, PythonError,
    find::{self, Version},
    process,
};

/// How long an empty environment may take.
const CREATE: Duration = Duration::from_mins(2);

/// How long downloads may take.
const INSTALL: Duration = Duration::from_mins(15);

/// How long another process may take to make the same environment.
const WAIT: Duration = Duration::from_mins(20);

/// Makes the environment `folder/key`, unless somebody else does at this moment.
pub(super) fn build(
    folder: &Path,
    key: &str,
    packages: &Packages,
    (base, version): (&Path, Version),
    progress: &mut dyn FnMut(Progress),
) -> Result<PythonEnv, PythonError> {
    let env = folder.join(key);
    let unusable = |path: &Path, cause| PythonError::Cache {
        path: path.to_owned(),
        cause,
    };
    fs::create_dir_all(folder).map_err(|cause| unusable(folder, cause))?;
    let lock = lock(&folder.join(format!("{key}.lock")), &env, progress)?;
    if let Ok(made) = PythonEnv::open(&env) {
        return Ok(made);
    }

    if env.exists() {
        // Left by one that was stopped half-way.
        fs::remove_dir_all(&env).map_err(|cause| unusable(&env, cause))?;
    }
    let language = full_version(version);
    progress(Progress::Creating {
        python: base.to_owned(),
        version: language.clone(),
    });
    let maker = Maker {
        env: &env,
        lock: &lock,
        packages,
        uv: find::on_path("uv", env::var_os("PATH").as_deref()),
    };
    let made = maker.create(base).and_then(|()| {
        progress(Progress::Installing);
        maker.install()
    });
    if let Err(error) = made {
        // What is left of it would only take room.
        let _ = fs::remove_dir_all(&env);
        return Err(error);
    }

    let complete = Complete {
        python: language,
        mpyc: None,
        runtime: Some(packages.runtime.clone()),
    };
    let complete_file = env.join(COMPLETE);
    // Written aside and renamed: whoever finds it finds all of it.
    let aside = env.join("e3.json.new");
    let text = serde_json::to_string(&complete).unwrap_or_default();
    fs::write(&aside, text)
        .and_then(|()| fs::rename(&aside, &complete_file))
        .map_err(|cause| unusable(&complete_file, cause))?;
    PythonEnv::open(&env)
}

fn full_version(
    Version {
        major,
        minor,
        patch,
    }: Version,
) -> String {
    format!("{major}.{minor}.{patch}")
}

/// Waits until no other process makes the environment, and keeps others from it until dropped.
fn lock(path: &Path, env: &Path, progress: &mut dyn FnMut(Progress)) -> Result<File, PythonError> {
    let unusable = |cause| PythonError::Cache {
        path: path.to_owned(),
        cause,
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(unusable)?;
    let begun = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(cause)) => return Err(unusable(cause)),
            Err(TryLockError::WouldBlock) if begun.elapsed() > WAIT => {
                return Err(PythonError::Busy {
                    folder: env.to_owned(),
                    waited: WAIT,
                });
            }
            Err(TryLockError::WouldBlock) => {}
        }
        if !told {
            progress(Progress::Waiting);
            told = true;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Makes one environment, by `uv` where there is one, else by Python's own means.
struct Maker<'a> {
    env: &'a Path,
    lock: &'a File,
    packages: &'a Packages,
    uv: Option<PathBuf>,
}

impl Maker<'_> {
    /// An empty environment.
    fn create(&self, base: &Path) -> Result<(), PythonError> {
        let mut command = if let Some(uv) = &self.uv {
            let mut command = self.command(uv)?;
            command.args(["venv", "--no-project", "--python"]).arg(base);
            command
        } else {
            let mut command = self.command(base)?;
            command.args(["-m", "venv"]);
            command
        };
        let finished = process::run(command.arg(self.env), CREATE)?;
        if finished.success {
            return Ok(());
        }
        let printed = [finished.stdout.as_str(), finished.stderr.as_str()].concat();
        if printed.contains("ensurepip") || printed.contains("No module named venv") {
            return Err(PythonError::NoVenv {
                python: base.to_owned(),
            });
        }
        Err(PythonError::Create {
            folder: self.env.to_owned(),
            output: finished.last_lines(),
        })
    }

    /// The pinned packages: only those files whose digests are known, and nothing that would have to be compiled.
    fn install(&self) -> Result<(), PythonError> {
        let requirements = self.env.join("requirements.txt");
        fs::write(&requirements, &self.packages.text).map_err(|cause| PythonError::Cache {
            path: requirements.clone(),
            cause,
        })?;
        let python = self.env.join("bin/python");
        let (installer, mut command) = if let Some(uv) = &self.uv {
            let mut command = self.command(uv)?;
            command
                .args([
                    "pip",
                    "install",
                    "--quiet",
                    "--compile-bytecode",
                    "--python",
                ])
                .arg(&python);
            ("uv", command)
        } else {
            let mut command = self.command(&python)?;
            command.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
            ]);
            ("pip", command)
        };
        command
            .args([
                "--require-hashes",
                "--no-deps",
                "--only-binary",
                ":all:",
                "-r",
            ])
            .arg(&requirements);
        let finished = process::run(&mut command, INSTALL)?;
        if finished.success {
            return Ok(());
        }
        Err(PythonError::Install {
            what: self.packages.what.clone(),
            installer,
            output: finished.last_lines(),
        })
    }

    /// A command that holds the lock as long as it lives.
    ///
    /// If this process is killed, `pip` goes on for a while: nobody else may begin in the same folder meanwhile.
    /// The lock's file is empty, and so a good standard input.
    fn command(&self, program: &Path) -> Result<Command, PythonError> {
        let lock = self.lock.try_clone().map_err(|cause| PythonError::Cache {
            path: self.env.to_owned(),
            cause,
        })?;
        let mut command = Command::new(program);
        command
            .stdin(Stdio::from(lock))
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONHOME")
            .env_remove("VIRTUAL_ENV");
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Makes an environment with a stand-in for Python and, with `uv`, one for `uv`.
    fn build_with(python: &str, uv: Option<&str>) -> PythonError {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = |name: &str, script: &str| {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let base = stand_in("python3", python);
        let env = folder.path().join("env");
        fs::create_dir(&env).unwrap();
        let lock = File::create(folder.path().join("lock")).unwrap();
        let maker = Maker {
            env: &env,
            lock: &lock,
            packages: &Packages::own(),
            uv: uv.map(|script| stand_in("uv", script)),
        };
        maker
            .create(&base)
            .and_then(|()| maker.install())
            .unwrap_err()
    }

    #[test]
    fn says_what_debian_lacks() {
        let script = "echo 'The virtual environment was not created successfully because ensurepip is not'; exit 1";
        let failed = build_with(script, None);
        assert!(matches!(failed, PythonError::NoVenv { .. }), "{failed}");
        assert!(
            failed.to_string().contains("apt-get install python3-venv"),
            "{failed}"
        );
        assert!(matches!(
            build_with("echo 'disk full' >&2; exit 1", None),
            PythonError::Create { .. }
        ));
    }

    #[test]
    fn shows_the_last_lines_of_a_failed_installation() {
        let script = "test $1 = venv && exit 0; seq 100 >&2; echo 'no route to host' >&2; exit 1";
        let failed = build_with("exit 1", Some(script)).to_string();
        assert!(
            failed.contains("with uv") && failed.contains("    no route to host"),
            "{failed}"
        );
        assert!(
            failed.contains("    94\n") && !failed.contains("    93\n"),
            "{failed}"
        );
    }

    #[test]
    fn one_waits_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = lock(&path, folder.path(), &mut |_| {}).unwrap();
        let mut told = Vec::new();
        thread::scope(|scope| {
            let waiting =
                scope.spawn(|| lock(&path, folder.path(), &mut |step| told.push(step)).is_ok());
            thread::sleep(Duration::from_millis(250));
            assert!(!waiting.is_finished());
            drop(held);
            assert!(waiting.join().unwrap());
        });
        assert_eq!(told, [Progress::Waiting]);
    }
}
