//! What both sides derive from the secret that they have agreed upon (RFC 8446, section 7.1), and what opens with it.

use ring::{
    aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey, quic},
    digest::{self, digest},
    hkdf::{self, KeyType, Prk, Salt},
};

/// What a conversation is encrypted with.
#[derive(Clone, Copy)]
pub(crate) struct Suite {
    hash: hkdf::Algorithm,
    digest: &'static digest::Algorithm,
    aead: &'static aead::Algorithm,
    pub(crate) header: &'static quic::Algorithm,
}

impl Suite {
    /// The one of that number (RFC 8446, appendix B.4).
    pub(crate) fn of(number: u16) -> Option<Self> {
        let (hash, digest, aead, header) = match number {
            0x1301 => (
                hkdf::HKDF_SHA256,
                &digest::SHA256,
                &aead::AES_128_GCM,
                &quic::AES_128,
            ),
            0x1302 => (
                hkdf::HKDF_SHA384,
                &digest::SHA384,
                &aead::AES_256_GCM,
                &quic::AES_256,
            ),
            0x1303 => (
                hkdf::HKDF_SHA256,
                &digest::SHA256,
                &aead::CHACHA20_POLY1305,
                &quic::CHACHA20,
            ),
            _ => return None,
        };
        Some(Self {
            hash,
            digest,
            aead,
            header,
        })
    }

    fn length(self) -> usize {
        self.digest.output_len()
    }
}

/// A secret from which one direction's keys follow.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) suite: Suite,
    bytes: Vec<u8>,
}

/// Those of both directions.
pub(crate) struct Pair {
    pub(crate) client: Secret,
    pub(crate) server: Secret,
}

/// What keys are called in TLS, and in QUIC (RFC 9001, section 5.1).
pub(crate) struct Labels {
    key: &'static str,
    iv: &'static str,
}

pub(crate) const TLS: Labels = Labels {
    key: "key",
    iv: "iv",
};
pub(crate) const QUIC: Labels = Labels {
    key: "quic key",
    iv: "quic iv",
};

/// All that follows from a secret.
pub(crate) struct Schedule {
    suite: Suite,
    handshake: Prk,
}

impl Schedule {
    /// From the secret of the key exchange, without one of an earlier conversation.
    pub(crate) fn new(suite: Suite, shared: &[u8]) -> Option<Self> {
        let nothing = vec![0; suite.length()];
        let early = Salt::new(suite.hash, &nothing).extract(&nothing);
        let salt = Salt::new(suite.hash, &derived(suite, &early)?);
        Some(Self {
            suite,
            handshake: salt.extract(shared),
        })
    }

    /// For the rest of the handshake, of which these are the hellos.
    pub(crate) fn handshake(&self, hellos: &[u8]) -> Option<Pair> {
        self.pair(&self.handshake, "c hs traffic", "s hs traffic", hellos)
    }

    /// For what is said after the handshake, of which these are all messages up to the server's last.
    pub(crate) fn application(&self, messages: &[u8]) -> Option<Pair> {
        let salt = Salt::new(self.suite.hash, &derived(self.suite, &self.handshake)?);
        let master = salt.extract(&vec![0; self.suite.length()]);
        self.pair(&master, "c ap traffic", "s ap traffic", messages)
    }

    fn pair(&self, from: &Prk, client: &str, server: &str, messages: &[u8]) -> Option<Pair> {
        let hash = digest(self.suite.digest, messages);
        let secret = |label| {
            let bytes = expand(from, label, hash.as_ref(), self.suite.length())?;
            Some(Secret {
                suite: self.suite,
                bytes,
            })
        };
        Some(Pair {
            client: secret(client)?,
            server: secret(server)?,
        })
    }
}

impl Secret {
    /// The first secrets of QUIC, which follow from the ID that a client has made up for its server (RFC 9001, section 5.2).
    pub(crate) fn initial(id: &[u8]) -> Option<Pair> {
        const SALT: [u8; 20] = [
            0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
            0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
        ];
        let suite = Suite::of(0x1301)?;
        let initial = Salt::new(suite.hash, &SALT).extract(id);
        let secret = |label| {
            let bytes = expand(&initial, label, &[], suite.length())?;
            Some(Self { suite, bytes })
        };
        Some(Pair {
            client: secret("client in")?,
            server: secret("server in")?,
        })
    }

    /// The one that follows it in QUIC (RFC 9001, section 6.1).
    pub(crate) fn following(&self) -> Option<Self> {
        let bytes = self.expand("quic ku", self.suite.length())?;
        Some(Self {
            suite: self.suite,
            bytes,
        })
    }

    pub(crate) fn expand(&self, label: &str, length: usize) -> Option<Vec<u8>> {
        let from = Prk::new_less_safe(self.suite.hash, &self.bytes);
        expand(&from, label, &[], length)
    }

    #[cfg(test)]
    pub(crate) fn of(suite: Suite, bytes: Vec<u8>) -> Self {
        Self { suite, bytes }
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn derived(suite: Suite, from: &Prk) -> Option<Vec<u8>> {
    let nothing = digest(suite.digest, &[]);
    expand(from, "derived", nothing.as_ref(), suite.length())
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label.
fn expand(from: &Prk, label: &str, context: &[u8], length: usize) -> Option<Vec<u8>> {
    let label = ["tls13 ", label].concat();
    let info: [&[u8]; 5] = [
        &u16::try_from(length).ok()?.to_be_bytes(),
        &[u8::try_from(label.len()).ok()?],
        label.as_bytes(),
        &[u8::try_from(context.len()).ok()?],
        context,
    ];
    let mut expanded = vec![0; length];
    let made = from.expand(&info, Length(length)).ok()?;
    made.fill(&mut expanded).ok()?;
    Some(expanded)
}

/// Opens what one side has sealed.
pub(crate) struct Opener {
    key: LessSafeKey,
    iv: [u8; NONCE_LEN],
}

impl Opener {
    pub(crate) fn new(secret: &Secret, labels: &Labels) -> Option<Self> {
        let suite = secret.suite;
        let key = secret.expand(labels.key, suite.aead.key_len())?;
        let iv = secret.expand(labels.iv, NONCE_LEN)?;
        Some(Self {
            key: LessSafeKey::new(UnboundKey::new(suite.aead, &key).ok()?),
            iv: iv.try_into().ok()?,
        })
    }

    /// What is in the record or packet of that number, if this is what it was sealed with. Of several paths of QUIC each has
    /// numbers of its own (draft-ietf-quic-multipath, section 4).
    pub(crate) fn open(
        &self,
        number: u64,
        path: u32,
        header: &[u8],
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        let mut nonce = self.iv;
        let numbers = path.to_be_bytes().into_iter().chain(number.to_be_bytes());
        for (place, byte) in nonce.iter_mut().zip(numbers) {
            *place ^= byte;
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut opened = sealed.to_vec();
        let length = self
            .key
            .open_in_place(nonce, Aad::from(header), &mut opened)
            .ok()?
            .len();
        opened.truncate(length);
        Some(opened)
    }
}
