//! `did:web` (W3C CCG): the identifier is a host, and the document is fetched from it over HTTPS.

use super::{DidError, shown};

/// The longest name of a host (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;

/// Where a document is.
#[derive(Debug)]
pub(super) struct Location {
    host: String,
    port: Option<u16>,
    path: Vec<String>,
}

impl Location {
    /// Reads `example.org`, `example.org%3A8443` or `example.org:mpc:alice`.
    pub(super) fn parse(text: &str, identifier: &str) -> Result<Self, DidError> {
        let wrong = |reason| DidError::Web {
            text: shown(text),
            reason,
        };
        let mut parts = identifier.split(':');
        let authority = parts.next().unwrap_or_default();
        let (host, port) = match authority.split_once("%3A") {
            None => (authority, None),
            Some((host, port)) => (host, Some(port)),
        };
        if !is_host(host) {
            return Err(wrong(
                "expected a host's name in lower case, such as example.org",
            ));
        }
        let port = port
            .map(|port| {
                port_of(port).ok_or_else(|| wrong("expected a port from 1 to 65535 behind %3A"))
            })
            .transpose()?;
        let path: Vec<String> = parts.map(str::to_owned).collect();
        if !path.iter().all(|part| is_segment(part)) {
            return Err(wrong(
                "expected parts of a path between colons: letters, digits, `-`, `_` and inner dots",
            ));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            path,
        })
    }

    /// `https://HOST[:PORT]/.well-known/did.json`, or `…/PATH/did.json`.
    pub(super) fn url(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = match self.path.as_slice() {
            [] => ".well-known".to_owned(),
            path => path.join("/"),
        };
        format!("https://{}{port}/{path}/did.json", self.host)
    }
}

/// The text of a DID for a place that a person writes as in a browser: `example.org:8443/mpc`.
pub(super) fn text_of(place: &str) -> Result<String, DidError> {
    let place = place.strip_prefix("https://").unwrap_or(place);
    let place = place.strip_suffix('/').unwrap_or(place);
    if place.contains('%') {
        return Err(DidError::Web {
            text: shown(place),
            reason: "expected a host, a port and a path without percent signs, such as example.org:8443/mpc",
        });
    }
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let mut text = format!("did:web:{}", authority.replacen(':', "%3A", 1));
    for part in path.split('/').filter(|_| !path.is_empty()) {
        text.push(':');
        text.push_str(part);
    }
    Ok(text)
}

/// A host's name, in lower case, so that one host has one DID; no address, as the method forbids.
fn is_host(host: &str) -> bool {
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    host.len() <= MAX_HOST
        && host.split('.').all(is_label)
        && !host.rsplit('.').next().is_some_and(numeric)
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn port_of(text: &str) -> Option<u16> {
    let plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// What stands in a URL as it is, and is neither `.` nor `..`.
fn is_segment(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !part.is_empty() && part.bytes().all(plain) && !part.starts_with('.') && !part.ends_with('.')
}
