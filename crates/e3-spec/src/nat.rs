//! What stands between a site and the Internet.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::choice::{Dependence, NatPorts, NatPreset};
use crate::quantity::Timeout;
use crate::text::CarrierName;

/// A NAT: one of the common kinds, and what is different about it.
///
/// `Display` gives the word of its kind, then what is different: `home (filtering address-dependent)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nat {
    /// Its kind.
    pub preset: NatPreset,
    /// On which packets an inside endpoint keeps its outside one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Dependence>,
    /// Whose packets may come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filtering: Option<Dependence>,
    /// Whether hosts behind it reach one another by their outside endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hairpin: Option<bool>,
    /// Which outside port a new mapping gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<NatPorts>,
    /// When UDP mappings are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udp_timeout: Option<Timeout>,
    /// When established TCP connections are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_established_timeout: Option<Timeout>,
    /// When TCP connections that begin or end are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_transitory_timeout: Option<Timeout>,
    /// When pings are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp_timeout: Option<Timeout>,
    /// Whether UDP is dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_udp: Option<bool>,
    /// The carrier whose NAT stands beyond it, shared by all sites that name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<CarrierName>,
}

impl Nat {
    /// No NAT: hosts have public addresses.
    pub const NONE: Self = Self::of(NatPreset::None);

    /// A NAT of this kind and nothing different about it.
    pub const fn of(preset: NatPreset) -> Self {
        Self {
            preset,
            mapping: None,
            filtering: None,
            hairpin: None,
            ports: None,
            udp_timeout: None,
            tcp_established_timeout: None,
            tcp_transitory_timeout: None,
            icmp_timeout: None,
            block_udp: None,
            carrier: None,
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.preset == NatPreset::None
    }

    /// What is different about it: fields of e3.toml and their values.
    fn differences(&self) -> impl Iterator<Item = (&'static str, String)> {
        fn shown<T: ToString>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        let Self {
            preset: _,
            mapping,
            filtering,
            hairpin,
            ports,
            udp_timeout,
            tcp_established_timeout,
            tcp_transitory_timeout,
            icmp_timeout,
            block_udp,
            carrier,
        } = self;
        let fields = [
            ("mapping", shown(mapping.as_ref())),
            ("filtering", shown(filtering.as_ref())),
            ("hairpin", shown(hairpin.as_ref())),
            ("ports", shown(ports.as_ref())),
            ("udp_timeout", shown(udp_timeout.as_ref())),
            (
                "tcp_established_timeout",
                shown(tcp_established_timeout.as_ref()),
            ),
            (
                "tcp_transitory_timeout",
                shown(tcp_transitory_timeout.as_ref()),
            ),
            ("icmp_timeout", shown(icmp_timeout.as_ref())),
            ("block_udp", shown(block_udp.as_ref())),
            ("carrier", shown(carrier.as_ref())),
        ];
        let given = |(field, value): (_, Option<String>)| value.map(|value| (field, value));
        fields.into_iter().filter_map(given)
    }
}

impl fmt::Display for Nat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.preset.as_str())?;
        let differences: Vec<String> = self
            .differences()
            .map(|(field, value)| format!("{field} {value}"))
            .collect();
        if differences.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", differences.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nat_is_shown_by_its_kind_and_its_differences() {
        let mut nat = Nat::of(NatPreset::Home);
        assert_eq!(nat.to_string(), "home");
        nat.filtering = Some(Dependence::Address);
        nat.hairpin = Some(true);
        assert_eq!(
            nat.to_string(),
            "home (filtering address-dependent, hairpin true)"
        );
    }
}
