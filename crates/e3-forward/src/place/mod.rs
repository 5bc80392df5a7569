//! Where a party's program is, and how its connections are taken over.
//!
//! - [`Place`]: a network namespace of the program's own, in which the parties' virtual addresses are all there is; or,
//!   where none can be had, forwards on 127.0.0.1;
//! - [`Tunnelled`]: a namespace out of which a tunnel leads, for overlays that carry packets;
//! - [`Plan`]: what it is to be like;
//! - [`Programs`]: the connections that come from the program and go to it, as links see them;
//! - `namespace`, `forwards`: the two kinds; `netlink`: what the first is told; `residents`: who has which address.

use std::{
    io,
    sync::{PoisonError, RwLock},
};

use async_trait::async_trait;
use e3_overlay::ProgramPlace;
use e3_session::types::DialTable;
use tokio::net::TcpStream;

mod error;
mod forwards;
mod namespace;
mod netlink;
mod plan;
mod programs;
mod residents;
mod tunnelled;

pub use error::PlaceError;
use error::lost;
use forwards::Forwards;
use namespace::Namespace;
pub use plan::{Plan, Resident, UnknownPlace, Wanted};
pub use programs::{Accepted, Call, Family, Programs};
pub use tunnelled::Tunnelled;

/// Where a party's program is. Dropped, nothing of it is left on the host, nor if this process is killed.
#[derive(Debug)]
pub struct Place {
    kind: Kind,
    notice: Option<String>,
    table: RwLock<DialTable>,
}

#[derive(Debug)]
enum Kind {
    Namespace(Namespace),
    Forwards(Forwards),
}

impl Place {
    /// Makes one. To be called on a runtime, as its sockets belong to that.
    ///
    /// # Errors
    /// [`PlaceError`] if a namespace is wanted and cannot be had, or no port is left for forwards.
    pub fn open(plan: &Plan) -> Result<Self, PlaceError> {
        let (kind, notice) = match plan.wanted {
            Wanted::Namespace => (Kind::Namespace(Namespace::open(plan)?), None),
            Wanted::Forwards => {
                let notice = lost(&"`program = \"forwards\"` says so");
                (Kind::Forwards(Forwards::open(plan)?), Some(notice))
            }
            Wanted::Auto => match Namespace::open(plan) {
                Ok(namespace) => (Kind::Namespace(namespace), None),
                Err(error @ (PlaceError::Namespace(_) | PlaceError::Furnish { .. })) => {
                    (Kind::Forwards(Forwards::open(plan)?), Some(lost(&error)))
                }
                Err(error) => return Err(error),
            },
        };
        let table = RwLock::new(kind.table(plan));
        Ok(Self {
            kind,
            notice,
            table,
        })
    }

    /// How the program reaches the parties.
    pub fn dial_table(&self) -> DialTable {
        let table = self.table.read();
        table.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where a program is to be started, and how.
    pub fn program_place(&self) -> ProgramPlace {
        match &self.kind {
            Kind::Namespace(namespace) => ProgramPlace::Namespace(namespace.entrance()),
            Kind::Forwards(_) => ProgramPlace::Forwards,
        }
    }

    /// What is lost where the place is not what it should be, and why, in a sentence for a person.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Takes the plan of a changed roster: parties added, removed or moved to another index. Connections among those
    /// that stay are not touched; what kind of place it is does not change.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses, or this party's own address is another.
    pub fn change(&self, plan: &Plan) -> Result<(), PlaceError> {
        match &self.kind {
            Kind::Namespace(namespace) => namespace.change(plan)?,
            Kind::Forwards(forwards) => forwards.change(plan)?,
        }
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = self.kind.table(plan);
        Ok(())
    }
}

impl Kind {
    fn table(&self, plan: &Plan) -> DialTable {
        match self {
            Self::Namespace(namespace) => namespace.table(plan),
            Self::Forwards(forwards) => forwards.table(plan),
        }
    }
}

#[async_trait]
impl Programs for Place {
    async fn accept(&self) -> io::Result<Accepted> {
        match &self.kind {
            Kind::Namespace(namespace) => namespace.accept().await,
            Kind::Forwards(forwards) => forwards.accept().await,
        }
    }

    async fn dial(&self, call: Call) -> io::Result<TcpStream> {
        match &self.kind {
            Kind::Namespace(namespace) => namespace.dial(call).await,
            Kind::Forwards(forwards) => forwards.dial(call).await,
        }
    }

    fn only_within_runs(&self) -> bool {
        matches!(self.kind, Kind::Forwards(_))
    }
}
