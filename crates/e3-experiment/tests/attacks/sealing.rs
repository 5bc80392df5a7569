//! An overlay that seals what parties say to keys that they keep, as one does who writes letters: `direct`, but for the
//! words of whoever dials. Who finds such a key later opens all that was sealed to it.

use std::{
    io,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::Overlay;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, duplex, split},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::{
    forwarding::{Carried, Carrier},
    repeating::{OfKey, overlay as with_kept_key},
};

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;
type Secret = <Kem as hpke::Kem>::PrivateKey;
type Public = <Kem as hpke::Kem>::PublicKey;
type Encapped = <Kem as hpke::Kem>::EncappedKey;

pub(crate) const NAME: &str = "sealing";

/// Where what is sealed is taken.
const PORT: u16 = 4431;

/// Bytes that HPKE sends with what it seals (RFC 9180, section 7.1).
const ENCAPPED: usize = 32;

/// So much may be under way within a host.
const ROOM: usize = 64 * 1024;

pub(crate) fn overlay() -> Arc<dyn Overlay> {
    with_kept_key::<Sealing>(NAME)
}

struct Sealing(Secret);

impl OfKey for Sealing {
    fn of(key: [u8; 32]) -> Self {
        Self(Secret::from_bytes(&key).unwrap())
    }

    fn public(&self) -> Vec<u8> {
        Kem::sk_to_pk(&self.0).to_bytes().to_vec()
    }
}

#[async_trait]
impl Carrier for Sealing {
    /// What is said is sealed; what is heard comes as it is, but that every bit is another.
    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried> {
        let public = Public::from_bytes(introduced).unwrap();
        let (from, to) = TcpStream::connect((to, PORT)).await?.into_split();
        let (near, far) = duplex(ROOM);
        let (said, hears) = split(far);
        tokio::spawn(turned(from, hears));
        tokio::spawn(sealed(said, to, public));
        Ok(Box::new(near))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).await?;
        loop {
            let (from, to) = listener.accept().await?.0.into_split();
            let (near, far) = duplex(ROOM);
            let (said, hears) = split(far);
            tokio::spawn(turned(said, to));
            tokio::spawn(opened(from, hears, self.0.clone()));
            let _ = came.send(Box::new(near)).await;
        }
    }
}

async fn sealed(
    mut said: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    public: Public,
) -> io::Result<()> {
    let mut words = vec![0; 16 * 1024];
    loop {
        let read = said.read(&mut words).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let (mode, words) = (OpModeS::Base, &words[..read]);
        let (encapped, sealed) =
            hpke::single_shot_seal::<Aead, Kdf, Kem>(&mode, &public, &[], words, &[]).unwrap();
        to.write_u32(u32::try_from(ENCAPPED + sealed.len()).unwrap())
            .await?;
        to.write_all(&encapped.to_bytes()).await?;
        to.write_all(&sealed).await?;
    }
}

async fn opened(
    mut from: impl AsyncRead + Unpin,
    mut hears: impl AsyncWrite + Unpin,
    secret: Secret,
) -> io::Result<()> {
    while let Ok(length) = from.read_u32().await {
        let mut piece = vec![0; usize::try_from(length).unwrap()];
        from.read_exact(&mut piece).await?;
        let (encapped, sealed) = piece.split_at(ENCAPPED);
        let encapped = Encapped::from_bytes(encapped).unwrap();
        let mode = OpModeR::Base;
        let words =
            hpke::single_shot_open::<Aead, Kdf, Kem>(&mode, &secret, &encapped, &[], sealed, &[])
                .unwrap();
        hears.write_all(&words).await?;
    }
    hears.shutdown().await
}

/// Every bit is another, so that it is not read by chance: this direction is not what is tried.
async fn turned(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut words = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut words).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        words[..read].iter_mut().for_each(|byte| *byte = !*byte);
        to.write_all(&words[..read]).await?;
    }
}
