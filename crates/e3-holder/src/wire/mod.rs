//! What a command and a holder say to one another: JSON, a document a line.

mod ask;
mod event;
mod lab;
mod network;
mod probe;
mod removed;
mod result;
mod watched;

use std::io::{self, Write};

use serde::Serialize;

pub use ask::{Ask, Inputs, RunAsk};
pub use event::{
    Event, Fault, FaultKind, HostStatus, PartyStatus, ServiceStatus, Stamped, Status, Step, Tip,
};
pub use lab::{
    Answerer, CapturedRecord, ConditionsRecord, LabAnswer, LabAsk, LabHostStatus, MappingRecord,
    NetworkStatus, PathStatus, PeerRecord, PingRecord, PlayedRecord, SiteStatus,
};
pub use network::{Examined, ExaminedHost};
pub use probe::{Measured, PairRecord, ProbeRecord};
pub use removed::{Parted, RemovedRecord};
pub use result::{
    AgreementRecord, CheckRecord, Failure, InsecureRecord, LinkRecord, Machine, OutcomeRecord,
    PartyRecord, PathKind, RunRecord, Seconds,
};
pub use watched::{LatenessRecord, LoadRecord, WatchedRecord};

/// Writes one document as one line.
pub fn write_line(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(document)?;
    line.push(b'\n');
    out.write_all(&line)
}

/// A figure to six decimals of its unit: seconds to microseconds, milliseconds to nanoseconds.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
