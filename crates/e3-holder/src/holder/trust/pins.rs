//! Who the parties were before: declared in e3.toml, or accepted at first sight and remembered.
//!
//! Only identities that outlive the environment are remembered beyond it: those in a folder that e3.toml names. The
//! others are made anew with every environment.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use e3_identity::{Did, Pin, Policy, Verdict};
use e3_spec::{Environment, HostName};
use serde::{Deserialize, Serialize};

use crate::{
    state::{StateFolder, make_private, write_document},
    wire::{Fault, Tip},
};

/// The form of the file.
const SCHEMA: &str = "e3/pins/1";

/// What is known of the parties of an environment, by the names of their hosts.
pub(crate) struct Pins {
    declared: BTreeMap<String, Pin>,
    remembered: BTreeMap<String, Did>,
    /// Hosts whose identities outlive the environment.
    lasting: BTreeSet<String>,
    file: PathBuf,
}

/// What is remembered, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    schema: String,
    pins: BTreeMap<String, Did>,
}

impl Pins {
    pub(super) fn begin(
        environment: &Environment,
        declared: &BTreeMap<HostName, e3_spec::Pin>,
        folder: &StateFolder,
        accept: &[String],
    ) -> Result<Self, Fault> {
        let parsed = |(name, pin): (&HostName, &e3_spec::Pin)| match pin.to_string().parse() {
            Ok(pin) => Ok((name.to_string(), pin)),
            Err(error) => Err(Fault::user(format!("[pins] {name}: {error}"))),
        };
        let declared: BTreeMap<String, Pin> =
            declared.iter().map(parsed).collect::<Result<_, _>>()?;
        let file = folder.pins();
        let mut remembered = read(&file)?;
        for name in accept {
            remembered.remove(name);
        }
        let hosts = environment.hosts.iter();
        let lasting = hosts.filter(|host| host.identity.is_some());
        Ok(Self {
            declared,
            remembered,
            lasting: lasting.map(|host| host.name.to_string()).collect(),
            file,
        })
    }

    /// A party that is pinned is held to that; another is accepted, once.
    pub(super) fn policy(&self) -> Policy {
        let remembered = self.remembered.iter();
        let mut pins: BTreeMap<String, Pin> = remembered
            .filter(|(name, _)| self.lasting.contains(*name))
            .map(|(name, did)| (name.clone(), Pin::Did(did.clone())))
            .collect();
        pins.extend(self.declared.clone());
        Policy::Pinned {
            pins,
            first_use: true,
        }
    }

    /// Remembers those that were accepted, and those that have handed over to a new DID.
    pub(super) fn believed(
        &mut self,
        verdicts: &[(String, Verdict)],
    ) -> Result<Vec<(Tip, String)>, Fault> {
        let mut told = Vec::new();
        let mut changed = false;
        for (name, verdict) in verdicts {
            let lasting = self.lasting.contains(name);
            match verdict {
                Verdict::FirstUse(did) if lasting => {
                    told.push((
                        Tip::Note,
                        format!("{name} is {did}, accepted at first sight and remembered"),
                    ));
                    self.remembered.insert(name.clone(), did.clone());
                    changed = true;
                }
                Verdict::Succeeded { from, to } => {
                    let declared = self.declared.contains_key(name);
                    let then = if declared {
                        ": write that under [pins] in e3.toml"
                    } else {
                        ", which is remembered now"
                    };
                    told.push((
                        Tip::Warning,
                        format!("{name} has handed over from {from} to {to}{then}"),
                    ));
                    if !declared && lasting {
                        self.remembered.insert(name.clone(), to.clone());
                        changed = true;
                    }
                }
                Verdict::FirstUse(_) | Verdict::Believed => {}
            }
        }
        if changed {
            self.write()?;
        }
        Ok(told)
    }

    fn write(&self) -> Result<(), Fault> {
        let document = Document {
            schema: SCHEMA.to_owned(),
            pins: self.remembered.clone(),
        };
        let made = self.file.parent().map_or(Ok(()), make_private);
        made.and_then(|()| write_document(&self.file, &document))
            .map_err(Fault::from)
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, Did>, Fault> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => {
            return Err(Fault::user(format!(
                "cannot read {}: {error}",
                file.display()
            )));
        }
    };
    // What cannot be read is no reason to believe everybody.
    match serde_json::from_slice::<Document>(&text) {
        Ok(document) if document.schema == SCHEMA => Ok(document.pins),
        Ok(document) => Err(unreadable(
            file,
            &format!("it is of form {:?}", document.schema),
        )),
        Err(error) => Err(unreadable(file, &error.to_string())),
    }
}

fn unreadable(file: &Path, why: &str) -> Fault {
    Fault::user(format!(
        "who the parties were cannot be read from {}: {why}",
        file.display()
    ))
    .hint("mend the file; without it, every party would be accepted as at first sight")
}
