//! What nebula says, in lines of JSON; the names of fields differ from version to version.

use std::net::{IpAddr, SocketAddr};

use e3_nebula::Fingerprint;
use serde_json::Value;

/// How a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    Direct(SocketAddr),
    Relayed,
}

/// Something that follows from a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// Nebula is up.
    Active,
    /// A handshake with somebody whose certificate nebula believes.
    Handshake {
        /// The addresses that the certificate names.
        addresses: Vec<IpAddr>,
        /// Who has signed it.
        issuer: Fingerprint,
        /// The certificate.
        fingerprint: Option<Fingerprint>,
        /// How it came, where that is told.
        via: Option<Via>,
    },
    /// A tunnel goes another way than before.
    Roamed {
        addresses: Vec<IpAddr>,
        to: SocketAddr,
    },
    /// A tunnel has ended.
    Closed { addresses: Vec<IpAddr> },
    /// A line, or a handshake in it, that is not of the form that is known: it could be of anything.
    Unreadable,
}

impl Event {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let Ok(line) = serde_json::from_str::<Value>(text) else {
            // Go's own words, such as a panic's, are no JSON; the head of a line that was cut begins as one.
            return text.starts_with('{').then_some(Self::Unreadable);
        };
        let said = line.get("msg")?.as_str()?;
        if said.starts_with("Nebula interface is active") {
            return Some(Self::Active);
        }
        if said.starts_with("Handshake message received") {
            return Some(handshake(&line).unwrap_or(Self::Unreadable));
        }
        let addresses = addresses(&line).unwrap_or_default();
        if addresses.is_empty() {
            return None;
        }
        if said.starts_with("Handshake message") {
            // Whom it was sent to is told where that is known.
            return handshake(&line);
        }
        if said.starts_with("Host roamed") {
            let to = socket(line.get("newAddr")?)?;
            return Some(Self::Roamed { addresses, to });
        }
        let dead = line.pointer("/tunnelCheck/state").and_then(Value::as_str) == Some("dead");
        let closed = dead || said.starts_with("Close tunnel") || said.contains("tearing down");
        closed.then_some(Self::Closed { addresses })
    }
}

/// Whose handshake a line tells of; none where it does not tell all that has to be known.
fn handshake(line: &Value) -> Option<Event> {
    let fingerprint = |name| line.get(name)?.as_str()?.parse().ok();
    Some(Event::Handshake {
        addresses: addresses(line).filter(|all| !all.is_empty())?,
        issuer: fingerprint("issuer")?,
        fingerprint: fingerprint("fingerprint"),
        via: via(line),
    })
}

/// `vpnIp` until 1.9, `vpnAddrs` later; none where one of them is no address.
fn addresses(line: &Value) -> Option<Vec<IpAddr>> {
    let one = |value: &Value| value.as_str()?.parse().ok();
    match (line.get("vpnIp"), line.get("vpnAddrs")) {
        (Some(address), _) => Some(vec![one(address)?]),
        (None, Some(Value::Array(all))) => all.iter().map(one).collect(),
        (None, _) => None,
    }
}

/// `relay` or `udpAddr`, which 1.11 has put into `from`.
fn via(line: &Value) -> Option<Via> {
    let from = line.get("from");
    let direct = from.and_then(|from| from.get("direct"));
    if let Some(at) = direct.or_else(|| line.get("udpAddr")).and_then(socket) {
        return Some(Via::Direct(at));
    }
    let relayed = line.get("relay").is_some()
        || from.is_some_and(|from| from.get("relay").is_some())
        || line.get("udpAddr").is_some_and(Value::is_null);
    relayed.then_some(Via::Relayed)
}

/// `{"ip": …, "port": …}` until 1.9, text later.
fn socket(value: &Value) -> Option<SocketAddr> {
    if let Some(text) = value.as_str() {
        return text.parse().ok();
    }
    let address = value.get("ip")?.as_str()?.parse().ok()?;
    let port = value.get("port")?.as_u64()?.try_into().ok()?;
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ISSUER: &str = "f58c60598ff109ca0e92405f1883942f39d48e66cdf75310eb8c30628eb4935c";

    #[test]
    fn handshakes_of_both_versions_are_understood() {
        let old = format!(
            r#"{{"certName":"b","fingerprint":"{ISSUER}","handshake":{{"stage":2,"style":"ix_psk0"}},"issuer":"{ISSUER}","level":"info","msg":"Handshake message received","udpAddr":{{"ip":"192.0.2.12","port":40594}},"vpnIp":"10.233.0.2"}}"#
        );
        let new = format!(
            r#"{{"level":"INFO","msg":"Handshake message received","vpnAddrs":["10.233.0.2"],"from":{{"direct":"192.0.2.12:40594"}},"issuer":"{ISSUER}","fingerprint":"{ISSUER}"}}"#
        );
        let wanted = Event::Handshake {
            addresses: vec!["10.233.0.2".parse().unwrap()],
            issuer: ISSUER.parse().unwrap(),
            fingerprint: ISSUER.parse().ok(),
            via: Some(Via::Direct("192.0.2.12:40594".parse().unwrap())),
        };
        assert_eq!(Event::read(&old), Some(wanted.clone()));
        assert_eq!(Event::read(&new), Some(wanted));
        let relayed = [
            old.replace(r#"{"ip":"192.0.2.12","port":40594}"#, "null"),
            new.replace("direct", "relay"),
        ];
        for line in relayed {
            let Some(Event::Handshake { via, .. }) = Event::read(&line) else {
                panic!("{line}");
            };
            assert_eq!(via, Some(Via::Relayed));
        }
    }

    #[test]
    fn a_handshake_that_is_not_understood_is_told() {
        let whole = format!(
            r#"{{"msg":"Handshake message received","vpnAddrs":["10.233.0.2","10.233.0.3"],"issuer":"{ISSUER}"}}"#
        );
        assert!(matches!(Event::read(&whole), Some(Event::Handshake { .. })));
        let cut = &whole[..whole.len() - 1];
        let no_address = whole.replace("10.233.0.3", "10.233.0.3/24");
        let nobody = whole.replace(r#""10.233.0.2","10.233.0.3""#, "");
        let nobodys = whole.replace("issuer", "by");
        for line in [cut, &no_address, &nobody, &nobodys] {
            assert_eq!(Event::read(line), Some(Event::Unreadable), "{line}");
        }
        // What is only tried names no issuer yet.
        let sent = nobodys.replace("received", "sent");
        assert_eq!(Event::read(&sent), None);
    }

    #[test]
    fn other_lines_say_what_they_say() {
        let active = r#"{"build":"1.6.1","interface":"e3n","level":"info","msg":"Nebula interface is active"}"#;
        assert_eq!(Event::read(active), Some(Event::Active));
        let roamed = r#"{"msg":"Host roamed to new udp ip/port.","newAddr":{"ip":"192.0.2.9","port":7},"vpnIp":"10.233.0.2"}"#;
        assert!(matches!(Event::read(roamed), Some(Event::Roamed { .. })));
        let closed = r#"{"msg":"Close tunnel received, tearing down.","vpnAddrs":["10.233.0.2"]}"#;
        assert!(matches!(Event::read(closed), Some(Event::Closed { .. })));
        assert_eq!(Event::read("panic: something"), None);
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "\\PC{0,200}") {
            crate::fuzzing::line(&line);
        }
    }
}
