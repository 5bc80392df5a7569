//! Who takes part, as every program is told.

use std::{env, net::SocketAddr};

use super::ProbeError;

/// The parties' addresses, and which one is this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peers {
    /// This party's index.
    pub me: u16,
    /// Every party's address, in the order of indices.
    pub addresses: Vec<SocketAddr>,
}

impl Peers {
    /// From the variables that every program has: `E3_PARTY` and `E3_PEERS`.
    ///
    /// # Errors
    /// [`ProbeError::Variable`] if one is missing or wrong.
    pub fn from_environment() -> Result<Self, ProbeError> {
        let variable = |name| env::var(name).unwrap_or_default();
        Self::parse(&variable("E3_PARTY"), &variable("E3_PEERS"))
    }

    fn parse(party: &str, peers: &str) -> Result<Self, ProbeError> {
        let addresses: Result<Vec<SocketAddr>, _> = peers.split(',').map(str::parse).collect();
        let addresses = addresses.map_err(|_| ProbeError::Variable {
            name: "E3_PEERS",
            found: peers.to_owned(),
            expected: "every party's address:port, with commas between",
        })?;
        let me = party.parse().ok();
        let me = me.filter(|me| usize::from(*me) < addresses.len());
        let me = me.ok_or_else(|| ProbeError::Variable {
            name: "E3_PARTY",
            found: party.to_owned(),
            expected: "this party's index",
        })?;
        Ok(Self { me, addresses })
    }

    /// The number of parties.
    pub fn count(&self) -> u16 {
        u16::try_from(self.addresses.len()).unwrap_or(u16::MAX)
    }

    /// Every party but this one.
    pub fn others(&self) -> impl Iterator<Item = u16> + use<> {
        let me = self.me;
        (0..self.count()).filter(move |party| *party != me)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_program_is_told_is_enough() {
        let peers = Peers::parse("1", "10.0.0.1:5,[fd00::2]:5").unwrap();
        assert_eq!((peers.me, peers.count()), (1, 2));
        assert_eq!(peers.others().collect::<Vec<_>>(), [0]);
        for (party, addresses) in [
            ("2", "10.0.0.1:5,10.0.0.2:5"),
            ("", "10.0.0.1:5"),
            ("0", ""),
        ] {
            assert!(
                Peers::parse(party, addresses).is_err(),
                "{party:?} {addresses:?}"
            );
        }
    }
}
