//! `direct` with a fault.

use std::{io::ErrorKind, process::Command, sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_forward::place::Wanted;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, ProgramNeeds,
    ProgramPlace, Promise, Properties, Registry, Scene, Service, ServiceKind,
};
use e3_session::types::{Contact, DialTable, LinkReport, Options, PartyIndex, Path, Roster};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::{
    fault::Fault,
    forward::Forward,
    gossip::{Gossip, Gossiping},
    placed::{self, Placed},
    wall,
};

/// How long a hasty overlay waits for a peer.
const MOMENT: Duration = Duration::from_secs(2);

/// A port that nobody listens on.
const NOBODYS: u16 = 9;

/// The overlays of all faults.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::builtin();
    for fault in Fault::ALL {
        registry.add(move || Arc::new(Faulty::new(fault)));
    }
    registry
}

struct Faulty {
    fault: Fault,
    direct: Arc<dyn Overlay>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        let direct = Registry::builtin().make("direct");
        Self {
            fault,
            direct: direct.expect("direct is built in"),
        }
    }
}

#[async_trait]
impl Overlay for Faulty {
    fn name(&self) -> &'static str {
        self.fault.name()
    }

    fn summary(&self) -> &'static str {
        "direct, with a fault"
    }

    fn properties(&self) -> Properties {
        match self.fault {
            Fault::Boastful | Fault::Breaks => Properties {
                confidential: Promise::Yes,
                integrity: Promise::Yes,
                authenticated: Promise::Yes,
                names_callers: Promise::Yes,
                excludes_strangers: Promise::Yes,
                forward_secret: Promise::Yes,
                traverses_nat: Promise::Yes,
                half_closes: Promise::Yes,
                outlives_outage: Promise::Yes,
                outlives_address: Promise::Yes,
                isolates_program: Promise::Yes,
                changes_roster: Promise::Yes,
                excludes_removed: Promise::Yes,
            },
            Fault::Gossips | Fault::Denies => Properties {
                confidential: Promise::Yes,
                traverses_nat: Promise::Yes,
                ..self.direct.properties()
            },
            Fault::Walled | Fault::Forwarded => Properties {
                isolates_program: Promise::Yes,
                ..self.direct.properties()
            },
            Fault::Placed | Fault::Homeless => Properties {
                isolates_program: Promise::InNamespace(
                    "a program listens on its host's own network",
                ),
                ..self.direct.properties()
            },
            _ => self.direct.properties(),
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        match self.fault {
            Fault::Placed | Fault::Forwarded | Fault::Homeless => Addressing::Virtual,
            _ => self.direct.addressing(),
        }
    }

    fn services(&self) -> &'static [ServiceKind] {
        match self.fault {
            Fault::Gossips | Fault::Denies => &[ServiceKind::Relay],
            _ => &[],
        }
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        self.services().contains(&kind).then(|| {
            let relay: Arc<dyn Service> = Arc::new(Gossip);
            relay
        })
    }

    fn mode(&self, _: &Options) -> String {
        "faulty".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        match self.fault {
            Fault::Secretive => Vec::new(),
            _ => self.direct.flows(scene),
        }
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.direct.introduce(who).await
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        if self.fault == Fault::Breaks && joining.roster.parties.len() == 1 {
            return Err(OverlayError::Listen {
                address: "nowhere".to_owned(),
                source: ErrorKind::AddrInUse.into(),
            });
        }
        let timeout = match self.fault {
            Fault::Hasty => MOMENT,
            _ => joining.timeout,
        };
        let contacts = joining.contacts.clone();
        let port = joining.ports.base;
        let wanted = match self.fault {
            Fault::Placed => Some(Wanted::Namespace),
            Fault::Forwarded | Fault::Homeless => Some(Wanted::Forwards),
            _ => None,
        };
        let plan = wanted.map(|wanted| placed::plan(&joining, wanted));
        let relay = joining.services.first().cloned();
        let direct = self.direct.join(Joining { timeout, ..joining }).await?;
        let placed = match plan {
            Some(plan) => Some(Placed::start(&plan, direct.dial_table()).await),
            None => None,
        };
        let gossiping = match (self.fault, relay) {
            (Fault::Gossips | Fault::Denies, Some(relay)) => {
                Some(Gossiping::start(direct.dial_table(), &relay).await)
            }
            _ => None,
        };
        let mut joined = FaultyJoined {
            fault: self.fault,
            direct,
            contacts,
            forwards: Vec::new(),
            placed,
            gossiping,
        };
        if self.fault == Fault::Walled {
            wall::build(port)
                .await
                .expect("a host can route as it likes");
        }
        joined.lay_forwards().await;
        Ok(Box::new(joined))
    }
}

struct FaultyJoined {
    fault: Fault,
    direct: Box<dyn Joined>,
    contacts: Vec<Contact>,
    forwards: Vec<Forward>,
    /// Where the program is, for the one that gives it a place.
    placed: Option<Placed>,
    /// How it speaks by way of the relay that reads everything.
    gossiping: Option<Gossiping>,
}

impl FaultyJoined {
    /// A forward to every peer; those to peers that stay where they are go on.
    async fn lay_forwards(&mut self) {
        if matches!(
            self.fault,
            Fault::Boastful | Fault::Breaks | Fault::Placed | Fault::Gossips | Fault::Denies
        ) {
            return;
        }
        let table = self.direct.dial_table();
        let mut before = std::mem::take(&mut self.forwards);
        if self.fault == Fault::Clumsy {
            before.clear();
        }
        for reach in &table.parties {
            if reach.party == table.me {
                continue;
            }
            let mut target = reach.socket();
            match self.fault {
                Fault::OneWay if reach.party < table.me => target.set_port(NOBODYS),
                Fault::Walled => target = wall::gate_of(target),
                _ => {}
            }
            let stays = before
                .iter()
                .position(|one| one.peer == reach.name && one.target == target);
            let forward = match stays {
                Some(stays) => before.swap_remove(stays),
                None => Forward::start(reach.name.clone(), target, self.fault)
                    .await
                    .expect("a host has room for a socket"),
            };
            self.forwards.push(forward);
        }
    }

    fn colour(&self, mut link: LinkReport) -> LinkReport {
        link.path = match (link.path, self.fault) {
            (Path::Unreachable { .. }, Fault::Curt) => Path::Unreachable {
                reason: "it does not work".to_owned(),
            },
            (_, Fault::Gloomy) => Path::Unreachable {
                reason: "nothing ever works".to_owned(),
            },
            (_, Fault::Gossips) => Path::Relayed {
                by: "gossip".to_owned(),
            },
            (_, Fault::Denies) => Path::Direct {
                address: "nowhere".to_owned(),
            },
            (path, _) => path,
        };
        link
    }
}

#[async_trait]
impl Joined for FaultyJoined {
    fn dial_table(&self) -> DialTable {
        if let Some(placed) = &self.placed {
            return placed.place.dial_table();
        }
        if let Some(gossiping) = &self.gossiping {
            return gossiping.table.clone();
        }
        let mut table = self.direct.dial_table();
        for reach in &mut table.parties {
            let forward = self.forwards.iter().find(|one| one.peer == reach.name);
            if let Some(forward) = forward {
                (reach.address, reach.port) = (forward.at.ip(), forward.at.port());
            }
        }
        table
    }

    fn program_needs(&self) -> ProgramNeeds {
        let place = self.placed.as_ref();
        ProgramNeeds {
            place: place.map_or(ProgramPlace::Host, |placed| placed.place.program_place()),
            ..self.direct.program_needs()
        }
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        self.direct.notices()
    }

    async fn links(&self) -> Vec<LinkReport> {
        let links = self.direct.links().await;
        let mut links: Vec<_> = links.into_iter().map(|link| self.colour(link)).collect();
        if self.fault == Fault::Forgetful {
            links.pop();
        }
        links
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        match self.fault {
            Fault::Blind => {
                let address = "everywhere".to_owned();
                let (me, path) = (self.direct.dial_table().me, Path::Direct { address });
                Ok(LinkReport::new(me, peer, path, Some(1.0)))
            }
            Fault::Knocks => {
                let table = self.direct.dial_table();
                let at = table.parties[usize::from(peer.0)].socket();
                let _ = tokio::net::TcpStream::connect(at).await;
                self.direct.ping(peer).await
            }
            _ => self.direct.ping(peer).await,
        }
    }

    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        let contacts = match self.fault {
            Fault::Stubborn => self.contacts.clone(),
            _ => contacts.to_vec(),
        };
        self.direct.change(roster, &contacts).await?;
        self.lay_forwards().await;
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        if self.fault == Fault::Messy {
            let lingers = Command::new("sleep").arg("30").spawn();
            drop(lingers.expect("sleep can be started"));
        }
        self.direct.leave().await
    }
}
