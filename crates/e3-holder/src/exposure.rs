//! Whether an overlay may carry what parties say where others could listen: the one place that decides it.

use e3_host::ProviderKind;
use e3_overlay::{Overlay, Promise, Properties};
use e3_spec::Environment;

use crate::wire::{Fault, InsecureRecord};

/// Refuses an overlay that protects nothing where the network between the hosts is a real one, unless the user has
/// allowed it; then, what was allowed.
pub(crate) fn check(
    environment: &Environment,
    overlay: &dyn Overlay,
    provider: impl Fn(&str) -> Option<ProviderKind>,
    allowed: bool,
) -> Result<Option<InsecureRecord>, Fault> {
    let missing = missing(&overlay.properties());
    let exposed: Vec<String> = environment
        .hosts
        .iter()
        .filter(|host| !provider(host.provider.as_str()).is_some_and(|kind| kind.emulated))
        .map(|host| host.name.to_string())
        .collect();
    if missing.is_empty() || exposed.is_empty() {
        return Ok(None);
    }
    if allowed {
        return Ok(Some(InsecureRecord {
            missing,
            hosts: exposed,
        }));
    }
    let (name, hosts) = (overlay.name(), exposed.join(", "));
    Err(Fault::user(format!(
        "overlay `{name}` does not protect what the parties say ({}), and {hosts} would say it over a real network",
        missing.join("; ")
    ))
    .hint("choose an overlay that does, as in `--overlay quic`; `--insecure` lets it run all the same, and the run's record says so"))
}

/// What a network could do to a computation over the overlay: read it, change it.
fn missing(properties: &Properties) -> Vec<String> {
    let Properties {
        confidential,
        integrity,
        // Who a peer is matters little where everybody can read and change what it says; what an overlay lacks
        // there and elsewhere its page says.
        ..
    } = properties;
    let promises = [
        ("not confidential", confidential),
        ("not safe from changes", integrity),
    ];
    let not_given = |(what, promise): (&str, &Promise)| match promise {
        Promise::Yes | Promise::But(_) => None,
        // Where programs will run is known of no party before its agent has joined.
        Promise::InNamespace(why)
        | Promise::InNamespaceBut { elsewhere: why, .. }
        | Promise::No(why) => Some(format!("{what}: {why}")),
    };
    promises.into_iter().filter_map(not_given).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use e3_overlay::Registry;
    use e3_spec::{
        File, Known, KnownOverlay, KnownProvider, KnownRegion, Overrides, Surroundings, TrustFiles,
    };

    use super::*;

    /// An environment with a host of the lab and one elsewhere.
    fn environment(elsewhere: &str) -> Environment {
        let provider = |name, lab| KnownProvider { name, lab };
        let known = Known {
            providers: &[provider("lab", true), provider("ssh", false)],
            overlays: &[KnownOverlay {
                name: "direct",
                services: &[],
                identities: &[],
                options: &[],
            }],
            default_overlay: "direct",
            most_hosts: 256,
            regions: &[KnownRegion {
                name: "ams3",
                city: "Amsterdam",
            }],
        };
        let text = format!(
            "[hosts.here]\nregion = \"ams3\"\n[hosts.there]\nregion = \"ams3\"\nprovider = \"{elsewhere}\"\n"
        );
        let file = File {
            name: "e3.toml",
            folder: Path::new("/"),
            text: &text,
        };
        let around = Surroundings {
            known,
            files: &TrustFiles,
            here: Path::new("/"),
        };
        let declared = e3_spec::parse(&file, &Overrides::default(), &around);
        declared.unwrap().environment
    }

    fn check_direct(elsewhere: &str, allowed: bool) -> Result<Option<InsecureRecord>, Fault> {
        let kind = |name: &str| {
            Some(ProviderKind {
                emulated: name == "lab",
            })
        };
        let direct = Registry::builtin().make("direct").unwrap();
        check(&environment(elsewhere), &*direct, kind, allowed)
    }

    #[test]
    fn nothing_leaves_the_lab() {
        assert_eq!(check_direct("lab", false).unwrap(), None);
        // What was allowed for nothing is not recorded.
        assert_eq!(check_direct("lab", true).unwrap(), None);
        let real = ProviderKind::of("lab").unwrap();
        assert!(real.emulated, "the lab is one");
    }

    #[test]
    fn outside_the_lab_direct_is_refused() {
        let fault = check_direct("ssh", false).unwrap_err();
        assert!(fault.message.contains("overlay `direct`"), "{fault:?}");
        assert!(
            fault.message.contains("and there would say it"),
            "{fault:?}"
        );
        assert!(fault.hint.unwrap().contains("--insecure"));
    }

    #[test]
    fn what_is_allowed_is_recorded() {
        let record = check_direct("ssh", true).unwrap().unwrap();
        assert_eq!(record.hosts, ["there"]);
        assert_eq!(record.missing.len(), 2, "{record:?}");
    }

    #[test]
    fn a_provider_that_nobody_knows_is_not_trusted() {
        let direct = Registry::builtin().make("direct").unwrap();
        assert!(check(&environment("ssh"), &*direct, |_| None, false).is_err());
    }
}
