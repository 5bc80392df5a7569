//! What happens to links, as the party's owner is told of it.

use std::sync::Arc;

use e3_forward::{Incident, Notice};
use e3_resume::{Over, ResetWhy};
use tokio::sync::mpsc;

use crate::hub::Hub;

/// Notices that may wait for the agent. Whoever makes them has no more than a few at once.
const WAITING: usize = 16;

/// Where a party's notices come out, and where whoever else has some puts them in.
pub(super) fn channel() -> (mpsc::Sender<String>, mpsc::Receiver<String>) {
    mpsc::channel(WAITING)
}

/// Tells what happens to links.
pub(super) fn telling(
    hub: &Arc<Hub>,
    tell: mpsc::Sender<String>,
) -> impl Future<Output = ()> + use<> {
    let mut happens = hub.forwarder.notices();
    // What holds the hub keeps what links had on this host.
    let hub = Arc::downgrade(hub);
    async move {
        while let Some(notice) = happens.recv().await {
            let Some(name) = hub.upgrade().map(|hub| hub.name_of(notice.peer)) else {
                return;
            };
            if tell.send(sentence(&notice, &name)).await.is_err() {
                return;
            }
        }
    }
}

/// What happened, and what to do next.
fn sentence(Notice { peer, what, untold }: &Notice, name: &str) -> String {
    let happened = what.with(&format!("party {peer} ({name})"));
    let untold = match untold {
        0 => String::new(),
        1 => " (and so once more before)".to_owned(),
        many => format!(" (and {many} times something of that kind before)"),
    };
    format!("{happened}{untold}. {}", next(what, name))
}

fn next(what: &Incident, name: &str) -> String {
    match what {
        Incident::Claimed { .. } => format!(
            "A program of that party's does not do what was agreed: ask whoever runs {name}, or leave it out"
        ),
        Incident::Reset { why, .. } => match why {
            ResetWhy::NoListener => {
                format!("See in the log of {name} whether its program has begun, and on which port")
            }
            ResetWhy::Unreachable => format!("`e3 doctor` says what the machine of {name} lacks"),
            ResetWhy::TooMany => {
                "Let the programs close connections that they do not need".to_owned()
            }
            ResetWhy::Claim => "A party's program has to be started with the party's own index: \
                                see its arguments"
                .to_owned(),
            ResetWhy::Program | ResetWhy::RunEnded => "Run the program again".to_owned(),
        },
        Incident::Uncarried { over: None, .. } => {
            format!("`e3 status` says how {name} is connected")
        }
        Incident::Uncarried {
            over: Some(over), ..
        }
        | Incident::Ended { over, .. } => match over {
            Over::Outage(_) => "Run the program again when `e3 status` shows the link; \
                                `outage` in [quic] says how long to wait for it"
                .to_owned(),
            Over::PeerForgot | Over::PeerLeft | Over::Left => {
                "Run the program again when its agent is back".to_owned()
            }
            Over::Violation(_) => format!(
                "Another version of e3 runs there, or somebody who means harm: ask whoever runs {name}"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use e3_session::types::PartyIndex;

    use super::*;

    #[test]
    fn a_notice_says_who_did_what_and_what_to_do() {
        let mut notice = Notice {
            peer: PartyIndex(1),
            what: Incident::Claimed {
                port: 11365,
                index: Some(2),
            },
            untold: 0,
        };
        assert_eq!(
            sentence(&notice, "ams"),
            "party 1 (ams) opened a connection to port 11365 that claimed to be party 2's; it was reset \
             before the program heard of it. A program of that party's does not do what was agreed: ask \
             whoever runs ams, or leave it out"
        );
        (notice.untold, notice.what) = (
            7,
            Incident::Ended {
                connections: 1,
                over: Over::Outage(Duration::from_secs(5)),
            },
        );
        let said = sentence(&notice, "ams");
        let again = "(and 7 times something of that kind before). Run the program again when";
        assert!(said.contains(again), "{said}");
    }
}
