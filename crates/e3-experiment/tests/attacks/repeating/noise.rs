//! `WireGuard`'s handshake and messages, with a program's bytes in them instead of packets.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use e3_overlay::Overlay;
use snow::{Builder, HandshakeState, StatelessTransportState};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    net::UdpSocket,
    sync::mpsc,
    time::sleep,
};
use x25519_dalek::{PublicKey, StaticSecret};

use super::OfKey;
use crate::forwarding::{Carried, Carrier};

pub(crate) const NAME: &str = "repeating-noise";

const PORT: u16 = 51_820;

const PROTOCOL: &str = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
const PROLOGUE: &[u8] = b"WireGuard v1 zx2c4 Jason@zx2c4.com";

/// There is no secret of both but what they agree upon.
const NONE: [u8; 32] = [0; 32];

/// So much goes into one message, and no socket has room for many more at once.
const PIECE: usize = 1200;
const PAUSE: Duration = Duration::from_micros(200);

/// The longest message.
const LONGEST: usize = 2000;

/// The numbers by which both ends know a session: it is the only one between their addresses.
const NUMBER: [u8; 4] = *b"e3e3";

pub(crate) fn overlay() -> Arc<dyn Overlay> {
    super::overlay::<Noise>(NAME)
}

/// The key that stays is also the one that should not.
struct Noise([u8; 32]);

impl OfKey for Noise {
    fn of(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn public(&self) -> Vec<u8> {
        PublicKey::from(&StaticSecret::from(self.0))
            .as_bytes()
            .to_vec()
    }
}

impl Noise {
    fn builder(&self) -> Builder<'_> {
        Builder::new(PROTOCOL.parse().unwrap())
            .prologue(PROLOGUE)
            .unwrap()
            .psk(2, &NONE)
            .unwrap()
            .local_private_key(&self.0)
            .unwrap()
            .fixed_ephemeral_key_for_testing_only(&self.0)
    }
}

#[async_trait]
impl Carrier for Noise {
    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried> {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?);
        let to = SocketAddr::new(to, PORT);
        let builder = self.builder().remote_public_key(introduced).unwrap();
        let mut state = builder.build_initiator().unwrap();
        let one = written(&mut state, &[0; 12]);
        let one = [&[1, 0, 0, 0], &NUMBER[..], &one, &[0; 32]].concat();
        socket.send_to(&one, to).await?;
        let mut two = [0; LONGEST];
        let (length, _) = socket.recv_from(&mut two).await?;
        state
            .read_message(&two[12..length - 32], &mut [0; LONGEST])
            .unwrap();
        let state = Arc::new(state.into_stateless_transport_mode().unwrap());
        let (near, far) = duplex(1 << 20);
        let (said, mut hears) = split(far);
        tokio::spawn(say(said, Arc::clone(&socket), to, Arc::clone(&state)));
        tokio::spawn(async move {
            let mut message = [0; LONGEST];
            loop {
                let (length, _) = socket.recv_from(&mut message).await?;
                hear(&message[..length], &state, &mut hears).await?;
            }
            #[expect(unreachable_code, reason = "it says what it returns")]
            io::Result::Ok(())
        });
        Ok(Box::new(near))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?);
        let mut sessions = HashMap::new();
        let mut message = [0; LONGEST];
        loop {
            let (length, from) = socket.recv_from(&mut message).await?;
            let message = &message[..length];
            if message[0] != 1 {
                let (state, hears) = sessions.get_mut(&from).unwrap();
                hear(message, state, hears).await?;
                continue;
            }
            let mut state = self.builder().build_responder().unwrap();
            state
                .read_message(&message[8..116], &mut [0; LONGEST])
                .unwrap();
            let two = written(&mut state, &[]);
            let two = [&[2, 0, 0, 0], &NUMBER[..], &NUMBER, &two, &[0; 32]].concat();
            socket.send_to(&two, from).await?;
            let state = Arc::new(state.into_stateless_transport_mode().unwrap());
            let (near, far) = duplex(1 << 20);
            let (said, hears) = split(far);
            tokio::spawn(say(said, Arc::clone(&socket), from, Arc::clone(&state)));
            sessions.insert(from, (state, hears));
            let _ = came.send(Box::new(near)).await;
        }
    }
}

fn written(state: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![0; LONGEST];
    let length = state.write_message(payload, &mut message).unwrap();
    message.truncate(length);
    message
}

/// Sends what is said, in numbered messages.
async fn say(
    mut said: ReadHalf<DuplexStream>,
    socket: Arc<UdpSocket>,
    to: SocketAddr,
    state: Arc<StatelessTransportState>,
) -> io::Result<()> {
    let mut words = [0; PIECE];
    for number in 0_u64.. {
        let read = said.read(&mut words).await?;
        if read == 0 {
            break;
        }
        let mut sealed = [0; LONGEST];
        let length = state
            .write_message(number, &words[..read], &mut sealed)
            .unwrap();
        let header = [&[4, 0, 0, 0], &NUMBER[..], &number.to_le_bytes()].concat();
        socket
            .send_to(&[&header, &sealed[..length]].concat(), to)
            .await?;
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn hear(
    message: &[u8],
    state: &Arc<StatelessTransportState>,
    hears: &mut WriteHalf<DuplexStream>,
) -> io::Result<()> {
    let (header, sealed) = message.split_at(16);
    let number = u64::from_le_bytes(header[8..].try_into().unwrap());
    let mut words = [0; LONGEST];
    let length = state.read_message(number, sealed, &mut words).unwrap();
    hears.write_all(&words[..length]).await
}
