//! The words of the conversation.

mod admission;
mod agreement;
mod contact;
mod dial;
mod facts;
mod id;
mod kept;
mod lasting;
mod link;
mod manifest;
mod network;
mod option;
mod outcome;
mod place;
mod program;
mod roster;
mod service;
mod statement;
mod subnet;

pub use admission::{ADMISSION, Admission, words};
pub use agreement::{AGREEMENT, Agreement, Difference, Informed, Offer, Terms};
pub use contact::Contact;
pub use dial::{Dial, DialTable, PortLayout, Ports, Reach};
pub use facts::HostFacts;
pub use id::{Digest, Nonce, PartyIndex, RunId, SessionId};
pub use kept::{KeptAgreement, KeptOutcome, KeptRoster};
pub use lasting::EndsEarly;
pub use link::{Attempt, LinkReport, Path, Tried};
pub use manifest::{FileEntry, Manifest, ManifestError, is_file_name};
pub use network::{ClockOffset, Dependence, NetworkReport, NetworkView, ServiceReach};
pub use option::{Contents, OptionValue, Options};
pub use outcome::{Ending, Outcome};
pub use place::PlaceKind;
pub use program::{
    Command, InputSource, Interpreter, Kind, OutputPolicy, Program, ProgramEvent, is_variable,
};
pub use roster::{MAX_NAME, MAX_PARTIES, ROSTER, Roster, RosterEntry, RosterError};
pub use service::{Health, ServiceFacts, ServiceHealth, ServicePort, Transport};
pub use statement::{
    CONCLUSION, Conclusion, End, OUTCOME, OUTCOME_WITHOUT_PLACE, OUTPUT, Opening, STATEMENTS,
    Statement, conclusion_form,
};
pub use subnet::{Subnet, SubnetError};
