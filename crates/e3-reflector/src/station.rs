//! Where a reflector answers.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use e3_session::types::{ServicePort, Transport};

/// Under which name a service tells its [`Stations`] in the facts about it.
pub const TOLD: &str = "reflector";

/// The ports that a reflector has where none are chosen for it: STUN's own (RFC 8489, section 18.6), and the next one.
pub const USUAL_PORTS: [u16; 2] = [3478, 3479];

/// One address of a reflector, with the two ports on which it answers there.
///
/// `Display` gives `198.51.100.7:3478,3479`, and `FromStr` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Station {
    /// The address.
    pub address: IpAddr,
    /// The two ports; the first one is answered over TCP, too.
    pub ports: [u16; 2],
}

/// All stations of one reflector: what it tells of itself, and what whoever asks it must know. One of each version of
/// IP, or two where its host has them: then filtering by address can be told from none.
///
/// `Display` puts a space between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Stations(pub Vec<Station>);

/// A text that names no stations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` does not say where a reflector answers; expected is ADDRESS:PORT,PORT")]
pub struct NotAStation {
    /// The text.
    pub text: String,
}

impl Station {
    /// Its two endpoints.
    pub fn endpoints(&self) -> [SocketAddr; 2] {
        self.ports.map(|port| SocketAddr::new(self.address, port))
    }

    /// The first of them.
    pub fn first(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.ports[0])
    }
}

impl Stations {
    /// The station and which of its ports this endpoint is.
    pub(crate) fn find(&self, endpoint: SocketAddr) -> Option<(&Station, usize)> {
        self.0.iter().find_map(|station| {
            let mut ports = station.ports.iter();
            let port = ports.position(|port| *port == endpoint.port())?;
            (station.address == endpoint.ip()).then_some((station, port))
        })
    }

    /// The ports of the first station, with what carries them: what a firewall has to let through.
    pub fn ports(&self) -> Vec<ServicePort> {
        let ports = self.0.first().map(|station| station.ports);
        ports.map(service_ports).unwrap_or_default()
    }

    /// The other station of the same version of IP.
    pub fn beside(&self, station: &Station) -> Option<&Station> {
        self.0.iter().find(|other| {
            other.address != station.address && other.address.is_ipv4() == station.address.is_ipv4()
        })
    }
}

/// What a reflector on these ports listens on.
pub fn service_ports([first, other]: [u16; 2]) -> Vec<ServicePort> {
    let over = |transport, port| ServicePort { port, transport };
    vec![
        over(Transport::Udp, first),
        over(Transport::Udp, other),
        over(Transport::Tcp, first),
    ]
}

impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.first(), self.ports[1])
    }
}

impl FromStr for Station {
    type Err = NotAStation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            let (first, other) = text.rsplit_once(',')?;
            let first: SocketAddr = first.parse().ok()?;
            let ports = [first.port(), other.parse().ok()?];
            (ports[0] != ports[1] && !ports.contains(&0)).then_some(Self {
                address: first.ip(),
                ports,
            })
        };
        parsed().ok_or_else(|| NotAStation {
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Stations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, station) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            station.fmt(f)?;
        }
        Ok(())
    }
}

impl FromStr for Stations {
    type Err = NotAStation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let each = text.split_ascii_whitespace();
        let stations = each.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(stations))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_are_read_as_they_are_told() {
        let text = "198.51.100.7:3478,3479 [2001:db8::7]:40001,40002";
        let stations: Stations = text.parse().unwrap();
        assert_eq!(stations.to_string(), text);
        let endpoint = "[2001:db8::7]:40002".parse().unwrap();
        assert_eq!(stations.find(endpoint), Some((&stations.0[1], 1)));
        assert_eq!(stations.beside(&stations.0[0]), None);
    }

    #[test]
    fn what_is_no_station_is_named() {
        for text in [
            "198.51.100.7:3478",
            "198.51.100.7:1,1",
            "x:1,2",
            "198.51.100.7:0,2",
            "::1:1,2",
        ] {
            let error = text.parse::<Stations>().unwrap_err();
            assert_eq!(error.text, text);
        }
    }
}
