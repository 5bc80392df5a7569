//! Whether a host lets `tailscaled` have an interface, or it has to carry packets in user space.

use std::{fs::OpenOptions, io, net::IpAddr};

use e3_forward::place::{Plan, Resident, Tunnelled, Wanted};
use e3_session::types::{Dial, PartyIndex, Ports};
use e3_sys::{netfilter, tun};

use crate::{TailscaleError, hands_off, tailscaled::interface_name};

/// How `tailscaled` carries packets on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Engine {
    /// By an interface, which is moved into the program's network.
    Interface,
    /// In user space, for this reason; programs are on the host and find their peers at forwards.
    UserSpace(String),
}

impl Engine {
    /// The best that is wanted and can be had here.
    pub(crate) fn choose(wanted: Wanted) -> Result<Self, TailscaleError> {
        match wanted {
            Wanted::Forwards => Ok(Self::UserSpace(
                "`program = \"forwards\"` says so".to_owned(),
            )),
            Wanted::Namespace => obstacle().map_or(Ok(Self::Interface), |why| {
                Err(TailscaleError::NoInterface { why })
            }),
            Wanted::Auto => Ok(obstacle().map_or(Self::Interface, Self::UserSpace)),
        }
    }
}

/// What stands in the way of an interface in a program's network: found by making both, for a moment.
fn obstacle() -> Option<String> {
    if let Err(error) = interface() {
        return Some(format!(
            "the host lets nobody make interfaces who has not the right to (CAP_NET_ADMIN, and {}): {error}",
            tun::DEVICE
        ));
    }
    if let Err(error) = namespace() {
        return Some(error.to_string());
    }
    hands_off::obstacle(hands_off::filter(netfilter::forswear))
}

/// Makes an interface in the host's network, as `tailscaled` does; it is gone when its file is closed.
fn interface() -> io::Result<()> {
    let device = OpenOptions::new()
        .read(true)
        .write(true)
        .open(tun::DEVICE)?;
    let name = interface_name().map_err(io::Error::other)?;
    tun::set_up(&device, &name)
}

fn namespace() -> Result<(), e3_forward::place::PlaceError> {
    let alone = Plan {
        me: PartyIndex(0),
        parties: vec![Resident {
            name: String::new(),
            addresses: vec![IpAddr::from([100, 64, 0, 1])],
        }],
        dial: Dial::Mesh,
        ports: Ports::one(1),
        wanted: Wanted::Namespace,
    };
    Tunnelled::open(&alone, 1280).map(drop)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

    use super::*;

    /// What a thread without the right would choose; the right is this thread's own affair.
    fn without_the_right(wanted: Wanted) -> Result<Engine, TailscaleError> {
        let choosing = thread::spawn(move || {
            let mut sets = capabilities(None).unwrap();
            sets.effective.remove(CapabilitySet::NET_ADMIN);
            set_capabilities(None, sets).unwrap();
            Engine::choose(wanted)
        });
        choosing.join().unwrap()
    }

    #[test]
    fn who_may_not_make_interfaces_is_served_in_user_space() {
        let engine = without_the_right(Wanted::Auto).unwrap();
        let Engine::UserSpace(why) = engine else {
            panic!("{engine:?}");
        };
        assert!(why.contains("CAP_NET_ADMIN"), "{why}");
    }

    #[test]
    fn who_wants_a_namespace_and_may_not_is_told_which_right_is_missing() {
        let why = without_the_right(Wanted::Namespace).unwrap_err();
        let why = why.to_string();
        assert!(why.contains("CAP_NET_ADMIN"), "{why}");
        assert!(why.contains("program"), "{why}");
    }

    #[test]
    fn who_wants_forwards_is_asked_for_no_right() {
        assert!(matches!(
            without_the_right(Wanted::Forwards),
            Ok(Engine::UserSpace(_))
        ));
    }
}
