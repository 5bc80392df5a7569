//! Infrastructure that overlays need and no party is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::{Family, Lifetime, ServiceKind, Transport};
use crate::number::Port;
use crate::text::{HostName, Invalid, ProviderName, RegionName, ServiceName, SiteName};

/// One service: what it is, and where it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// What it is.
    pub kind: ServiceKind,
    /// The host that it runs on: one of the environment's service hosts, or a party's.
    pub host: HostName,
    /// The ports that it listens on, sorted; none for those that the overlay takes by itself.
    pub ports: Vec<ServicePort>,
    /// How long it lives.
    pub lifetime: Lifetime,
}

/// A host that no party runs on. It has a public address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceHost {
    /// Its name: that of the service that it was made for.
    pub name: HostName,
    /// Who makes or finds it.
    pub provider: ProviderName,
    /// Where it is.
    pub region: RegionName,
    /// Its site, which is its own.
    pub site: SiteName,
    /// Which versions of IP it speaks: all that any party's host does.
    pub family: Family,
}

/// A port of a service with its protocol, as in `443/tcp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServicePort {
    /// Its number.
    pub port: Port,
    /// What carries it.
    pub transport: Transport,
}

impl FromStr for ServicePort {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (number, transport) = text.split_once('/').unwrap_or((text, ""));
        let port = number
            .parse::<i128>()
            .ok()
            .and_then(|number| Port::try_from(number).ok());
        let transport = transport.to_lowercase().parse::<Transport>().ok();
        match (port, transport) {
            (Some(port), Some(transport)) => Ok(Self { port, transport }),
            (port, _) => Err(Invalid {
                value: text.to_owned(),
                what: "a port of a service",
                expected: "a number from 1 to 65535 with its protocol, such as \"443/tcp\" or \"3478/udp\""
                    .to_owned(),
                suggestion: port.map(|port| format!("{port}/tcp")),
            }),
        }
    }
}

impl fmt::Display for ServicePort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.port, self.transport)
    }
}

crate::text::stored_as_text!(ServicePort);

impl schemars::JsonSchema for ServicePort {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ServicePort".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[0-9]{1,5}/(tcp|udp)$", "examples": ["443/tcp", "3478/udp"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_has_its_protocol() {
        let port: ServicePort = "3478/UDP".parse().unwrap();
        assert_eq!(port.to_string(), "3478/udp");
        for bad in ["443", "0/tcp", "65536/tcp", "443/sctp", "/tcp", ""] {
            assert!(bad.parse::<ServicePort>().is_err(), "{bad}");
        }
        let meant = "443".parse::<ServicePort>().unwrap_err().suggestion;
        assert_eq!(meant.as_deref(), Some("443/tcp"));
    }
}
