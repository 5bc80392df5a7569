//! What somebody should hear about.

use e3_resume::{Over, ResetWhy};
use e3_session::types::PartyIndex;

/// Something that has happened, which a person should hear about: it ends what a program does, or tells of a peer that
/// does not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whose link it is about.
    pub peer: PartyIndex,
    /// What happened.
    pub what: Incident,
    /// How much was not told of this peer since the notice before: a peer that causes many is told of seldom.
    pub untold: u64,
}

/// What has happened to connections of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incident {
    /// A connection of the peer's did not say that it is from the peer, as it has to ([`Guard`]); it was reset before the
    /// program heard of it.
    ///
    /// [`Guard`]: super::Guard
    Claimed {
        /// The program's port that it was for.
        port: u16,
        /// The index that it said instead; none if it ended before it said one.
        index: Option<u16>,
    },
    /// The peer's agent has reset a connection.
    Reset {
        /// The peer's port that the program here had called; none if the peer's program had called the one here.
        called: Option<u16>,
        /// Why.
        why: ResetWhy,
    },
    /// A connection of the program here was reset at once, as there is no link to carry it.
    Uncarried {
        /// The peer's port that the program has called.
        called: u16,
        /// Why the link has ended; none if the peer takes no more connections for now.
        over: Option<Over>,
    },
    /// The link has ended, and with it all its connections were reset.
    Ended {
        /// How many.
        connections: usize,
        /// Why.
        over: Over,
    },
}

impl Incident {
    /// What happened, in words for a person, who knows the peer by this name.
    pub fn with(&self, peer: &str) -> String {
        match self {
            Self::Claimed { port, index } => {
                let said = match index {
                    Some(index) => format!("claimed to be party {index}'s"),
                    None => "ended without saying whose it is".to_owned(),
                };
                format!(
                    "{peer} opened a connection to port {port} that {said}; \
                     it was reset before the program heard of it"
                )
            }
            Self::Reset {
                called: Some(port),
                why,
            } => format!("{peer} reset a connection to its port {port}: {why}"),
            Self::Reset { called: None, why } => {
                format!("{peer} reset a connection that it had opened: {why}")
            }
            Self::Uncarried { called, over } => {
                let why = match over {
                    Some(over) => over.to_string(),
                    None => "too many wait for it".to_owned(),
                };
                format!("a connection to port {called} of {peer} was reset: {why}")
            }
            Self::Ended { connections, over } => match connections {
                0 => format!("the link with {peer} has ended: {over}"),
                1 => format!("a connection with {peer} was reset: {over}"),
                many => format!("{many} connections with {peer} were reset: {over}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn say_who_did_what_to_which_connection() {
        let over = Over::Outage(Duration::from_secs(5));
        for (incident, said) in [
            (
                Incident::Claimed {
                    port: 11365,
                    index: Some(2),
                },
                "ams opened a connection to port 11365 that claimed to be party 2's; \
                 it was reset before the program heard of it",
            ),
            (
                Incident::Reset {
                    called: Some(7),
                    why: ResetWhy::NoListener,
                },
                "ams reset a connection to its port 7: no program listens on that port",
            ),
            (
                Incident::Uncarried {
                    called: 7,
                    over: Some(Over::PeerLeft),
                },
                "a connection to port 7 of ams was reset: the other agent has left",
            ),
            (
                Incident::Ended {
                    connections: 2,
                    over,
                },
                "2 connections with ams were reset: nothing came through for 5s, \
                 longer than an outage may last",
            ),
        ] {
            assert_eq!(incident.with("ams"), said);
        }
    }
}
