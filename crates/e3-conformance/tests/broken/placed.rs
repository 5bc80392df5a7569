//! Programs in namespaces of their own, or behind forwards, whose connections go from agent to agent in the clear: what an overlay of streams
//! is, without all that makes one worth having.

use std::{io, net::Ipv6Addr, sync::Arc};

use e3_forward::place::{Accepted, Call, Family, Place, Plan, Programs as _, Resident, Wanted};
use e3_overlay::Joining;
use e3_session::types::{DialTable, PartyIndex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// A party's program, and the task that carries its connections.
pub(crate) struct Placed {
    pub(crate) place: Arc<Place>,
    _carrying: JoinSet<()>,
}

impl Placed {
    /// Makes the place, and listens beside the program's port for connections from the other agents.
    pub(crate) async fn start(plan: &Plan, hosts: DialTable) -> Self {
        let place = Arc::new(Place::open(plan).expect("the lab has namespaces"));
        let beside = plan.ports.base + 1;
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, beside)).await;
        let listener = listener.expect("the port beside the program's is free");
        let mut carrying = JoinSet::new();
        carrying.spawn(take_calls(Arc::clone(&place), listener));
        carrying.spawn(take_programs(Arc::clone(&place), hosts, beside));
        Self {
            place,
            _carrying: carrying,
        }
    }
}

/// The parties as they are to be found by programs.
pub(crate) fn plan(joining: &Joining, wanted: Wanted) -> Plan {
    let residents = joining.roster.parties.iter().map(|entry| Resident {
        name: entry.name.clone(),
        addresses: entry.addresses.clone(),
    });
    Plan {
        me: joining.me,
        parties: residents.collect(),
        dial: joining.dial,
        ports: joining.ports,
        wanted,
    }
}

/// Connections of the program here go to the agents there.
async fn take_programs(place: Arc<Place>, hosts: DialTable, port: u16) {
    let mut connections = JoinSet::new();
    while let Ok(accepted) = place.accept().await {
        let there = hosts.parties[usize::from(accepted.to.0)].address;
        let me = hosts.me;
        connections.spawn(async move {
            let far = TcpStream::connect((there, port)).await;
            // Whatever ends a connection ends it for both.
            let _ = tell(far, me, accepted).await;
        });
    }
}

async fn tell(far: io::Result<TcpStream>, me: PartyIndex, accepted: Accepted) -> io::Result<()> {
    let (mut far, mut near) = (far?, accepted.stream);
    far.set_nodelay(true)?;
    far.write_u16(me.0).await?;
    far.write_u16(accepted.from_port).await?;
    far.write_u16(accepted.port).await?;
    far.write_u8(u8::from(accepted.family == Family::V6))
        .await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

/// Connections of the agents there go to the program here.
async fn take_calls(place: Arc<Place>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    while let Ok((far, _)) = listener.accept().await {
        let place = Arc::clone(&place);
        connections.spawn(async move {
            let _ = hear(&place, far).await;
        });
    }
}

async fn hear(place: &Place, mut far: TcpStream) -> io::Result<()> {
    far.set_nodelay(true)?;
    let call = Call {
        from: PartyIndex(far.read_u16().await?),
        from_port: far.read_u16().await?,
        port: far.read_u16().await?,
        family: match far.read_u8().await? {
            0 => Family::V4,
            _ => Family::V6,
        },
    };
    let mut near = place.dial(call).await?;
    copy_bidirectional(&mut far, &mut near).await?;
    Ok(())
}
