//! `e3 id`: identities of this user's own.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `e3 id`
#[derive(Args, Debug)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Id {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: IdVerb,
}

/// What to do with an identity.
#[derive(Debug, Subcommand)]
pub enum IdVerb {
    /// Show an identity that is kept on this machine; never its secret
    Show(IdShow),
    /// Make an identity that outlives environments
    New(IdNew),
    /// Look up the document of a DID: which keys sign for it
    Resolve(IdResolve),
    /// Give an identity a new key: did:web keeps its DID, others get a new one with a signed succession
    Rotate(IdRotate),
}

/// `e3 id show`
#[derive(Args, Debug)]
pub struct IdShow {
    /// The folder that holds it [default: identity in E³'s data folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// `e3 id new`
#[derive(Args, Debug)]
pub struct IdNew {
    /// The folder that is to hold it [default: identity in E³'s data folder]
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What kind of DID
    #[arg(long, value_enum, default_value_t)]
    pub method: IdMethod,
    /// Where the document of a did:web will be: a domain, with a port and a path if wanted, such as example.org/mpc
    #[arg(long, value_name = "DOMAIN", required_if_eq("method", "web"))]
    pub domain: Option<String>,
}

/// Kinds of DIDs that can be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum IdMethod {
    /// The key itself
    #[default]
    Key,
    /// A document spelt out in the DID
    Peer2,
    /// A document encoded in the DID, with a short form
    Peer4,
    /// A document that a domain of yours publishes
    Web,
}

/// `e3 id resolve`
#[derive(Args, Debug)]
pub struct IdResolve {
    /// The DID
    #[arg(value_name = "DID")]
    pub did: String,
    /// Ask nobody: only what a DID says itself
    #[arg(long)]
    pub offline: bool,
}

/// `e3 id rotate`
#[derive(Args, Debug)]
pub struct IdRotate {
    /// The folder that holds it [default: identity in E³'s data folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}
