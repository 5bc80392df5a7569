//! `e3 id new`: an identity that outlives environments.

use std::process::ExitCode;

use e3_identity::{Identity, Kind, folder};

use super::show;
use crate::cli::{Global, IdMethod, IdNew};
use crate::fault::Fault;

/// Makes an identity and keeps it in a folder that holds none.
///
/// # Errors
/// The user's: there is one already, the domain is none, or the folder cannot be written.
pub fn main(args: &IdNew, global: &Global) -> Result<ExitCode, Fault> {
    let path = super::folder(args.out.as_ref())?;
    let identity =
        Identity::create(&kind(args)?).map_err(|error| Fault::user(error.to_string()))?;
    folder::create(&path, &identity).map_err(|error| Fault::user(error.to_string()))?;
    show::tell_document("id-new", &path, &identity, global)?;
    Ok(ExitCode::SUCCESS)
}

fn kind(args: &IdNew) -> Result<Kind, Fault> {
    match (args.method, &args.domain) {
        (IdMethod::Web, Some(domain)) => Ok(Kind::Web(domain.clone())),
        (IdMethod::Web, None) => Err(Fault::user("a did:web needs a domain").hint("add --domain")),
        (_, Some(_)) => Err(Fault::user("--domain is for a did:web alone")
            .hint("add --method web, or leave --domain out")),
        (IdMethod::Key, None) => Ok(Kind::Key),
        (IdMethod::Peer2, None) => Ok(Kind::Peer2),
        (IdMethod::Peer4, None) => Ok(Kind::Peer4),
    }
}
