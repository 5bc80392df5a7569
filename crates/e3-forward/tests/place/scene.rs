//! Three parties, of which the first has a place here.

use std::net::{IpAddr, SocketAddr};

use e3_forward::place::{Accepted, Call, Family, Place, Plan, Programs as _, Resident, Wanted};
use e3_session::types::{Dial, PartyIndex, PortLayout, Ports};
use tokio::{net::TcpStream, runtime::Runtime};

pub(crate) const PORT: u16 = 11_365;

/// A plan of parties that have both versions of IP.
pub(crate) fn plan(me: u16, parties: u16, wanted: Wanted) -> Plan {
    Plan {
        me: PartyIndex(me),
        parties: (0..parties).map(resident).collect(),
        dial: Dial::Mesh,
        ports: Ports {
            base: PORT,
            layout: PortLayout::Any,
        },
        wanted,
    }
}

pub(crate) fn resident(index: u16) -> Resident {
    Resident {
        name: format!("p{index}"),
        addresses: [Family::V4, Family::V6].map(|of| address(index, of)).into(),
    }
}

/// A party's virtual address.
pub(crate) fn address(index: u16, family: Family) -> IpAddr {
    let text = match family {
        Family::V4 => format!("10.233.0.{}", index + 1),
        Family::V6 => format!("fd33:3::{}", index + 1),
    };
    text.parse().unwrap()
}

pub(crate) fn at(index: u16, family: Family, port: u16) -> SocketAddr {
    SocketAddr::new(address(index, family), port)
}

/// A place on a runtime of one thread, as an agent has it.
pub(crate) struct Scene {
    pub(crate) place: Place,
    pub(crate) runtime: Runtime,
}

impl Scene {
    pub(crate) fn namespace() -> Self {
        Self::of(&plan(0, 3, Wanted::Namespace))
    }

    pub(crate) fn of(plan: &Plan) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let entered = runtime.enter();
        let place = Place::open(plan).unwrap_or_else(|error| panic!("{error}"));
        drop(entered);
        Self { place, runtime }
    }

    pub(crate) fn accept(&self) -> Accepted {
        self.runtime.block_on(self.place.accept()).unwrap()
    }

    pub(crate) fn dial(
        &self,
        from: u16,
        from_port: u16,
        port: u16,
        family: Family,
    ) -> std::io::Result<TcpStream> {
        self.runtime.block_on(self.place.dial(Call {
            from: PartyIndex(from),
            from_port,
            port,
            family,
        }))
    }
}
