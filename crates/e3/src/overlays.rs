//! The overlays of this program: the one place where it is said which there are, and what e3.toml may say of them.

use e3_overlay::{OptionShape as Shape, Overlay, Registry};
use e3_spec::{IdentityScheme, KnownOption, KnownOverlay, OptionShape, ServiceKind};

/// The one that connects parties where nobody says.
pub const DEFAULT: &str = if cfg!(feature = "quic") {
    "quic"
} else {
    "direct"
};

/// All of them.
pub fn registry() -> Registry {
    #[cfg_attr(
        not(any(
            feature = "quic",
            feature = "nebula",
            feature = "tailscale",
            feature = "wireguard"
        )),
        expect(unused_mut, reason = "nothing is added")
    )]
    let mut registry = Registry::builtin();
    #[cfg(feature = "quic")]
    registry.add(|| std::sync::Arc::new(e3_overlay_quic::QuicOverlay::default()));
    #[cfg(feature = "nebula")]
    registry.add(|| std::sync::Arc::new(e3_overlay_nebula::NebulaOverlay::default()));
    #[cfg(feature = "tailscale")]
    {
        registry.add(|| std::sync::Arc::new(e3_overlay_tailscale::HeadscaleOverlay::default()));
        registry.add(|| std::sync::Arc::new(e3_overlay_tailscale::TailscaleOverlay::default()));
    }
    #[cfg(feature = "wireguard")]
    registry.add(|| std::sync::Arc::new(e3_overlay_wireguard::WireguardOverlay::default()));
    registry
}

/// What an overlay is to e3.toml.
pub struct Words {
    name: &'static str,
    services: Vec<ServiceKind>,
    identities: Vec<IdentityScheme>,
    options: Vec<KnownOption<'static>>,
}

impl Words {
    /// The same, as e3.toml's reader wants it.
    pub fn known(&self) -> KnownOverlay<'_> {
        KnownOverlay {
            name: self.name,
            services: &self.services,
            identities: &self.identities,
            options: &self.options,
        }
    }

    fn of(overlay: &dyn Overlay) -> Self {
        let services = overlay.services().iter();
        let identities = overlay.identities().iter();
        Self {
            name: overlay.name(),
            services: services
                .filter_map(|kind| kind.as_str().parse().ok())
                .collect(),
            identities: identities
                .filter_map(|scheme| scheme.parse().ok())
                .collect(),
            options: overlay.options().iter().filter_map(option).collect(),
        }
    }
}

/// Every overlay of this program. Their words are those of e3.toml: a test sees to it.
pub fn overlays() -> Vec<Words> {
    let registry = registry();
    let made = registry.names().filter_map(|name| registry.make(name));
    made.map(|overlay| Words::of(&*overlay)).collect()
}

fn option(kind: &e3_overlay::OptionKind) -> Option<KnownOption<'static>> {
    let shape = match kind.shape {
        Shape::Duration { least, most, .. } => OptionShape::Duration(least, most),
        Shape::OneOf(words) => OptionShape::OneOf(words),
        Shape::SomeOf(words) => OptionShape::SomeOf(words),
        Shape::Source { service, words } => {
            OptionShape::Source(service.as_str().parse().ok()?, words)
        }
        Shape::Port => OptionShape::Port,
        Shape::File => OptionShape::File,
    };
    Some(KnownOption {
        name: kind.name,
        summary: kind.summary,
        shape,
    })
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write as _, path::Path};

    use super::*;

    #[test]
    fn what_overlays_need_has_a_word_in_e3_toml() {
        let registry = registry();
        for Words {
            name,
            services,
            identities,
            options,
        } in overlays()
        {
            let overlay = registry.make(name).unwrap();
            assert_eq!(services.len(), overlay.services().len(), "{name}");
            assert_eq!(identities.len(), overlay.identities().len(), "{name}");
            assert_eq!(options.len(), overlay.options().len(), "{name}");
        }
    }

    /// `E3_BLESS=1` writes it anew.
    #[test]
    #[cfg(feature = "quic")]
    fn the_generated_schema_is_up_to_date() {
        let overlays = overlays();
        let known: Vec<KnownOverlay<'_>> = overlays.iter().map(Words::known).collect();
        let schema = serde_json::to_string_pretty(&e3_spec::json_schema(&known)).unwrap() + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/e3.schema.json");
        if std::env::var_os("E3_BLESS").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        let documented = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            documented == schema,
            "docs/e3.schema.json is out of date: E3_BLESS=1 cargo test -p e3 generated"
        );
    }

    /// Which overlay goes with which identity scheme, as a table. `E3_BLESS=1` writes it anew.
    #[test]
    #[cfg(feature = "quic")]
    fn the_generated_table_of_identities_is_up_to_date() {
        let mut page = String::from(TABLE);
        let schemes = IdentityScheme::WORDS
            .iter()
            .map(|word| word.parse().unwrap());
        let schemes: Vec<IdentityScheme> = schemes.collect();
        let head = schemes.iter().map(|scheme| format!("`{scheme}` |"));
        let head: Vec<_> = head.collect();
        let _ = writeln!(page, "| overlay | {}", head.join(" "));
        let _ = writeln!(page, "|---|{}", "---|".repeat(head.len()));
        for Words {
            name, identities, ..
        } in overlays()
        {
            let cells = schemes.iter().map(|scheme| {
                if identities.first() == Some(scheme) {
                    " yes, unless another is said |"
                } else if identities.is_empty() || identities.contains(scheme) {
                    " yes |"
                } else {
                    " no |"
                }
            });
            let _ = writeln!(page, "| `{name}` |{}", cells.collect::<String>());
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/identities.md");
        if std::env::var_os("E3_BLESS").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let documented = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            documented == page,
            "docs/identities.md is out of date: E3_BLESS=1 cargo test -p e3 generated"
        );
    }

    /// What stands above the table.
    #[cfg(feature = "quic")]
    const TABLE: &str = "\
# Which overlay goes with which identity

An identity scheme says [whom the others believe](identity.md#whom-the-others-believe); an overlay takes the keys of
whoever is believed. So nearly all go together. Where an overlay needs one scheme, that is what is used where none is said,
and another is refused before anything is made. Written from the code (`E3_BLESS=1 cargo test -p e3 generated`); each cell
is tried by `crates/e3/tests/environments/schemes.rs`, but those of `tailscale`, which take an account and the internet.

";
}
