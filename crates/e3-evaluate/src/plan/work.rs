//! What is done.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Way;
use super::words::{MOST_PARTIES, MOST_PARTIES_OF_MESH, OWN};
use crate::finding::{Cell, Figure};

/// What is done, the same over all ways that are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Work {
    /// The network, such as `lan`.
    pub network: String,
    /// The program or probe, such as `secret-santa`.
    pub program: String,
    /// Its size, such as `small`.
    pub size: String,
    /// How many parties.
    pub parties: u16,
}

impl Work {
    /// Of these words.
    pub fn new(network: &str, program: &str, size: &str, parties: u16) -> Self {
        Self {
            network: network.to_owned(),
            program: program.to_owned(),
            size: size.to_owned(),
            parties,
        }
    }

    /// An environment as its e3.toml has it, with its own hosts and program.
    pub fn own(parties: u16) -> Self {
        Self::new(OWN, OWN, OWN, parties)
    }

    /// Whether it is that.
    pub fn is_own(&self) -> bool {
        self.network == OWN
    }

    /// What a cell does.
    pub fn of(cell: &Cell) -> Self {
        Self::new(&cell.network, &cell.program, &cell.size, cell.parties)
    }

    /// It by one way.
    pub fn by(&self, way: &Way) -> Cell {
        Cell {
            overlay: way.overlay.clone(),
            identity: way.identity.clone(),
            network: self.network.clone(),
            program: self.program.clone(),
            size: self.size.clone(),
            parties: self.parties,
        }
    }

    /// The figure that it is for: what is measured until it is known well enough.
    pub fn main_figure(&self) -> Figure {
        main_figure(&self.program)
    }

    /// Why there is no such work, if there is not.
    pub fn impossible(&self) -> Option<String> {
        // Whoever has declared it knows.
        if self.is_own() {
            return None;
        }
        let most = if self.program == "mesh" {
            MOST_PARTIES_OF_MESH
        } else {
            MOST_PARTIES
        };
        // A program of somebody's own may do with one.
        let least = match self.program.as_str() {
            "classify" | "round-trip" | "throughput" | "all-to-all" | "mesh" => 2,
            _ => 1,
        };
        if self.parties < least {
            return Some(format!("{} needs {least} parties", self.program));
        }
        (self.parties > most).then(|| {
            format!(
                "{} is measured with at most {most} parties: more of them measure this machine",
                self.program
            )
        })
    }
}

/// What a program is measured for.
pub(crate) fn main_figure(program: &str) -> Figure {
    match program {
        "round-trip" => Figure::RoundTrip,
        "throughput" | "all-to-all" => Figure::Throughput,
        _ => Figure::Program,
    }
}

/// `lan.secret-santa.small.3`; of an environment as its e3.toml has it, `own.3`.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            network,
            program,
            size,
            parties,
        } = self;
        if self.is_own() {
            return write!(f, "{network}.{parties}");
        }
        write!(f, "{network}.{program}.{size}.{parties}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_by_a_way_is_a_cell() {
        let work = Work::new("lan", "secret-santa", "small", 3);
        let cell = work.by(&Way::new("quic", "pinned"));
        assert_eq!(cell.to_string(), "quic.pinned.lan.secret-santa.small.3");
        assert_eq!(Work::of(&cell), work);
        assert_eq!(Way::of(&cell), Way::new("quic", "pinned"));
    }

    #[test]
    fn an_environment_of_somebodys_own_has_one_word() {
        let cell = Work::own(12).by(&Way::new("quic", "ca"));
        assert_eq!(cell.to_string(), "quic.ca.own.12");
        assert_eq!(Work::of(&cell).impossible(), None);
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let parties = |program, parties| Work::new("lan", program, "small", parties).impossible();
        assert_eq!(parties("secret-santa", 1), None);
        assert!(parties("round-trip", 1).is_some());
        assert!(parties("secret-santa", 11).is_some());
        assert_eq!(parties("mesh", 64), None);
    }
}
