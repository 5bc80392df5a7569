//! A member of the roster that is none of ours: a stock nebula, told by hand what its owner likes.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use e3_identity::canonical;
use e3_lab::Host;
use e3_nebula::{Authority, Certificate, Details, HostKey, Network, Version};
use e3_session::types::{Roster, ServiceFacts, Subnet};
use serde_bytes::ByteBuf;
use serde_json::json;

use crate::{by_hand::ByHand, field::AT, stock::Stock};

/// The name of its interface.
const INTERFACE: &str = "other0";

pub(crate) struct Member {
    pub(crate) host: Host,
    folder: PathBuf,
    stock: Stock,
    authority: Authority,
    key: HostKey,
    /// Its authority's, of version 1 and 2.
    own: Vec<Certificate>,
    nebula: Option<ByHand>,
}

fn now_s() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs()
}

fn details(networks: Vec<Network>) -> Details {
    Details {
        name: "other".to_owned(),
        networks,
        unsafe_networks: Vec::new(),
        groups: Vec::new(),
        is_ca: false,
        not_before: now_s() - 60,
        not_after: now_s() + 3000,
        issuer: None,
        public_key: [0; 32],
    }
}

/// What an introduction says: the certificates of both versions, empty where there is none.
fn read(bytes: &[u8]) -> [ByteBuf; 2] {
    let (_, form): (String, [ByteBuf; 2]) = ciborium::from_reader(bytes).unwrap();
    form
}

/// The lighthouse's address: the last of the network.
fn lighthouse(network: &Subnet) -> IpAddr {
    let IpAddr::V4(base) = network.address() else {
        panic!("networks of IPv4 alone are tried here")
    };
    let hosts = u32::MAX >> network.prefix();
    Ipv4Addr::from_bits(base.to_bits() | hosts & !1).into()
}

impl Member {
    pub(crate) fn new(host: Host, home: &Path, stock: Stock, networks: &[Subnet]) -> Self {
        let folder = home.join("other");
        fs::create_dir(&folder).unwrap();
        let authority = Authority::generate().unwrap();
        let versions: &[Version] = match stock {
            Stock::Old => &[Version::V1],
            Stock::New => &[Version::V1, Version::V2],
        };
        let networks = networks.iter();
        let networks = networks.filter(|network| !network.is_ipv6());
        let networks: Vec<Network> = networks
            .map(|network| Network::new(network.address(), network.prefix()).unwrap())
            .collect();
        let own = versions.iter().map(|version| {
            // As all of a session's: for nothing behind its host.
            let nowhere = Network::new(Ipv4Addr::UNSPECIFIED.into(), 32);
            let limited = Details {
                unsafe_networks: nowhere.into_iter().collect(),
                ..details(networks.clone())
            };
            authority.certificate(*version, limited).unwrap()
        });
        Self {
            own: own.collect(),
            host,
            folder,
            stock,
            authority,
            key: HostKey::generate().unwrap(),
            nebula: None,
        }
    }

    /// As the format of introductions is described.
    pub(crate) fn introduction(&self) -> ByteBuf {
        let of = |version| {
            let mut own = self.own.iter();
            let found = own.find(|certificate| certificate.version() == version);
            ByteBuf::from(found.map(Certificate::encode).unwrap_or_default())
        };
        let form = (of(Version::V1), of(Version::V2));
        ByteBuf::from(canonical::bytes("e3/nebula/introduction/1", &form))
    }

    /// Runs nebula with a certificate for this address, which its own authority has signed; anew if it ran already.
    pub(crate) fn run(
        &mut self,
        address: IpAddr,
        roster: &Roster,
        services: &[ServiceFacts],
        hosts: &[(IpAddr, IpAddr)],
    ) {
        self.nebula = None;
        let entries = roster.parties.iter();
        let told = entries.map(|entry| entry.introduction.overlays["nebula"].clone());
        let told: Vec<[ByteBuf; 2]> = told
            .chain([services[0].told["nebula-authority"].clone()])
            .map(|bytes| read(&bytes))
            .collect();
        let (version, place) = if told.iter().all(|each| !each[1].is_empty()) {
            (Version::V2, 1)
        } else {
            (Version::V1, 0)
        };
        let bundle: String = told
            .iter()
            .map(|each| Certificate::decode(version, &each[place]).unwrap().to_pem())
            .collect();
        let own = self
            .own
            .iter()
            .find(|own| own.version() == version)
            .unwrap();
        let bits = own.details().networks[0].prefix();
        let certificate = self.authority.certify(
            own,
            Details {
                public_key: self.key.public(),
                networks: vec![Network::new(address, bits).unwrap()],
                unsafe_networks: Vec::new(),
                ..own.details().clone()
            },
        );
        let file = |name: &str, text: &str| {
            let path = self.folder.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let ca = file("ca.crt", &bundle);
        let certificate = file("host.crt", &certificate.unwrap().to_pem());
        let key = file("host.key", &self.key.to_pem());
        let light = &services[0];
        let lit = lighthouse(&roster.network[0]).to_string();
        let at = format!("{}:{}", light.addresses[0], light.ports[0].port);
        let mut map: serde_json::Map<_, _> = hosts
            .iter()
            .map(|(inside, outside)| (inside.to_string(), json!([format!("{outside}:{AT}")])))
            .collect();
        map.insert(lit.clone(), json!([at]));
        let config = json!({
            "pki": { "ca": ca, "cert": certificate, "key": key },
            "static_host_map": map,
            "lighthouse": { "am_lighthouse": false, "hosts": [lit] },
            "listen": { "host": "0.0.0.0", "port": AT },
            "tun": { "dev": INTERFACE, "mtu": 1300 },
            "logging": { "level": "info", "format": "json" },
            "firewall": {
                "outbound": [{ "port": "any", "proto": "any", "host": "any" }],
                "inbound": [{ "port": "any", "proto": "any", "host": "any" }],
            },
        });
        let config = file("config.yml", &config.to_string());
        self.nebula = Some(ByHand::run(&self.host, self.stock, &config));
    }
}
