//! What e3.toml may say of the overlay, in its table `[quic]`.

use std::{num::NonZeroU16, time::Duration};

use e3_forward::place::Wanted;
use e3_overlay::{OWN, OptionKind, OptionShape, ServiceKind};
use e3_session::types::Options;
use iroh::RelayUrl;

use crate::elsewhere::{CERTIFICATE, TOKEN};

/// The word by which n0's public relays are asked for.
const N0: &str = "n0";

/// How long a link may be down unless something else is said.
const OUTAGE: Duration = Duration::from_mins(10);

/// What can be said, each with its default.
pub(crate) const OPTIONS: &[OptionKind] = &[
    OptionKind {
        name: "relay",
        summary: "what carries pairs that cannot reach one another: own (a service of the environment), n0 (the public ones of n0, Inc.), none, or URLs",
        shape: OptionShape::Source {
            service: ServiceKind::Relay,
            words: &[N0, "none"],
        },
    },
    OptionKind {
        name: CERTIFICATE,
        summary: "of relays named by URL: a PEM file with the certificate of the authority, or of the relay, that is believed instead of public authorities",
        shape: OptionShape::File,
    },
    OptionKind {
        name: TOKEN,
        summary: "of relays named by URL: a file with the token that lets parties in",
        shape: OptionShape::File,
    },
    OptionKind {
        name: "carriers",
        summary: "what links ride on, best first: tcp (TLS 1.3 over TCP), quic",
        shape: OptionShape::SomeOf(&["tcp", "quic"]),
    },
    OptionKind {
        name: "port",
        summary: "where every agent accepts peers, over TCP and UDP; any free port when left out",
        shape: OptionShape::Port,
    },
    OptionKind {
        name: "outage",
        summary: "how long a link may be down before programs are told",
        shape: OptionShape::Duration {
            default: OUTAGE,
            least: Duration::from_secs(1),
            most: Duration::from_hours(24),
        },
    },
    OptionKind {
        name: "program",
        summary: "where programs run: namespace (a network of their own), forwards (on 127.0.0.1), auto (the first that can be had)",
        shape: OptionShape::OneOf(&["auto", "namespace", "forwards"]),
    },
    OptionKind {
        name: "lan",
        summary: "whether parties of one LAN find one another by multicast DNS: on, off",
        shape: OptionShape::OneOf(&["on", "off"]),
    },
];

/// Which relays there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RelaySource {
    /// Services of the environment.
    Own,
    /// n0's public ones.
    N0,
    /// None at all.
    None,
    /// Somebody's, by URL.
    Urls(Vec<RelayUrl>),
}

/// What was said, or is so unless something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) relay: RelaySource,
    /// Whether links may ride on TLS over TCP.
    pub(crate) tcp: bool,
    /// Whether links may ride on QUIC.
    pub(crate) quic: bool,
    /// Where this party accepts peers; `None` for any free port.
    pub(crate) port: Option<NonZeroU16>,
    pub(crate) outage: Duration,
    pub(crate) program: Wanted,
    pub(crate) lan: bool,
}

impl Chosen {
    /// Reads options, which were checked against [`OPTIONS`] where they were written.
    pub(crate) fn read(options: &Options) -> Self {
        let relay = match (options.words("relay"), options.word("relay")) {
            (Some(urls), _) => {
                RelaySource::Urls(urls.iter().filter_map(|url| url.parse().ok()).collect())
            }
            (None, Some(N0)) => RelaySource::N0,
            (None, Some("none")) => RelaySource::None,
            (None, _) => RelaySource::Own,
        };
        let carriers = options.words("carriers");
        let rides = |word: &str| carriers.is_none_or(|all| all.iter().any(|one| one == word));
        let program = options.word("program").and_then(|word| word.parse().ok());
        Self {
            relay,
            tcp: rides("tcp"),
            quic: rides("quic"),
            port: options.port("port").and_then(NonZeroU16::new),
            outage: options.duration("outage").unwrap_or(OUTAGE),
            program: program.unwrap_or_default(),
            lan: options.word("lan") != Some("off"),
        }
    }

    /// What an agreement says: all that decides what a program sees or who learns of it.
    pub(crate) fn mode(&self) -> String {
        let relay = match &self.relay {
            RelaySource::Own => OWN.to_owned(),
            RelaySource::N0 => N0.to_owned(),
            RelaySource::None => "none".to_owned(),
            RelaySource::Urls(urls) => {
                let all: Vec<&str> = urls.iter().map(|url| url.as_str()).collect();
                all.join(" ")
            }
        };
        let carriers = match (self.tcp, self.quic) {
            (true, true) => "tcp+quic",
            (true, false) => "tcp",
            (false, _) => "quic",
        };
        format!(
            "carriers {carriers}, relay {relay}, outage {} ms, program {}",
            self.outage.as_millis(),
            self.program
        )
    }
}
