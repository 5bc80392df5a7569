//! What can be said of how an environment's parties are believed before anything is made.

use e3_spec::{Environment, Identity};

use crate::{authority::Kept, state::StateRoot, wire::Fault};

/// Looks whether the authority is there that e3.toml names, and whether it makes sense that parties named in `accept` may
/// be others than they were.
///
/// # Errors
/// The user's: the authority cannot be used, or what is accepted is no party's, or is laid down by e3.toml.
pub fn check(environment: &Environment, accept: &[String]) -> Result<(), Fault> {
    for name in accept {
        acceptable(environment, name)?;
    }
    let Identity::Ca {
        authority: Some(name),
    } = &environment.identity
    else {
        return Ok(());
    };
    Kept::open(&StateRoot::from_env()?, name)?;
    Ok(())
}

fn acceptable(environment: &Environment, name: &str) -> Result<(), Fault> {
    let mut hosts = environment.hosts.iter();
    if !hosts.any(|host| host.name.as_str() == name) {
        let names = environment.hosts.iter().map(|host| host.name.as_str());
        let names: Vec<_> = names.collect();
        return Err(Fault::user(format!(
            "`--accept {name}` names no host of {}",
            environment.name
        ))
        .hint(format!("its hosts are {}", names.join(", "))));
    }
    let table = match &environment.identity {
        Identity::Pinned { pins } => pins
            .keys()
            .any(|pinned| pinned.as_str() == name)
            .then_some("pins"),
        Identity::Did { .. } => Some("identities"),
        Identity::Ca { .. } => None,
    };
    match table {
        None => Ok(()),
        Some(table) => Err(Fault::user(format!(
            "`--accept {name}` cannot change what e3.toml declares"
        ))
        .hint(format!("write the new DID of {name} under [{table}]"))),
    }
}
