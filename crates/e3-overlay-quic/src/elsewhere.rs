//! Relays that are no services of the environment: named by URL, and what it takes to believe and to use them.

use std::fmt;

use e3_session::types::Options;
use iroh::{RelayMode, RelayUrl};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::{
    QuicError,
    options::{Chosen, RelaySource},
};

/// The option that names whom their certificates come from.
pub(crate) const CERTIFICATE: &str = "relay_certificate";

/// The option that names what they let parties in for.
pub(crate) const TOKEN: &str = "relay_token";

/// No token is longer: it travels in a header of HTTP.
const LONGEST_TOKEN: usize = 1024;

/// Somebody else's relays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    pub(crate) urls: Vec<RelayUrl>,
    /// Certificates that are believed, and whatever they vouch for; where there are none, public authorities are.
    pub(crate) believed: Vec<CertificateDer<'static>>,
    /// What lets parties in, if anything has to.
    pub(crate) token: Option<Token>,
}

/// Lets whoever shows it use a relay.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Elsewhere {
    /// What the options say.
    pub(crate) fn read(options: &Options) -> Result<Self, QuicError> {
        let urls = match Chosen::read(options).relay {
            RelaySource::Urls(urls) => urls,
            RelaySource::N0 => RelayMode::Default.relay_map().urls(),
            RelaySource::Own | RelaySource::None => Vec::new(),
        };
        if let Some(url) = options.words("relay").and_then(unreadable) {
            return Err(wrong("relay", format!("`{url}` is no URL of a relay")));
        }
        let named = options.words("relay").is_some();
        for option in [CERTIFICATE, TOKEN] {
            if options.contents(option).is_some() && !named {
                let why = "this is for relays that are named by URL, as in `relay = [\"https://relay.example.org\"]`";
                return Err(wrong(option, why.to_owned()));
            }
        }
        Ok(Self {
            urls,
            believed: options
                .contents(CERTIFICATE)
                .map_or(Ok(Vec::new()), believed)?,
            token: options.contents(TOKEN).map(Token::read).transpose()?,
        })
    }
}

/// The first that is no URL of a relay.
fn unreadable(urls: &[String]) -> Option<&String> {
    let readable = |url: &String| {
        let url: Result<RelayUrl, _> = url.parse();
        url.is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()))
    };
    urls.iter().find(|url| !readable(url))
}

/// The certificates in a PEM file (RFC 7468).
fn believed(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, QuicError> {
    let failed = |why: String| wrong(CERTIFICATE, why);
    if pem.windows(KEY.len()).any(|part| part == KEY) {
        let why = "the file has a private key in it, which nobody but the relay must have: name one with the \
                   certificate alone";
        return Err(failed(why.to_owned()));
    }
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|error| failed(format!("the file is no PEM: {error}")))?;
    if all.is_empty() {
        let why = "the file has no certificate: it has to begin with `-----BEGIN CERTIFICATE-----`";
        return Err(failed(why.to_owned()));
    }
    for certificate in &all {
        let added = RootCertStore::empty().add(certificate.clone());
        added.map_err(|error| failed(format!("a certificate in the file is none: {error}")))?;
    }
    Ok(all)
}

/// Stands in every PEM file with a private key.
const KEY: &[u8] = b"PRIVATE KEY-----";

impl Token {
    pub(crate) fn read(file: &[u8]) -> Result<Self, QuicError> {
        let token = file.trim_ascii();
        let fits = !token.is_empty() && token.len() <= LONGEST_TOKEN;
        if !fits || !token.iter().all(u8::is_ascii_graphic) {
            let why = "the file has to have one word, the token, and nothing else";
            return Err(wrong(TOKEN, why.to_owned()));
        }
        Ok(Self(String::from_utf8_lossy(token).into_owned()))
    }

    /// The token itself, for the relay and for nobody else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

fn wrong(option: &'static str, why: String) -> QuicError {
    QuicError::Option { option, why }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use e3_session::types::{Contents, OptionValue};
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    const URL: &str = "https://relay.example.org";

    fn options(urls: Option<&str>, files: &[(&str, &str)]) -> Options {
        let relay = urls.map(|url| OptionValue::Words(vec![url.to_owned()]));
        let relay = relay.map(|relay| ("relay".to_owned(), relay));
        let files = files.iter().map(|(name, text)| {
            let contents = Contents(text.as_bytes().to_vec().into());
            ((*name).to_owned(), OptionValue::Contents(contents))
        });
        Options(relay.into_iter().chain(files).collect::<BTreeMap<_, _>>())
    }

    fn certificate() -> (String, String) {
        let pair = KeyPair::generate().unwrap();
        let made = CertificateParams::new(["relay.example.org".to_owned()]).unwrap();
        (made.self_signed(&pair).unwrap().pem(), pair.serialize_pem())
    }

    fn refused(options: &Options) -> String {
        Elsewhere::read(options).unwrap_err().to_string()
    }

    #[test]
    fn what_a_relay_takes_is_read_and_its_token_never_shown() {
        let (pem, _) = certificate();
        let two = format!("the relay\n{pem}\n{pem}");
        let options = options(Some(URL), &[(CERTIFICATE, &two), (TOKEN, "s3cret\n")]);
        let read = Elsewhere::read(&options).unwrap();
        assert_eq!(read.urls.len(), 1);
        assert_eq!(read.believed.len(), 2);
        assert_eq!(read.token.as_ref().unwrap().expose(), "s3cret");
        for shown in [format!("{read:?}"), format!("{options:?}")] {
            assert!(!shown.contains("s3cret"), "{shown}");
            assert!(!shown.contains("115, 51"), "{shown}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_option() {
        let (pem, key) = certificate();
        let both = format!("{pem}{key}");
        for (url, file, text, said) in [
            (Some(URL), CERTIFICATE, "", "has no certificate"),
            (Some(URL), CERTIFICATE, &*both, "private key"),
            (
                Some(URL),
                CERTIFICATE,
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "is none",
            ),
            (Some(URL), TOKEN, "two words", "one word"),
            (Some(URL), TOKEN, "\n", "one word"),
            (None, CERTIFICATE, &*pem, "named by URL"),
            (None, TOKEN, "s3cret", "named by URL"),
        ] {
            let told = refused(&options(url, &[(file, text)]));
            assert!(told.contains(said), "{told}");
            assert!(told.contains(&format!("`quic.{file}`")), "{told}");
        }
        let told = refused(&options(Some("https://relay.example.org:port"), &[]));
        assert!(told.contains("`quic.relay`"), "{told}");
    }

    #[test]
    fn n0s_relays_are_used_when_they_are_asked_for_and_never_else() {
        let said = |relay: &str| {
            let word = OptionValue::Word(relay.to_owned());
            Options(BTreeMap::from([("relay".to_owned(), word)]))
        };
        let of = |options: &Options| Elsewhere::read(options).unwrap().urls;
        let n0 = of(&said("n0"));
        assert_eq!(n0, RelayMode::Default.relay_map().urls::<Vec<_>>());
        assert!(!n0.is_empty());
        let is_theirs = |url: &RelayUrl| url.host_str().is_some_and(|host| host.contains("n0"));
        assert!(n0.iter().all(is_theirs), "{n0:?}");
        for other in [
            said("own"),
            said("none"),
            Options::default(),
            options(Some(URL), &[]),
        ] {
            assert!(!of(&other).iter().any(is_theirs), "{other:?}");
        }
    }
}
