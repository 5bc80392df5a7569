//! `e3 id rotate`: a new key for an identity.

use std::process::ExitCode;

use e3_identity::folder;
use jiff::Timestamp;

use super::show;
use crate::cli::{Global, IdRotate};
use crate::fault::Fault;

/// Puts a new key in place of the one that is kept, which is gone afterwards.
///
/// # Errors
/// The user's: there is no identity, or the folder cannot be written.
pub fn main(args: &IdRotate, global: &Global) -> Result<ExitCode, Fault> {
    let path = super::folder(args.path.as_ref())?;
    let old = show::load(&path)?;
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or(0);
    let new = old
        .rotate(now)
        .map_err(|error| Fault::user(error.to_string()))?;
    folder::replace(&path, &new).map_err(|error| Fault::user(error.to_string()))?;
    show::tell_document("id-rotate", &path, &new, global)?;
    Ok(ExitCode::SUCCESS)
}
