//! Writes a folder of findings that were made up, and the report of them: to look at, never to cite.
//!
//!     cargo run -p e3-report --example plausible -- FOLDER

#[path = "../tests/plausible/mod.rs"]
mod plausible;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("expected a folder")?;
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    plausible::write(&folder, &plausible::WHOLE);
    let written = e3_report::write(&folder)?;
    println!("{}\n{}", written.answer, written.html.display());
    Ok(())
}
