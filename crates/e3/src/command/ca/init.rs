//! `e3 ca init`: makes an authority.

use std::path::PathBuf;
use std::process::ExitCode;

use e3_holder::authority::Kept;
use e3_holder::state::StateRoot;
use serde::Serialize;

use super::{seconds, time};
use crate::cli::{CaInit, Global};
use crate::fault::Fault;
use crate::{json, out};

/// What was made.
#[derive(Serialize)]
struct Made {
    name: String,
    did: String,
    fingerprint: String,
    /// The file of its certificate.
    certificate: PathBuf,
    /// In Unix seconds.
    not_after: u64,
}

/// Makes an authority.
///
/// # Errors
/// The user's: there is one of that name, or its folder cannot be written.
pub fn main(args: &CaInit, global: &Global) -> Result<ExitCode, Fault> {
    let kept = Kept::init(&StateRoot::from_env()?, &args.name, seconds(args.days))?;
    let did = kept.authority().did();
    let made = Made {
        name: args.name.to_string(),
        did: did.to_string(),
        fingerprint: did.fingerprint(),
        certificate: kept.certificate_file(),
        not_after: kept.authority().validity().not_after,
    };
    if global.json {
        json::print("ca-init", &made)?;
        return Ok(ExitCode::SUCCESS);
    }
    out::line(&format!("authority {}: {}", made.name, made.did))?;
    out::line(&format!(
        "certificate {}, good until {}",
        made.certificate.display(),
        time(made.not_after)
    ))?;
    out::aside(&format!(
        "next: in e3.toml, `identity = \"ca\"` and `authority = \"{}\"`\n",
        made.name
    ));
    Ok(ExitCode::SUCCESS)
}
