//! When and where this command measures.

use std::collections::BTreeMap;
use std::fs;

use e3_evaluate::finding::{Machine, SCHEMA, Sitting};
use e3_evaluate::keep::Folder;
use e3_holder::holder::describe_machine;

use super::folder::{fault, now};
use super::offers::Offered;
use crate::fault::Fault;
use crate::out;

/// Writes down that this command begins, and says what is not as it was when another one measured into this folder.
///
/// # Errors
/// The folder cannot be read or written.
pub fn begin(folder: &Folder, offered: &[Offered]) -> Result<(), Fault> {
    let earlier: Vec<Sitting> = folder.found().map_err(fault)?;
    let sitting = Sitting {
        schema: SCHEMA.to_owned(),
        time: now(),
        boot: boot(),
        machine: machine(),
        versions: versions(offered),
        command: std::env::args().collect(),
    };
    if let Some(last) = earlier.last() {
        for difference in sitting.differences(last) {
            out::aside(&format!(
                "warning: since {}, {difference}: figures of before and after stand in the same tables\n",
                last.time
            ));
        }
    }
    folder.keep(&sitting).map_err(fault)
}

/// What this machine is.
pub fn machine() -> Machine {
    let machine = describe_machine();
    Machine {
        kernel: machine.kernel,
        processor: machine.processor,
        processors: machine.processors,
        memory: machine.memory,
    }
}

/// Versions of these, and of E³.
pub fn versions<'a>(offered: impl IntoIterator<Item = &'a Offered>) -> BTreeMap<String, String> {
    let offered = offered.into_iter().flat_map(|one| one.versions.clone());
    let own = ("e3".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    offered.chain([own]).collect()
}

/// What tells one start of this machine from another: Linux draws it anew each time.
fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.unwrap_or_default().trim().to_owned()
}
