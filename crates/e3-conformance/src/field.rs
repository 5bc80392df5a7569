//! Hosts in a lab with an agent on each.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use e3_identity::{Endorsement, Introduction};
use e3_lab::{Host, Lab, Site, Topology};
use e3_overlay::Addressing;
use e3_session::{
    message::{Reply, Request},
    types::{
        Contact, Dial, LinkReport, Options, PartyIndex, Path as LinkPath, Ports, Roster,
        RosterEntry, RunId, ServiceFacts, SessionId, Subnet,
    },
};
use e3_world::World;
use futures::future::select_all;
use tempfile::TempDir;

use crate::{
    conversation,
    infrastructure::{Infrastructure, hub},
    party::{Party, Said},
    sites::name_of,
    subject::overlay,
    tap::TAPPED,
    trust::Trust,
};

/// The port of programs.
pub const PORT: u16 = 11_365;

/// After this long, a peer counts as unreachable, unless a check says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// Networks in which no host of the lab is.
const NETWORKS: [&str; 2] = ["10.233.0.0/24", "fd33:e3::/64"];

/// The number of whoever is none of the parties.
const NOBODY: u8 = 200;

/// The session of all honest parties.
const SESSION: SessionId = SessionId([5; 16]);

/// A lab, and the parties in it.
pub struct Field {
    /// The parties, by their index.
    pub parties: Vec<Party>,
    /// The roster that is admitted next.
    pub roster: Roster,
    /// Where their hosts are.
    pub lab: Lab,
    /// Why they believe one another.
    pub trust: Trust,
    /// After this long, a peer counts as unreachable.
    pub patience: Duration,
    /// Which connections a program will need.
    pub dial: Dial,
    /// What the overlay needs beside the parties.
    pub infrastructure: Option<Infrastructure>,
    /// What the environment says of the overlay.
    options: Options,
    /// Whether the courier loses what overlays write to one another.
    pub loses_letters: bool,
    /// Runs so far.
    runs: u32,
    home: TempDir,
}

/// Requests to connect that have not been answered: the parties' indices, and the requests' numbers.
pub type Asked = Vec<(usize, u32)>;

impl Field {
    /// Builds a lab and starts an agent on each of its hosts `p0`, `p1`, …; party i is host `p<i>`. All have introduced
    /// themselves, and nobody is admitted yet.
    pub async fn lay_out(sites: Vec<Site>, dial: Dial) -> anyhow::Result<Self> {
        Self::with_liar(sites, dial, None).await
    }

    /// The same; the environment says this of the overlay.
    pub async fn with_options(
        sites: Vec<Site>,
        dial: Dial,
        options: Options,
    ) -> anyhow::Result<Self> {
        Self::build(sites, dial, None, |_| Ok(options), false).await
    }

    /// The same; what the environment says depends on the lab, in which somebody else's services run.
    pub async fn among_others(
        sites: Vec<Site>,
        dial: Dial,
        options: impl FnOnce(&Lab) -> anyhow::Result<Options>,
    ) -> anyhow::Result<Self> {
        Self::build(sites, dial, None, options, false).await
    }

    /// The same as [`Field::lay_out`]; the overlay's services are tapped.
    pub async fn with_tap(sites: Vec<Site>, dial: Dial) -> anyhow::Result<Self> {
        Self::build(sites, dial, None, |_| Ok(Options::default()), true).await
    }

    /// The same; the overlay of one party can be told lies.
    pub async fn with_liar(
        sites: Vec<Site>,
        dial: Dial,
        liar: Option<usize>,
    ) -> anyhow::Result<Self> {
        Self::build(sites, dial, liar, |_| Ok(Options::default()), false).await
    }

    async fn build(
        mut sites: Vec<Site>,
        dial: Dial,
        liar: Option<usize>,
        options: impl FnOnce(&Lab) -> anyhow::Result<Options>,
        tapped: bool,
    ) -> anyhow::Result<Self> {
        sites.extend(hub()?);
        let lab = Lab::build(&Topology {
            sites,
            world: World::builtin(),
            seed: 1,
        })?;
        let options = options(&lab)?;
        let home = tempfile::tempdir()?;
        let names: Vec<String> = (0..lab.hosts().count())
            .map(name_of)
            .take_while(|name| lab.host(name).is_some())
            .collect();
        let mut field = Self {
            parties: Vec::new(),
            roster: Roster {
                session: SESSION,
                epoch: 0,
                network: network()?,
                parties: Vec::new(),
            },
            trust: Trust::new(&home.path().join("identities"), &names)?,
            lab,
            patience: PATIENCE,
            dial,
            infrastructure: None,
            options,
            loses_letters: false,
            runs: 0,
            home,
        };
        field.infrastructure = Infrastructure::start(&field, SESSION, tapped).await?;
        for (index, name) in names.iter().enumerate() {
            let host = field.host(name)?.clone();
            let lie = (liar == Some(index)).then(|| field.lie(name));
            let (party, entry) = field.start(&host, name, lie.as_deref()).await?;
            field.roster.parties.push(entry);
            field.parties.push(party);
        }
        Ok(field)
    }

    /// What every overlay is given: the services that are up, and its options.
    pub fn given(&self) -> (&[ServiceFacts], &Options) {
        (self.services(), &self.options)
    }

    /// The services that are up.
    pub fn services(&self) -> &[ServiceFacts] {
        let infrastructure = self.infrastructure.as_ref();
        infrastructure.map_or(&[], |infrastructure| &infrastructure.facts)
    }

    /// Whether what the services see is written down.
    pub fn is_tapped(&self) -> bool {
        self.services().iter().any(|facts| facts.name == TAPPED)
    }

    /// Ends a party's agent as a crash would, and starts another in its place, which is a member when it is next
    /// admitted.
    pub async fn restart(&mut self, index: usize) -> anyhow::Result<()> {
        let before = self.party_mut(index)?;
        before.kill()?;
        let host = before.host.clone();
        let (party, entry) = self.start(&host, host.name(), None).await?;
        *self.party_mut(index)? = party;
        let place = self.roster.parties.get_mut(index);
        *place.context("the roster lacks a party")? = entry;
        Ok(())
    }

    /// Leaves a party out of the roster that is admitted next; the caller has its agent.
    pub fn remove(&mut self, index: usize) -> (Party, RosterEntry) {
        (
            self.parties.remove(index),
            self.roster.parties.remove(index),
        )
    }

    async fn start(
        &self,
        host: &Host,
        name: &str,
        lie: Option<&Path>,
    ) -> anyhow::Result<(Party, RosterEntry)> {
        let mut party = Party::start(host, name, lie)?;
        let folder = self.folder("agents").join(host.name());
        let session = self.roster.session;
        let introduction = party
            .introduce(session, &folder, &self.trust, self.given())
            .await?;
        Ok((party, unendorsed(name, introduction)?))
    }

    /// An agent on a host that is no party's; its overlay can be told lies.
    pub fn impostor(&self, host: &str, name: &str) -> anyhow::Result<Party> {
        Party::start(self.host(host)?, name, Some(&self.lie(host)))
    }

    /// A folder of this name that is removed with the field.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Where the lie stands that an impostor on a host is told.
    pub fn lie(&self, host: &str) -> PathBuf {
        self.folder(&format!("lie-to-{host}"))
    }

    /// A host of the lab, which need not be a party's.
    pub fn host(&self, name: &str) -> anyhow::Result<&Host> {
        let host = self.lab.host(name);
        host.with_context(|| format!("there is no host {name}"))
    }

    /// Everybody is endorsed for the place that it has now.
    pub async fn endorse(&mut self) -> anyhow::Result<()> {
        conversation::endorse(&mut self.parties, &mut self.roster, &self.trust).await
    }

    /// Everybody admits the roster as it is, under a new epoch.
    pub async fn admit(&mut self) -> anyhow::Result<()> {
        self.endorse().await?;
        self.roster.epoch += 1;
        conversation::admit(&mut self.parties, &self.roster).await?;
        match &mut self.infrastructure {
            Some(infrastructure) => infrastructure.admit(&self.roster).await,
            None => Ok(()),
        }
    }

    /// Everybody connects, all at once.
    pub async fn connect(&mut self) -> anyhow::Result<()> {
        let asked = self.begin_connecting(|_| true).await?;
        self.finish_connecting(asked).await?;
        self.look_around().await
    }

    /// Lets a program find out, on every party's host, what the overlay gives to programs.
    pub async fn look_around(&mut self) -> anyhow::Result<()> {
        self.runs += 1;
        let into = self.home.path().join(format!("run-{}", self.runs));
        let run = RunId(self.runs);
        let plan = (self.dial, Ports::one(PORT));
        conversation::look_around(&mut self.parties, run, plan, &into).await
    }

    /// Where everybody is.
    pub fn contacts(&self) -> Vec<Contact> {
        let places = self.parties.iter().map(|party| party.host.addresses());
        self.contacts_of(places)
    }

    /// Where everybody is, but for one: whoever looks for that party is sent to a host.
    pub fn contacts_with(&self, misled: usize, to: &Host) -> Vec<Contact> {
        let places = self.parties.iter().enumerate();
        self.contacts_of(places.map(|(index, party)| match index {
            index if index == misled => to.addresses(),
            _ => party.host.addresses(),
        }))
    }

    fn contacts_of(&self, places: impl Iterator<Item = Vec<IpAddr>>) -> Vec<Contact> {
        let indices = (0..=u16::MAX).map(PartyIndex);
        let numbered = indices.zip(places);
        numbered
            .map(|(party, addresses)| Contact {
                party,
                // Grows whenever somebody may have moved.
                sequence: u64::from(self.roster.epoch),
                addresses,
            })
            .collect()
    }

    /// Asks those that are chosen to connect.
    pub async fn begin_connecting(
        &mut self,
        chosen: impl Fn(usize) -> bool,
    ) -> anyhow::Result<Asked> {
        let contacts = self.contacts();
        self.begin_connecting_at(&contacts, chosen).await
    }

    /// The same; the courier says where the parties are.
    pub async fn begin_connecting_at(
        &mut self,
        contacts: &[Contact],
        chosen: impl Fn(usize) -> bool,
    ) -> anyhow::Result<Asked> {
        let connect = self.request_to_connect(contacts, self.dial)?;
        let mut asked = Vec::new();
        for (index, party) in self.parties.iter_mut().enumerate() {
            if chosen(index) {
                asked.push((index, party.ask(connect.clone()).await?));
            }
        }
        Ok(asked)
    }

    /// What a party is asked when it is to connect.
    pub fn request_to_connect(&self, contacts: &[Contact], dial: Dial) -> anyhow::Result<Request> {
        Ok(Request::Connect {
            contacts: contacts.to_vec(),
            dial,
            ports: Ports::one(PORT),
            timeout_ms: u64::try_from(self.patience.as_millis())?,
        })
    }

    /// Waits until all of them have answered, and carries what overlays write to one another meanwhile.
    pub async fn finish_connecting(&mut self, mut asked: Asked) -> anyhow::Result<()> {
        while !asked.is_empty() {
            let hearing = self.parties.iter_mut().map(|party| Box::pin(party.hear()));
            let (said, index, _) = select_all(hearing).await;
            match said? {
                Said::Carry(..) if self.loses_letters => {}
                Said::Carry(to, sealed) => {
                    let from = PartyIndex(u16::try_from(index)?);
                    let deliver = Request::Deliver { from, sealed };
                    self.party_mut(usize::from(to.0))?.ask(deliver).await?;
                }
                Said::Reply(re, reply) if asked.contains(&(index, re)) => {
                    self.party_mut(index)?.connected(*reply)?;
                    asked.retain(|request| *request != (index, re));
                }
                Said::Reply(_, reply) => {
                    if let Reply::Refused(refusal) = *reply {
                        anyhow::bail!("party {index}: {refusal}");
                    }
                }
            }
        }
        Ok(())
    }

    /// The links between all pairs that the program needs, as both ends see them, that cannot be used.
    pub fn broken(&self) -> Vec<&LinkReport> {
        let links = self.parties.iter().flat_map(|party| &party.links);
        links
            .filter(|link| matches!(link.path, LinkPath::Unreachable { .. }))
            .collect()
    }

    /// The party at an index.
    pub fn party(&self, index: usize) -> anyhow::Result<&Party> {
        self.parties
            .get(index)
            .with_context(|| format!("there is no party {index}"))
    }

    /// The same, to speak with it.
    pub fn party_mut(&mut self, index: usize) -> anyhow::Result<&mut Party> {
        self.parties
            .get_mut(index)
            .with_context(|| format!("there is no party {index}"))
    }

    /// Everybody leaves.
    pub async fn leave(&mut self) -> anyhow::Result<()> {
        for party in &mut self.parties {
            party.leave().await?;
        }
        if let Some(infrastructure) = &mut self.infrastructure {
            infrastructure.agent.leave().await?;
        }
        Ok(())
    }
}

/// An entry before anybody knows at which index it will stand.
pub fn unendorsed(name: &str, introduction: Introduction) -> anyhow::Result<RosterEntry> {
    Ok(RosterEntry {
        name: name.to_owned(),
        addresses: addresses(name)?,
        introduction,
        endorsement: Endorsement::Pinned,
    })
}

/// The networks of virtual addresses; none where programs use their hosts'.
pub fn network() -> anyhow::Result<Vec<Subnet>> {
    Ok(match overlay()?.addressing() {
        Addressing::Host => Vec::new(),
        Addressing::Virtual => NETWORKS
            .map(str::parse)
            .into_iter()
            .collect::<Result<_, _>>()?,
    })
}

/// A party's virtual addresses.
pub fn addresses(name: &str) -> anyhow::Result<Vec<IpAddr>> {
    let networks = network()?.into_iter();
    Ok(networks.map(|network| address(network, name)).collect())
}

/// The address of a party, which is the same in every roster: by its number, or by one that no party has.
fn address(network: Subnet, name: &str) -> IpAddr {
    let number = (0..NOBODY).find(|index| name_of(usize::from(*index)) == name);
    let last = number.unwrap_or(NOBODY).saturating_add(1);
    match network.address() {
        IpAddr::V4(base) => {
            let [a, b, c, _] = base.octets();
            [a, b, c, last].into()
        }
        IpAddr::V6(base) => {
            let mut segments = base.segments();
            segments[7] = last.into();
            segments.into()
        }
    }
}
