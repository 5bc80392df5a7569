//! Hosts in a lab with an agent on each.

use std::time::Duration;

use anyhow::{Context as _, bail};
use e3_lab::{Lab, Nat, Site, Topology};
use e3_session::{
    message::{Reply, Request},
    types::{Contact, Dial, LinkReport, PartyIndex, Path, Ports, Roster, SessionId},
};
use e3_world::World;
use futures::future::select_all;
use tempfile::TempDir;

use crate::party::{Party, Said};

/// The port of programs.
pub(crate) const PORT: u16 = 11_365;

/// After this long, a peer counts as unreachable.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Regions that parties are spread over.
const REGIONS: [&str; 4] = ["ams3", "nyc3", "sgp1", "fra1"];

/// A lab, and the parties in it.
pub(crate) struct Field {
    pub(crate) parties: Vec<Party>,
    pub(crate) roster: Roster,
    dial: Dial,
    lab: Lab,
    home: TempDir,
}

/// Sites of this many hosts together: as many in the first as in the others, so that some share a switch.
pub(crate) fn cities(hosts: usize) -> Vec<Site> {
    let mut sites: Vec<Site> = REGIONS
        .iter()
        .take(hosts)
        .map(|region| site(region, region, Nat::None, Vec::new()))
        .collect();
    let count = sites.len();
    for host in 0..hosts {
        if let Some(site) = sites.get_mut(host % count) {
            site.hosts.push(format!("p{host}"));
        }
    }
    sites
}

/// A site.
pub(crate) fn site(name: &str, region: &str, nat: Nat, hosts: Vec<String>) -> Site {
    Site::new(name, region).nat(nat).hosts(hosts)
}

impl Field {
    /// Builds a lab and starts an agent on each of its hosts; party i is host `p<i>`. All are admitted but not
    /// connected.
    pub(crate) async fn lay_out(sites: Vec<Site>, dial: Dial) -> anyhow::Result<Self> {
        let lab = Lab::build(&Topology {
            sites,
            world: World::builtin(),
            seed: 1,
        })?;
        let mut field = Self {
            parties: Vec::new(),
            roster: Roster {
                session: SessionId([5; 16]),
                epoch: 0,
                parties: Vec::new(),
            },
            dial,
            home: tempfile::tempdir()?,
            lab,
        };
        for index in 0..field.lab.hosts().count() {
            field.add(index).await?;
        }
        Ok(field)
    }

    /// Starts an agent on host `p<index>`, which joins the roster when it is next admitted.
    pub(crate) async fn add(&mut self, index: usize) -> anyhow::Result<()> {
        let name = format!("p{index}");
        let host = self.lab.host(&name).context("there is no such host")?;
        let mut party = Party::start(host)?;
        let folder = self.home.path().join(name);
        let entry = party.introduce(self.roster.session, folder).await?;
        self.roster.parties.push(entry);
        self.parties.push(party);
        Ok(())
    }

    /// Everybody admits the roster as it is, under a new epoch.
    pub(crate) async fn admit(&mut self) -> anyhow::Result<()> {
        self.roster.epoch += 1;
        let mut admissions = Vec::new();
        for party in &mut self.parties {
            let roster = self.roster.clone();
            match party.request(Request::Admit { roster }).await? {
                Reply::Admitted { admission, .. } => admissions.push(admission),
                other => bail!("`{}` in answer to `admit`", other.name()),
            }
        }
        let mut nonces = Vec::new();
        for party in &mut self.parties {
            let admissions = admissions.clone();
            match party.request(Request::Reveal { admissions }).await? {
                Reply::Revealed { nonce } => nonces.push(nonce),
                other => bail!("`{}` in answer to `reveal`", other.name()),
            }
        }
        for party in &mut self.parties {
            let nonces = nonces.clone();
            party.request(Request::Compare { nonces }).await?;
        }
        Ok(())
    }

    /// Everybody connects, all at once.
    pub(crate) async fn connect(&mut self) -> anyhow::Result<()> {
        let asked = self.begin_connecting(|_| true).await?;
        self.finish_connecting(asked).await
    }

    /// Asks those that are chosen to connect; gives the requests' numbers.
    pub(crate) async fn begin_connecting(
        &mut self,
        chosen: impl Fn(usize) -> bool,
    ) -> anyhow::Result<Vec<(usize, u32)>> {
        let contacts: Vec<Contact> = indices()
            .zip(&self.parties)
            .map(|(party, at)| Contact {
                party,
                sequence: u64::from(self.roster.epoch),
                addresses: at.host.addresses(),
            })
            .collect();
        let mut asked = Vec::new();
        for (index, party) in self.parties.iter_mut().enumerate() {
            if chosen(index) {
                let connect = Request::Connect {
                    contacts: contacts.clone(),
                    dial: self.dial,
                    ports: Ports::one(PORT),
                    timeout_ms: u64::try_from(TIMEOUT.as_millis())?,
                };
                asked.push((index, party.ask(connect).await?));
            }
        }
        Ok(asked)
    }

    /// Waits until all of them are connected, and carries what overlays write to one another meanwhile.
    pub(crate) async fn finish_connecting(
        &mut self,
        mut asked: Vec<(usize, u32)>,
    ) -> anyhow::Result<()> {
        while !asked.is_empty() {
            let hearing = self.parties.iter_mut().map(|party| Box::pin(party.hear()));
            let (said, index, _) = select_all(hearing).await;
            match said? {
                Said::Carry(to, sealed) => {
                    let from = PartyIndex(u16::try_from(index)?);
                    let deliver = Request::Deliver { from, sealed };
                    self.party_mut(usize::from(to.0))?.ask(deliver).await?;
                }
                Said::Reply(re, reply) => {
                    if let Reply::Connected { dial, links } = *reply {
                        let party = self.party_mut(index)?;
                        (party.dial, party.links) = (Some(dial), links);
                        asked.retain(|request| *request != (index, re));
                    }
                }
            }
        }
        Ok(())
    }

    /// The links between all pairs that the program needs, as both ends see them, that cannot be used.
    pub(crate) fn broken(&self) -> Vec<&LinkReport> {
        let links = self.parties.iter().flat_map(|party| &party.links);
        links
            .filter(|link| matches!(link.path, Path::Unreachable { .. }))
            .collect()
    }

    /// The party at an index.
    pub(crate) fn party(&self, index: usize) -> anyhow::Result<&Party> {
        self.parties
            .get(index)
            .with_context(|| format!("there is no party {index}"))
    }

    pub(crate) fn party_mut(&mut self, index: usize) -> anyhow::Result<&mut Party> {
        self.parties
            .get_mut(index)
            .with_context(|| format!("there is no party {index}"))
    }

    /// Everybody leaves.
    pub(crate) async fn leave(&mut self) -> anyhow::Result<()> {
        for party in &mut self.parties {
            party.leave().await?;
        }
        Ok(())
    }
}

fn indices() -> impl Iterator<Item = PartyIndex> {
    (0..=u16::MAX).map(PartyIndex)
}
