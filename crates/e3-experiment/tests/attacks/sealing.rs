//! An overlay that seals what parties say to keys that they keep, as one does who writes letters: `direct`, but for the
//! words of whoever dials. Who finds such a key later opens all that was sealed to it.

use std::{
    fs, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Properties,
    Registry, Scene, ServiceKind,
};
use e3_session::types::{Contact, DialTable, LinkReport, Options, PartyIndex, Roster};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;
type Secret = <Kem as hpke::Kem>::PrivateKey;
type Public = <Kem as hpke::Kem>::PublicKey;
type Encapped = <Kem as hpke::Kem>::EncappedKey;

const NAME: &str = "sealing";

/// Where what is sealed is taken.
const PORT: u16 = 4431;

/// Bytes that HPKE sends with what it seals (RFC 9180, section 7.1).
const ENCAPPED: usize = 32;

pub(crate) struct Sealing {
    direct: Arc<dyn Overlay>,
    secret: OnceLock<Secret>,
}

impl Default for Sealing {
    fn default() -> Self {
        Self {
            direct: Registry::builtin().make("direct").unwrap(),
            secret: OnceLock::new(),
        }
    }
}

#[async_trait]
impl Overlay for Sealing {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "direct, sealed to keys that are kept"
    }

    fn properties(&self) -> Properties {
        self.direct.properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        self.direct.addressing()
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[]
    }

    fn mode(&self, _: &Options) -> String {
        NAME.to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.direct.flows(scene)
    }

    /// The private key is kept where it outlives the session.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        let (secret, public) = Kem::derive_keypair(&seed);
        let agents = who.folder.ancestors().find(|one| one.ends_with("agents"));
        let kept = agents.unwrap().join(format!("{}.key", who.name));
        fs::write(kept, hex::encode(secret.to_bytes())).unwrap();
        let _ = self.secret.set(secret);
        Ok(public.to_bytes().to_vec().into())
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let publics = joining.roster.parties.iter().map(|entry| {
            let bytes = &entry.introduction.overlays[NAME];
            Public::from_bytes(bytes).unwrap()
        });
        let publics: Vec<_> = publics.collect();
        let direct = self.direct.join(joining).await?;
        let mut table = direct.dial_table();
        let mut forwards = JoinSet::new();
        for (reach, public) in table.parties.iter_mut().zip(publics) {
            if reach.party == table.me {
                let door = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).await;
                let secret = self.secret.get().unwrap().clone();
                forwards.spawn(take(door.unwrap(), secret, reach.port));
                continue;
            }
            let near = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let far = (reach.address, PORT).into();
            let at = near.local_addr().unwrap();
            (reach.address, reach.port) = (at.ip(), at.port());
            forwards.spawn(forward(near, far, public));
        }
        Ok(Box::new(Sealed {
            direct,
            table,
            _forwards: forwards,
        }))
    }
}

/// Seals what the program here says; what it hears comes as it is, but that every bit is another.
async fn forward(listener: TcpListener, to: SocketAddr, public: Public) {
    while let Ok((near, _)) = listener.accept().await {
        let public = public.clone();
        tokio::spawn(async move {
            let (mut said, hears) = near.into_split();
            let (from, mut far) = TcpStream::connect(to).await?.into_split();
            tokio::spawn(turned(from, hears));
            let mut words = vec![0; 16 * 1024];
            loop {
                let read = said.read(&mut words).await?;
                if read == 0 {
                    return far.shutdown().await;
                }
                let mode = OpModeS::Base;
                let (encapped, sealed) = hpke::single_shot_seal::<Aead, Kdf, Kem>(
                    &mode,
                    &public,
                    &[],
                    &words[..read],
                    &[],
                )
                .unwrap();
                far.write_u32(u32::try_from(ENCAPPED + sealed.len()).unwrap())
                    .await?;
                far.write_all(&encapped.to_bytes()).await?;
                far.write_all(&sealed).await?;
            }
        });
    }
}

/// Opens what is said to the program here.
async fn take(listener: TcpListener, secret: Secret, program: u16) {
    while let Ok((far, _)) = listener.accept().await {
        let secret = secret.clone();
        tokio::spawn(async move {
            let (mut sealed, to) = far.into_split();
            let near = TcpStream::connect((Ipv4Addr::LOCALHOST, program)).await?;
            let (said, mut hears) = near.into_split();
            tokio::spawn(turned(said, to));
            while let Ok(length) = sealed.read_u32().await {
                let mut piece = vec![0; usize::try_from(length).unwrap()];
                sealed.read_exact(&mut piece).await?;
                let (encapped, sealed) = piece.split_at(ENCAPPED);
                let encapped = Encapped::from_bytes(encapped).unwrap();
                let words = hpke::single_shot_open::<Aead, Kdf, Kem>(
                    &OpModeR::Base,
                    &secret,
                    &encapped,
                    &[],
                    sealed,
                    &[],
                )
                .unwrap();
                hears.write_all(&words).await?;
            }
            hears.shutdown().await
        });
    }
}

/// Every bit is another, so that it is not read by chance: this direction is not what is tried.
async fn turned(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
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

struct Sealed {
    direct: Box<dyn Joined>,
    table: DialTable,
    _forwards: JoinSet<()>,
}

#[async_trait]
impl Joined for Sealed {
    fn dial_table(&self) -> DialTable {
        self.table.clone()
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.direct.links().await
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        self.direct.ping(peer).await
    }

    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        self.direct.change(roster, contacts).await
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        self.direct.leave().await
    }
}
