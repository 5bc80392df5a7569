//! Where a party's program is, and how its connections are taken over.
//!
//! - [`Place`]: a network namespace of the program's own, in which the parties' virtual addresses are all there is; or,
//!   where none can be had, forwards on 127.0.0.1;
//! - [`Plan`]: what it is to be like;
//! - [`Programs`]: the connections that come from the program and go to it, as links see them.

use std::io;

use async_trait::async_trait;
use e3_overlay::ProgramPlace;
use e3_session::types::DialTable;
use tokio::net::TcpStream;

mod error;
mod plan;
mod programs;

pub use error::PlaceError;
pub use plan::{Plan, Resident, UnknownPlace, Wanted};
pub use programs::{Accepted, Call, Family, Programs};

/// Where a party's program is. Dropped, nothing of it is left on the host, nor if this process is killed.
#[derive(Debug)]
pub struct Place {
    table: DialTable,
}

impl Place {
    /// Makes one.
    ///
    /// # Errors
    /// [`PlaceError`] if a namespace is wanted and cannot be had, or no port is left for forwards.
    pub async fn open(plan: Plan) -> Result<Self, PlaceError> {
        let _ = plan;
        Err(PlaceError::Unfinished)
    }

    /// How the program reaches the parties.
    pub fn dial_table(&self) -> DialTable {
        self.table.clone()
    }

    /// What starts a program in it; none where programs stay where they are.
    pub fn program_place(&self) -> Option<ProgramPlace> {
        None
    }

    /// What is lost where the place is not what it should be, and why, in a sentence for a person.
    pub fn notice(&self) -> Option<&str> {
        None
    }

    /// Takes the plan of a changed roster: parties added, removed or moved to another index. Connections among those
    /// that stay are not touched.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses.
    pub async fn change(&self, plan: Plan) -> Result<(), PlaceError> {
        let _ = plan;
        Err(PlaceError::Unfinished)
    }
}

#[async_trait]
impl Programs for Place {
    async fn accept(&self) -> io::Result<Accepted> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn dial(&self, _call: Call) -> io::Result<TcpStream> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
