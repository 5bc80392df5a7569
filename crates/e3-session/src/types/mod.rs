//! The words of the conversation.

mod agreement;
mod contact;
mod dial;
mod facts;
mod id;
mod link;
mod outcome;
mod program;
mod roster;

pub use agreement::{Agreement, Difference, Informed, Offer, Terms};
pub use contact::Contact;
pub use dial::{Dial, DialTable, Reach};
pub use facts::HostFacts;
pub use id::{Digest, Nonce, PartyIndex, RunId, SessionId};
pub use link::{LinkReport, Path};
pub use outcome::{Ending, Outcome};
pub use program::{
    FileEntry, InputSource, Interpreter, Kind, Manifest, OutputPolicy, Program, ProgramEvent,
};
pub use roster::{Roster, RosterEntry};
