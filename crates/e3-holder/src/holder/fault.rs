//! What a command is told when an agent did not do what was asked.

use super::{agents::AgentError, link::LinkError};
use crate::wire::Fault;

impl From<LinkError> for Fault {
    fn from(error: LinkError) -> Self {
        let message = error.to_string();
        match error {
            LinkError::Refused { .. } | LinkError::Gone { .. } => Fault::user(message),
            LinkError::Late { .. } => Fault::user(message)
                .hint("the machine may be too busy: see its load, and try again"),
            LinkError::Order { .. } => Fault::ours(message),
        }
    }
}

impl From<AgentError> for Fault {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Host(error) => {
                Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
            }
            AgentError::Link(error) => error.into(),
        }
    }
}
