//! Where the state of an environment is kept, and faults that come from there.

use e3_holder::{
    state::{EnvironmentId, StateError, StateFolder, StateRoot},
    wire,
};

use crate::{fault::Fault, load::Loaded};

/// The folders of an environment: of its e3.toml, or of this command alone where there is none.
///
/// # Errors
/// The user's: there is no home to keep state in.
pub fn folder(loaded: &Loaded) -> Result<StateFolder, Fault> {
    let root = StateRoot::from_env().map_err(Fault::from)?;
    let name = loaded.environment.name.as_str();
    let id = match &loaded.file {
        Some(file) => EnvironmentId::declared(name, file),
        None => EnvironmentId::passing(name),
    };
    Ok(root.folder(&id))
}

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Self::user(error.to_string())
    }
}

/// What a holder says went wrong.
pub fn from_fault(fault: wire::Fault) -> Fault {
    let told = match fault.kind {
        wire::FaultKind::User | wire::FaultKind::Held => Fault::user(fault.message),
        wire::FaultKind::Ours => Fault::ours(fault.message),
    };
    match fault.hint {
        Some(hint) => told.hint(hint),
        None => told,
    }
}
