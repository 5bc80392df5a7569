//! Where a document is: a host, a port and a path.

use std::fmt;

/// The port of HTTPS (RFC 9110, section 4.2.2).
const HTTPS: u16 = 443;

/// An `https:` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// With its first slash, and the query if there is one.
    pub(crate) path: String,
}

impl Place {
    /// Reads `https://HOST[:PORT]/PATH`; nothing for whatever else.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://")?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, HTTPS),
        };
        let host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        let is_host = !host.is_empty() && host.bytes().all(host_byte);
        let path = path.split('#').next().unwrap_or_default();
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic());
        (is_host && is_path).then(|| Self {
            host: host.to_ascii_lowercase(),
            port,
            path: path.to_owned(),
        })
    }

    /// Where a redirection (RFC 9110, section 10.2.2) leads, if to the same host and port, by HTTPS.
    pub(crate) fn on_the_same_host(&self, to: &str) -> Option<Self> {
        if to.starts_with('/') && !to.starts_with("//") {
            return Self::parse(&format!("https://{}{to}", self.authority()));
        }
        Self::parse(to).filter(|place| place.host == self.host && place.port == self.port)
    }

    /// The host, and the port unless it is HTTPS' own.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            HTTPS => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_written() {
        for url in [
            "https://example.org/.well-known/did.json",
            "https://example.org:8443/a/did.json?b=c",
        ] {
            assert_eq!(Place::parse(url).unwrap().to_string(), url);
        }
        for url in [
            "http://example.org/",
            "https://",
            "https://a b/",
            "https://me@example.org/",
            "https://example.org:port/",
            "https://example.org/a\r\nb",
            "https://[::1]/",
        ] {
            assert_eq!(Place::parse(url), None, "{url}");
        }
    }

    #[test]
    fn only_the_same_host_is_followed() {
        let place = Place::parse("https://example.org:8443/did.json").unwrap();
        let to = |to| place.on_the_same_host(to).map(|place| place.to_string());
        assert_eq!(to("/x").unwrap(), "https://example.org:8443/x");
        assert_eq!(
            to("https://EXAMPLE.org:8443/x").unwrap(),
            "https://example.org:8443/x"
        );
        for elsewhere in [
            "http://example.org:8443/x",
            "https://example.org/x",
            "https://www.example.org:8443/x",
            "//other.org/x",
            "x",
            "",
        ] {
            assert_eq!(to(elsewhere), None, "{elsewhere}");
        }
    }
}
