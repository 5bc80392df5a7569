//! A small world for tests.

use std::{path::Path, time::Duration};

use e3_spec::{
    Declared, Diagnostics, Environment, File, Files, IdentityScheme, Known, KnownOption,
    KnownOverlay, KnownProvider, KnownRegion, OptionShape, Overrides, ServiceKind, Surroundings,
};

/// The options of an overlay, one of each shape.
const OPTIONS: &[KnownOption<'static>] = &[
    KnownOption {
        name: "outage",
        summary: "How long.",
        shape: OptionShape::Duration(Duration::from_secs(1), Duration::from_hours(24)),
    },
    KnownOption {
        name: "relay",
        summary: "Whose.",
        shape: OptionShape::Source(ServiceKind::Relay, &["n0"]),
    },
    KnownOption {
        name: "carriers",
        summary: "Which.",
        shape: OptionShape::SomeOf(&["tcp", "quic"]),
    },
    KnownOption {
        name: "program",
        summary: "Where.",
        shape: OptionShape::OneOf(&["auto", "namespace", "forwards"]),
    },
    KnownOption {
        name: "port",
        summary: "On which.",
        shape: OptionShape::Port,
    },
    KnownOption {
        name: "relay_certificate",
        summary: "By whom.",
        shape: OptionShape::File,
    },
];

/// The names that tests may use.
pub(crate) const KNOWN: Known<'static> = Known {
    most_hosts: 256,
    default_overlay: "direct",
    providers: &[
        KnownProvider {
            name: "lab",
            lab: true,
        },
        KnownProvider {
            name: "ssh",
            lab: false,
        },
    ],
    overlays: &[
        KnownOverlay {
            name: "direct",
            services: &[],
            identities: &[],
            options: &[],
        },
        KnownOverlay {
            name: "tls",
            services: &[],
            identities: &[IdentityScheme::Ca],
            options: &[],
        },
        KnownOverlay {
            name: "quic",
            services: &[ServiceKind::Relay],
            identities: &[],
            options: OPTIONS,
        },
        KnownOverlay {
            name: "wireguard",
            services: &[ServiceKind::Rendezvous, ServiceKind::Relay],
            identities: &[],
            options: &[],
        },
    ],
    regions: &[
        KnownRegion {
            name: "ams3",
            city: "Amsterdam",
        },
        KnownRegion {
            name: "fra1",
            city: "Frankfurt",
        },
        KnownRegion {
            name: "lon1",
            city: "London",
        },
        KnownRegion {
            name: "nyc3",
            city: "New York",
        },
        KnownRegion {
            name: "sgp1",
            city: "Singapore",
        },
        KnownRegion {
            name: "syd1",
            city: "Sydney",
        },
    ],
};

/// Files that end in `.py` or `.csv` exist, except those whose name begins with `no`.
pub(crate) struct SomeFiles;

impl Files for SomeFiles {
    fn is_file(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with("no") && (name.ends_with(".py") || name.ends_with(".csv"))
    }

    fn names_in(&self, _: &Path) -> Vec<String> {
        vec!["novel.py".to_owned(), "average.py".to_owned()]
    }
}

/// What is around.
pub(crate) fn around() -> Surroundings<'static> {
    Surroundings {
        known: KNOWN,
        files: &SomeFiles,
        here: Path::new("/here"),
    }
}

/// Parses a text as `/env/demo/e3.toml`.
pub(crate) fn parse(text: &str, overrides: &Overrides) -> Result<Environment, Diagnostics> {
    declared(text, overrides).map(|declared| declared.environment)
}

/// The same, with notes.
pub(crate) fn declared(text: &str, overrides: &Overrides) -> Result<Declared, Diagnostics> {
    let file = File {
        name: "e3.toml",
        folder: Path::new("/env/demo"),
        text,
    };
    e3_spec::parse(&file, overrides, &around())
}

/// What the environment's program has as one that uses MPyC.
#[allow(dead_code, reason = "each test crate uses a part of this module")]
pub(crate) fn mpyc(environment: &Environment) -> &e3_spec::Mpyc {
    match environment.program.as_ref().map(|program| &program.kind) {
        Some(e3_spec::ProgramKind::Mpyc(mpyc)) => mpyc,
        other => panic!("{other:?}"),
    }
}
