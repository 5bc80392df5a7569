//! Looking for secrets in what others may see: packets, files, logs, arguments.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};

/// A shorter one would be found where it is not.
const SHORTEST: usize = 16;

/// What must not be seen, each with a name for who reads of it.
///
/// A secret is found as it is, in hexadecimal and in Base64 of either alphabet (RFC 4648), wherever it begins in what was
/// encoded, and over the lines of a PEM (RFC 7468).
#[derive(Debug, Clone)]
pub struct Secrets {
    /// What is looked for, and what it is.
    forms: Vec<(Vec<u8>, String)>,
    /// Whether one of these begins with two bytes: most places in what is searched need no second look.
    begins: Vec<bool>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self {
            forms: Vec::new(),
            begins: vec![false; 1 << 16],
        }
    }
}

impl Secrets {
    /// Adds a secret.
    ///
    /// # Panics
    /// If it is so short that it could be found anywhere.
    pub fn add(&mut self, what: &str, secret: &[u8]) {
        assert!(secret.len() >= SHORTEST, "{what} is too short to look for");
        for form in forms(secret) {
            if !self.forms.iter().any(|(known, _)| *known == form) {
                if let [first, second, ..] = form[..] {
                    self.begins[place(first, second)] = true;
                }
                self.forms.push((form, what.to_owned()));
            }
        }
    }

    /// What of them stands in these bytes; nothing if none does.
    pub fn shown_in(&self, bytes: &[u8]) -> Option<&str> {
        self.search(bytes)
            .or_else(|| self.search(&without_line_breaks(bytes)))
    }

    fn search(&self, bytes: &[u8]) -> Option<&str> {
        let pairs = bytes.windows(2).enumerate();
        let likely = pairs.filter(|(_, pair)| self.begins[place(pair[0], pair[1])]);
        let mut found = likely.filter_map(|(at, _)| {
            let mut forms = self.forms.iter();
            forms.find(|(form, _)| bytes[at..].starts_with(form))
        });
        found.next().map(|(_, what)| what.as_str())
    }
}

fn place(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

/// How a secret may be written.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = hex::encode(secret);
    let mut forms = vec![
        secret.to_vec(),
        text.to_uppercase().into_bytes(),
        text.into_bytes(),
    ];
    for before in 0..3 {
        let whole = [&[0; 3][..before], secret].concat();
        // What its first and last characters are depends on its neighbours, too.
        let own =
            |text: &str| text.as_bytes()[(8 * before).div_ceil(6)..8 * whole.len() / 6].to_vec();
        forms.push(own(&Base64Unpadded::encode_string(&whole)));
        forms.push(own(&Base64UrlUnpadded::encode_string(&whole)));
    }
    forms
}

/// The same without line breaks, those that are written as `\n` among them.
fn without_line_breaks(bytes: &[u8]) -> Vec<u8> {
    let mut left = Vec::with_capacity(bytes.len());
    let mut bytes = bytes.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' | b'\r' => {}
            b'\\' if bytes.next_if_eq(&b'n').is_some() => {}
            other => left.push(other),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use base64ct::Base64;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn secrets(secret: &[u8]) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add("the key", secret);
        secrets
    }

    proptest! {
        #[test]
        fn a_secret_is_found_however_it_is_written(
            secret in vec(any::<u8>(), SHORTEST..80),
            before in vec(any::<u8>(), 0..50),
            after in vec(any::<u8>(), 0..50),
        ) {
            let secrets = secrets(&secret);
            let whole = [before, secret, after].concat();
            let pem = Base64::encode_string(&whole);
            let lines: Vec<&[u8]> = pem.as_bytes().chunks(64).collect();
            let texts = [
                whole.clone(),
                hex::encode(&whole).into_bytes(),
                hex::encode_upper(&whole).into_bytes(),
                Base64UrlUnpadded::encode_string(&whole).into_bytes(),
                lines.join(&b"\n"[..]),
                lines.join(&b"\r\n"[..]),
                lines.join(&br"\n"[..]),
            ];
            for text in texts {
                prop_assert_eq!(secrets.shown_in(&text), Some("the key"));
            }
        }

        #[test]
        fn what_is_something_else_is_not_found(secret in vec(any::<u8>(), 32), other in vec(any::<u8>(), 0..500)) {
            let text = Base64::encode_string(&other).into_bytes();
            let secrets = secrets(&secret);
            prop_assert_eq!(secrets.shown_in(&[other, text].concat()), None);
        }
    }

    #[test]
    fn half_a_secret_is_none() {
        let secret: Vec<u8> = (0..32).collect();
        assert_eq!(secrets(&secret).shown_in(&secret[..31]), None);
    }
}
