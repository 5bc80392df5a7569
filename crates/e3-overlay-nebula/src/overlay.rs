//! The overlay before it is joined.

use std::{
    fs,
    net::{Ipv4Addr, UdpSocket},
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Promise, Properties, Scene, Service, ServiceKind,
};
use e3_session::types::{Options, Subnet};
use e3_stock::NEBULA;
use serde_bytes::ByteBuf;

use crate::{
    NAME, NebulaError,
    flows::flows,
    identity::Identity,
    introduction::Introduced,
    joined::join,
    options::{Chosen, OPTIONS},
    program::Program,
    service,
};

/// What Nebula does not prevent, of who is reached and who calls.
const TAKEN: &str = "packets of connections that stand may reach, or come from, another member, or the lighthouse, that certifies their end's address for itself, until nebula has told of its handshake: then nebula is killed and the program stopped, with a message that names who it was; nebula 1.6.1 takes packets of connections that stand from any member that guesses their ports, and nobody notices";

/// The stock nebula, with certificates that each party makes for itself.
#[derive(Debug, Default)]
pub struct NebulaOverlay {
    /// From *introduce*: the authority's key never leaves this process.
    introduced: OnceLock<(Program, Arc<Identity>)>,
}

#[async_trait]
impl Overlay for NebulaOverlay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "the stock Nebula, 1.6.1 or later: encrypted, through NATs, each party its own authority; needs the right to make interfaces"
    }

    fn properties(&self) -> Properties {
        Properties {
            confidential: Promise::Yes,
            integrity: Promise::Yes,
            authenticated: Promise::But(TAKEN),
            names_callers: Promise::But(TAKEN),
            excludes_strangers: Promise::Yes,
            forward_secret: Promise::Yes,
            traverses_nat: Promise::Yes,
            half_closes: Promise::Yes,
            outlives_outage: Promise::Yes,
            outlives_address: Promise::Yes,
            isolates_program: Promise::Yes,
            changes_roster: Promise::Yes,
            excludes_removed: Promise::Yes,
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Program(&NEBULA), Need::Tun, Need::Interfaces]
    }

    fn addressing(&self) -> Addressing {
        Addressing::Virtual
    }

    fn options(&self) -> &'static [OptionKind] {
        OPTIONS
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Lighthouse]
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        (kind == ServiceKind::Lighthouse).then(service::lighthouse)
    }

    fn mode(&self, options: &Options) -> String {
        Chosen::read(options).mode()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// Keys that are used in this session and in no other. A missing nebula and a port that cannot be had are told now,
    /// before anybody takes part.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let program = Program::find().await?;
        try_port(Chosen::read(&who.options).port)?;
        let identity = Identity::make(&who.name, program.reads, &who.network)?;
        try_six(&who.network)?;
        let introduced = Introduced::of(&identity.certificates).bytes();
        self.introduced
            .set((program, Arc::new(identity)))
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(ByteBuf::from(introduced))
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let introduced = self.introduced.get();
        let (program, identity) =
            introduced.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        Ok(Box::new(
            join(program, Arc::clone(identity), joining).await?,
        ))
    }
}

/// Whether interfaces get addresses of IPv6, where there are no others: nebula makes its own in the host's network.
fn try_six(network: &[Subnet]) -> Result<(), NebulaError> {
    let six_alone = !network.is_empty() && network.iter().all(|one| one.is_ipv6());
    let switched = fs::read_to_string("/proc/sys/net/ipv6/conf/default/disable_ipv6");
    // A kernel that knows nothing of IPv6 has no such setting.
    let is_on = switched.is_ok_and(|text| text.trim() == "0");
    if six_alone && !is_on {
        return Err(NebulaError::NoSix);
    }
    Ok(())
}

/// Whether a port can be had; 0 always can.
pub(crate) fn try_port(port: u16) -> Result<(), NebulaError> {
    let tried = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port));
    tried
        .map(drop)
        .map_err(|source| NebulaError::Port { port, source })
}
