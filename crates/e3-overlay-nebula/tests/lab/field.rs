//! Hosts with parties and a lighthouse.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
use e3_lab::{Family, Host, Lab, Nat, Site, Topology};
use e3_session::types::{OptionValue, Options, Roster, RosterEntry, ServiceFacts, Subnet};
use e3_world::World;
use serde_bytes::ByteBuf;
use tempfile::TempDir;

use crate::{
    member::Member,
    party::{
        PORT, Party, SESSION,
        wire::{Ask, Told},
    },
    stock::Stock,
};

/// Where every party's nebula listens.
pub(crate) const AT: u16 = 4300;

/// What a test wants.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// A party of ours for each, with that nebula.
    pub(crate) parties: &'a [Stock],
    pub(crate) lighthouse: Stock,
    /// One more party, which is none of ours.
    pub(crate) other: Option<Stock>,
    pub(crate) network: &'a [&'a str],
    /// How long certificates are valid, in seconds.
    pub(crate) lifetime_s: Option<u64>,
    /// Which versions of IP the hosts speak.
    pub(crate) family: Family,
    /// Whether nebulas listen where they like, instead of at [`AT`].
    pub(crate) any_port: bool,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            parties: &[Stock::Old, Stock::Old],
            lighthouse: Stock::Old,
            other: None,
            network: &["10.233.0.0/24"],
            lifetime_s: None,
            family: Family::V4,
            any_port: false,
        }
    }
}

pub(crate) struct Field {
    pub(crate) parties: Vec<Party>,
    pub(crate) lighthouse: Party,
    /// Last in the roster.
    pub(crate) other: Option<Member>,
    pub(crate) roster: Roster,
    pub(crate) facts: Vec<ServiceFacts>,
    pub(crate) options: Options,
    pub(crate) lab: Lab,
    pub(crate) home: TempDir,
}

impl Field {
    /// All have introduced themselves.
    pub(crate) fn lay_out(wanted: &Wanted<'_>) -> Self {
        Self::after(wanted, |_, _| {})
    }

    /// The same, after something was done in the lab; the folder is removed with the field.
    pub(crate) fn after(wanted: &Wanted<'_>, before: impl FnOnce(&Lab, &Path)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let stocks: Vec<PathBuf> = wanted
            .parties
            .iter()
            .map(|stock| stock.folder(home.path()))
            .collect();
        Self::build(wanted, home, &stocks, before).unwrap()
    }

    /// The parties have whatever is in these folders; why one cannot introduce itself.
    pub(crate) fn with_stocks(
        wanted: &Wanted<'_>,
        home: TempDir,
        stocks: &[PathBuf],
    ) -> Result<Self, String> {
        Self::build(wanted, home, stocks, |_, _| {})
    }

    fn build(
        wanted: &Wanted<'_>,
        home: TempDir,
        stocks: &[PathBuf],
        before: impl FnOnce(&Lab, &Path),
    ) -> Result<Self, String> {
        let regions = ["ams3", "fra1", "lon1", "nyc3"];
        let count = stocks.len() + usize::from(wanted.other.is_some());
        let mut sites: Vec<Site> = regions
            .iter()
            .take(count)
            .map(|region| {
                let site = Site::new(*region, *region).nat(Nat::None);
                site.family(wanted.family)
            })
            .collect();
        for host in 0..count {
            let place = host % sites.len();
            sites[place].hosts.push(format!("p{host}"));
        }
        sites.push(
            Site::new("hub", "lon1")
                .nat(Nat::None)
                .family(wanted.family)
                .hosts(["hub"]),
        );
        let lab = Lab::build(&Topology {
            sites,
            world: World::builtin(),
            seed: 1,
        })
        .unwrap();
        before(&lab, home.path());
        let mut options = Options::default();
        if !wanted.any_port {
            options.0.insert("port".to_owned(), OptionValue::Port(AT));
        }
        if let Some(seconds) = wanted.lifetime_s {
            let lifetime = OptionValue::Milliseconds(seconds * 1000);
            options.0.insert("lifetime".to_owned(), lifetime);
        }
        let network: Vec<Subnet> = wanted
            .network
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let hub = lab.host("hub").unwrap();
        let mut lighthouse = Party::start(hub, home.path(), &wanted.lighthouse.folder(home.path()));
        let folder = lighthouse.folder.clone();
        let addresses = hub.addresses();
        let Told::Serving(facts) = lighthouse.ask(&Ask::Serve { folder, addresses }) else {
            panic!()
        };
        let mut field = Self {
            parties: Vec::new(),
            lighthouse,
            other: None,
            roster: Roster {
                session: SESSION,
                epoch: 0,
                network,
                parties: Vec::new(),
            },
            facts: vec![facts],
            options,
            lab,
            home,
        };
        for (index, stock) in stocks.iter().enumerate() {
            let host = field.host(index);
            let mut party = Party::start(&host, field.home.path(), stock);
            let ask = field.introduce(index, party.folder.clone());
            let Told::Introduced(bytes) = party.try_ask(&ask)? else {
                panic!()
            };
            field.roster.parties.push(field.entry(index, bytes));
            field.parties.push(party);
        }
        if let Some(stock) = wanted.other {
            let index = stocks.len();
            let networks = &field.roster.network;
            let member = Member::new(field.host(index), field.home.path(), stock, networks);
            let entry = field.entry(index, member.introduction());
            field.roster.parties.push(entry);
            field.other = Some(member);
        }
        Ok(field)
    }

    /// All are connected.
    pub(crate) fn connected(wanted: &Wanted<'_>) -> Self {
        let mut field = Self::lay_out(wanted);
        field.admit();
        field.join();
        field
    }

    pub(crate) fn host(&self, index: usize) -> Host {
        self.lab.host(&format!("p{index}")).unwrap().clone()
    }

    /// How a party is asked to introduce itself.
    pub(crate) fn introduce(&self, index: usize, folder: PathBuf) -> Ask {
        Ask::Introduce {
            name: format!("p{index}"),
            addresses: self.addresses(index),
            network: self.roster.network.clone(),
            options: self.options.clone(),
            folder,
        }
    }

    /// A party's virtual addresses.
    pub(crate) fn addresses(&self, index: usize) -> Vec<IpAddr> {
        let last = u8::try_from(index + 1).unwrap();
        let networks = self.roster.network.iter();
        let each = networks.map(|network| match network.address() {
            IpAddr::V4(base) => {
                let [a, b, c, _] = base.octets();
                [a, b, c, last].into()
            }
            IpAddr::V6(base) => {
                let mut segments = base.segments();
                segments[7] = last.into();
                segments.into()
            }
        });
        each.collect()
    }

    /// Where a party's program listens.
    pub(crate) fn at(&self, index: usize) -> SocketAddr {
        SocketAddr::new(self.addresses(index)[0], PORT)
    }

    fn entry(&self, index: usize, bytes: ByteBuf) -> RosterEntry {
        let keys = PartyKeys::generate().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let name = format!("p{index}");
        let overlays = BTreeMap::from([("nebula".to_owned(), bytes)]);
        let validity = Validity::starting(now.as_secs(), 3600);
        RosterEntry {
            addresses: self.addresses(index),
            introduction: Introduction::new(&keys, SESSION.0, &name, validity, overlays),
            endorsement: Endorsement::Pinned,
            name,
        }
    }

    /// The lighthouse serves the roster.
    pub(crate) fn admit(&mut self) {
        let entries = self.roster.parties.iter();
        let keys = entries.map(|entry| entry.introduction.overlays["nebula"].clone());
        let keys = keys.collect();
        self.lighthouse.ask(&Ask::Admit(keys));
    }

    pub(crate) fn joining(&self, index: usize, folder: &Path) -> Ask {
        Ask::Join {
            roster: Box::new(self.roster.clone()),
            me: u16::try_from(index).unwrap(),
            services: self.facts.clone(),
            options: self.options.clone(),
            folder: folder.to_owned(),
        }
    }

    /// All parties of ours join, at once, and answer callers.
    pub(crate) fn join(&mut self) {
        for index in 0..self.parties.len() {
            let ask = self.joining(index, &self.parties[index].folder);
            self.parties[index].tell(&ask);
        }
        for party in &mut self.parties {
            let told = party.hear();
            let name = party.host.name();
            told.unwrap_or_else(|why| panic!("{name}: {why}\n{}", party.log()));
            party.ask(&Ask::Answer(PORT));
        }
    }

    /// Whoever is at that index is no party any more; what is returned may go on.
    pub(crate) fn remove(&mut self, index: usize) -> Party {
        self.roster.parties.remove(index);
        self.roster.epoch += 1;
        self.parties.remove(index)
    }

    /// Asks all parties to take the roster as it is, the lighthouse as well.
    pub(crate) fn change(&mut self) {
        self.admit();
        let change = Ask::Change(Box::new(self.roster.clone()));
        for party in &mut self.parties {
            party.tell(&change);
        }
        for party in &mut self.parties {
            let told = party.hear();
            told.unwrap_or_else(|why| panic!("{}: {why}", party.host.name()));
        }
    }

    pub(crate) fn leave(&mut self) {
        for party in &mut self.parties {
            party.leave();
        }
        self.lighthouse.leave();
    }
}
