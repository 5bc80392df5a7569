//! `e3 ca`: authorities, for the identity scheme `ca`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use e3_spec::AuthorityName;

/// `e3 ca`
#[derive(Args, Debug)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Ca {
    /// What to do with an authority.
    #[command(subcommand)]
    pub verb: CaVerb,
}

/// What to do with an authority.
#[derive(Debug, Subcommand)]
pub enum CaVerb {
    /// Make an authority; its private key stays on this machine
    Init(CaInit),
    /// Certify a party; print its endorsement
    Issue(CaIssue),
    /// Take back what was issued to a party; its DID is refused from then on
    Revoke(CaRevoke),
    /// Show an authority, what it has issued and what it has revoked; without a name, all of them
    Show(CaShow),
}

/// `e3 ca init`
#[derive(Args, Debug)]
pub struct CaInit {
    /// What to call it, as `authority` in e3.toml names it
    #[arg(value_name = "NAME")]
    pub name: AuthorityName,
    /// For how many days its certificate is good
    #[arg(long, value_name = "N", default_value_t = 3650, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub days: u32,
}

/// `e3 ca issue`
#[derive(Args, Debug)]
pub struct CaIssue {
    /// The authority
    #[arg(value_name = "NAME")]
    pub authority: AuthorityName,
    /// The party: its DID, or a file with its introduction
    #[arg(value_name = "DID|FILE")]
    pub who: String,
    /// A name under which it may take part, whoever had it before (may be repeated); an introduction gives one itself,
    /// which it gets if nobody else had it
    #[arg(long = "as", value_name = "PARTY")]
    pub names: Vec<String>,
    /// For how many days
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,
    /// Where to write the endorsement, instead of printing it
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also if the DID was revoked before, or one that it has followed; what was revoked stays so
    #[arg(long)]
    pub again: bool,
}

/// `e3 ca revoke`
#[derive(Args, Debug)]
pub struct CaRevoke {
    /// The authority
    #[arg(value_name = "NAME")]
    pub authority: AuthorityName,
    /// The DID of a party, or the number of one credential
    #[arg(value_name = "DID|SERIAL")]
    pub who: String,
}

/// `e3 ca show`
#[derive(Args, Debug)]
pub struct CaShow {
    /// The authority
    #[arg(value_name = "NAME")]
    pub authority: Option<AuthorityName>,
}
