//! What the overlay gives a program: written into its working folder, and gone with it.

use e3_overlay::ProgramNeeds;
use e3_program::{
    given::Given,
    stage::{StageError, Staged},
};

/// Writes the files that a program needs for as long as its folder is there.
pub(crate) fn give(needs: &ProgramNeeds, staged: &Staged) -> Result<Given, StageError> {
    let mut files = Vec::with_capacity(needs.files.len());
    for file in &needs.files {
        let path = staged.put(&file.path, &file.content, file.mode())?;
        files.push((file.word, path));
    }
    Ok(Given {
        files,
        mpyc_options: needs.mpyc_options.clone(),
    })
}
