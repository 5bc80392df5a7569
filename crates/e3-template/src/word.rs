//! What can stand between braces.

/// Every word without what may follow a colon, for people.
pub const WORDS: &[&str] = &[
    "index",
    "number",
    "name",
    "address",
    "port",
    "endpoint",
    "count",
    "base_port",
    "addresses",
    "ports",
    "endpoints",
    "peers_file",
    "hosts_file",
    "input",
    "folder",
    "python",
    "tls_key",
    "tls_certificate",
    "tls_authority",
];

/// What stands between two braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Something about a party.
    Of(Item, Who),
    /// The same about all parties in the order of their indices, with commas between.
    List(Item),
    /// The number of parties.
    Count,
    /// The first port that the program uses.
    BasePort,
    /// The path of a file with a line `address:port` for every party.
    PeersFile,
    /// The path of a file with a line `address` for every party.
    HostsFile,
    /// The path of this party's private input; an empty file where it has none.
    Input,
    /// The working folder.
    Folder,
    /// The Python of the program's environment.
    Python,
    /// The path of a file with which the program secures its own connections; there only where an overlay gives it.
    Tls(TlsFile),
}

/// What a program needs for mutually authenticated TLS: PEM files (RFC 7468).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFile {
    /// This party's private key (PKCS #8).
    Key,
    /// This party's certificate.
    Certificate,
    /// The certificate of the authority that has issued everybody's.
    Authority,
}

/// What can be said about a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Its index, from 0.
    Index,
    /// Its index, from 1.
    Number,
    /// Its name in the roster.
    Name,
    /// Its address.
    Address,
    /// Its port.
    Port,
    /// `address:port`; an IPv6 address stands in square brackets.
    Endpoint,
}

/// Which party is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The one whose command line it is.
    Me,
    /// The one with this index.
    Party(u16),
    /// Every one in turn: the argument is repeated.
    Each,
    /// Every one but this party in turn: the argument is repeated.
    Others,
}

impl Word {
    /// How it repeats the argument, if it does.
    pub(crate) fn each(self) -> Option<Who> {
        match self {
            Self::Of(_, who @ (Who::Each | Who::Others)) => Some(who),
            _ => None,
        }
    }

    /// The word of that name, and whether a party may be chosen behind a colon.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let of = |item| Some(Self::Of(item, Who::Me));
        match name {
            "index" => of(Item::Index),
            "number" => of(Item::Number),
            "name" => of(Item::Name),
            "address" => of(Item::Address),
            "port" => of(Item::Port),
            "endpoint" => of(Item::Endpoint),
            "addresses" => Some(Self::List(Item::Address)),
            "ports" => Some(Self::List(Item::Port)),
            "endpoints" => Some(Self::List(Item::Endpoint)),
            "count" => Some(Self::Count),
            "base_port" => Some(Self::BasePort),
            "peers_file" => Some(Self::PeersFile),
            "hosts_file" => Some(Self::HostsFile),
            "input" => Some(Self::Input),
            "folder" => Some(Self::Folder),
            "python" => Some(Self::Python),
            "tls_key" => Some(Self::Tls(TlsFile::Key)),
            "tls_certificate" => Some(Self::Tls(TlsFile::Certificate)),
            "tls_authority" => Some(Self::Tls(TlsFile::Authority)),
            _ => None,
        }
    }
}

impl TlsFile {
    /// Its name between braces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "tls_key",
            Self::Certificate => "tls_certificate",
            Self::Authority => "tls_authority",
        }
    }
}
