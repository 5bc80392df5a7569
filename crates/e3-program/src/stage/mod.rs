//! On a party's host: the files of a program arrive, are verified and laid out, and go again.
//!
//! ```text
//! folder/               0700, the agent's own
//!     store/<sha256>    files that arrived, kept from one run to the next
//!     run-<n>/files/    the working folder of one run
//!     run-<n>/input/    its party's private input, 0600
//! ```
//!
//! A [`Staging`] takes the pieces, a [`Staged`] is a run's folder. Both remove what they hold when dropped.

mod error;
mod run;
mod store;

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use e3_session::{
    message::SendBlob,
    types::{Digest, InputSource, Manifest, RunId},
};

pub use self::{error::StageError, run::Staged};
use self::{run::Plan, store::Store};

/// Takes the files of programs, and lays them out for a run.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    store: Store,
    plan: Option<Plan>,
}

impl Staging {
    /// Begins in a folder, which is made if missing and closed to other users.
    ///
    /// # Errors
    /// [`StageError::Folder`] if the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, StageError> {
        let store = folder.join("store");
        for made in [folder, &store] {
            make_folder(made)?;
        }
        // It may have been there before, with other rights.
        restrict(folder, 0o700).map_err(|cause| StageError::folder(folder, cause))?;
        Ok(Self {
            folder: folder.to_owned(),
            store: Store::at(store),
            plan: None,
        })
    }

    /// Names what the next run needs, and tells which files are not here yet.
    ///
    /// # Errors
    /// [`StageError`] if the manifest or the input's name is not one that can be laid out safely.
    pub fn begin(
        &mut self,
        run: RunId,
        manifest: &Manifest,
        input: &InputSource,
    ) -> Result<Vec<Digest>, StageError> {
        self.forget_input();
        let plan = Plan::parse(run, manifest, input)?;
        let missing = self.store.expect(plan.needed());
        self.plan = Some(plan);
        Ok(missing)
    }

    /// Takes a piece of a file.
    ///
    /// # Errors
    /// [`StageError`] if the piece is of no file that is missing, does not follow the one before, or ends a file
    /// whose length or digest is not the one that was named.
    pub fn receive(&mut self, piece: &SendBlob) -> Result<(), StageError> {
        self.store.receive(piece)
    }

    /// Lays the run out: its files, verified once more, and its private input.
    ///
    /// # Errors
    /// [`StageError`] if a file has not arrived, or cannot be written. Nothing is left then.
    pub fn finish(&mut self) -> Result<Staged, StageError> {
        let plan = self.plan.as_ref().ok_or(StageError::NothingBegun)?;
        let staged = plan.lay_out(&self.folder, &self.store);
        // The input is now where the program reads it, or the run has failed: in no case is it kept here.
        self.forget_input();
        self.plan = None;
        staged
    }

    /// Removes a private input from the store, unless the same file is one that travels to everybody.
    fn forget_input(&mut self) {
        if let Some(input) = self.plan.as_ref().and_then(Plan::private) {
            self.store.forget(input);
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove(&self.folder.join("store"));
    }
}

/// Makes a folder that only this user can enter.
fn make_folder(folder: &Path) -> Result<(), StageError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|cause| StageError::folder(folder, cause))
}

fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// Removes a folder with all in it. A failure can only be told: it happens while dropping.
fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(folder = %folder.display(), %error, "cannot remove a folder");
        }
        Ok(()) | Err(_) => {}
    }
}

#[cfg(test)]
mod tests;
