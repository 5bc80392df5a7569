//! A network namespace for a program: nothing is in it but what its maker puts there. It takes no root.
//!
//! - [`ProgramNamespace`]: keeps one, and opens sockets in it;
//! - [`Entrance`]: the way into it, for commands that are about to start;
//! - [`helpers`]: the processes by which this one keeps namespaces.
//!
//! The namespace belongs to a user namespace of its own wherever one can be had, so that whoever has rights outside has
//! none inside, and the program none at all.
//!
//! **Why a process stands in it.** A socket belongs for good to the network of the thread that opens it. To change its
//! network a thread needs rights in its own user namespace, which an ordinary user has nowhere; to change its user
//! namespace it must be the only thread of its process (setns(2)), which an agent's is not. So a helper opens what
//! is asked for and hands it over (`SCM_RIGHTS`, unix(7)), for root as for everybody else. It is this program begun anew
//! (execve(2)), which has nothing of its maker's memory, and so no keys. All else is done from outside: what owns a user
//! namespace may do everything in it. The helper ends when nobody holds the other end of its channel any more, however
//! that came about, and the namespace with it.

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;

mod entrance;
mod helper;
mod identity;
mod protocol;

use crate::obstacle::Obstacle;
pub use entrance::Entrance;
use helper::Helper;
pub use helper::helpers;
pub use protocol::SocketKind;

/// A network namespace for a program. It lasts as long as this or a process in it does.
#[derive(Debug)]
pub struct ProgramNamespace {
    helper: Helper,
    entrance: Entrance,
}

/// A step on the way to a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Starting the process that stands in it.
    Fork,
    /// Making a user namespace.
    User,
    /// Making a network namespace.
    Network,
    /// Keeping the caller's own user number in the user namespace.
    Identity,
}

/// A namespace cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{step} was refused: {source}")]
pub struct MakeError {
    /// What was refused.
    pub step: Step,
    /// What the system said.
    pub source: io::Error,
    /// What on this machine explains it, as far as that is known.
    pub obstacle: Option<Obstacle>,
}

/// How far what programs say goes by TCP before somebody else's TCP takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// To this host itself.
    Near,
    /// To other hosts.
    Far,
}

/// Whose user namespace a network namespace belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    /// One of its own.
    Own,
    /// The caller's, which takes `CAP_SYS_ADMIN`.
    Same,
}

impl ProgramNamespace {
    /// Makes one, empty but for a loopback interface that is switched off.
    ///
    /// # Errors
    /// [`MakeError`]: neither a user namespace can be had nor a network namespace without one.
    pub fn make(traffic: Traffic) -> Result<Self, MakeError> {
        Self::make_for(User::Own, traffic).or_else(|error| {
            // Where root is confined to a folder, it has no user namespace, and needs none.
            Self::make_for(User::Same, traffic).map_err(|_| error)
        })
    }

    fn make_for(user: User, traffic: Traffic) -> Result<Self, MakeError> {
        let refused = |step| move |source| MakeError::explained(step, source);
        let helper = Helper::start(user).map_err(refused(Step::Fork))?;
        let (step, namespaces) = helper.namespaces();
        let namespaces = namespaces.map_err(refused(step))?;
        if namespaces.user.is_some() {
            identity::keep(helper.pid()).map_err(refused(Step::Identity))?;
        }
        // Where it is refused, programs may use all ports but the first 1023.
        let _ = helper.settle(traffic);
        Ok(Self {
            helper,
            entrance: Entrance::new(namespaces.user, namespaces.network),
        })
    }

    /// Opens a socket in it, which can be used from anywhere.
    ///
    /// # Errors
    /// What the system says, or that the helper is gone.
    pub fn socket(&self, kind: SocketKind) -> io::Result<OwnedFd> {
        self.helper.socket(kind)
    }

    /// The way into it.
    pub fn entrance(&self) -> Entrance {
        self.entrance.clone()
    }
}

impl MakeError {
    fn explained(step: Step, source: io::Error) -> Self {
        let obstacle = Obstacle::behind(&source, step != Step::Identity);
        Self {
            step,
            source,
            obstacle,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fork => "starting a process for a program's namespace",
            Self::User => "making a user namespace",
            Self::Network => "making a network namespace",
            Self::Identity => "keeping one's user number in a user namespace",
        })
    }
}
