//! Parties that a user has put out of an environment: remembered, so that nobody brings them back unawares.
//!
//! Whatever becomes of the environment, and of the holder that kept it, they stay out until somebody says otherwise: e3.toml
//! may name them as long as it likes.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use e3_spec::Environment;
use serde::{Deserialize, Serialize};

use crate::{
    clock::now_s,
    state::{StateFolder, make_private, write_document},
    wire::Fault,
};

/// The form of the file.
const SCHEMA: &str = "e3/removed/1";

/// A party that was put out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Who it was then.
    pub did: String,
    /// When, RFC 3339.
    pub time: String,
}

/// All that were put out of an environment and are to stay so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedParties {
    parties: BTreeMap<String, Removed>,
    file: PathBuf,
}

/// What is remembered, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    schema: String,
    parties: BTreeMap<String, Removed>,
}

impl RemovedParties {
    /// Those of an environment.
    ///
    /// # Errors
    /// The user's: what is remembered cannot be read, which is no reason to let anybody in.
    pub fn of(folder: &StateFolder) -> Result<Self, Fault> {
        let file = folder.removed();
        Ok(Self {
            parties: read(&file)?,
            file,
        })
    }

    /// Whether the party of that name is to stay out.
    pub fn contains(&self, name: &str) -> bool {
        self.parties.contains_key(name)
    }

    /// Refuses an environment that names somebody who is to stay out, unless that is wanted.
    ///
    /// # Errors
    /// The user's: it names one, or one is to be let in again that was never put out.
    pub fn check(&self, environment: &Environment, readmit: &[String]) -> Result<(), Fault> {
        if let Some(name) = readmit.iter().find(|name| !self.contains(name)) {
            return Err(Fault::user(format!(
                "`--readmit {name}`: no party of that name was put out of {}",
                environment.name
            )));
        }
        let hosts = environment.hosts.iter().map(|host| host.name.as_str());
        let mut named = hosts.filter(|name| !readmit.iter().any(|again| again == name));
        let Some((name, removed)) = named.find_map(|name| Some((name, self.parties.get(name)?)))
        else {
            return Ok(());
        };
        Err(Fault::user(format!(
            "{name} was put out of {} by `e3 remove` at {} ({}), and e3.toml still names it",
            environment.name, removed.time, removed.did
        ))
        .hint(format!(
            "take {name} out of e3.toml; if it is to take part again, say so by `--readmit {name}`"
        )))
    }

    /// Remembers one more.
    pub(crate) fn add(&mut self, name: &str, did: &str) -> Result<(), Fault> {
        let now = i64::try_from(now_s()).ok();
        let time = now.and_then(|now| jiff::Timestamp::from_second(now).ok());
        let removed = Removed {
            did: did.to_owned(),
            time: time.unwrap_or_default().to_string(),
        };
        self.parties.insert(name.to_owned(), removed);
        self.write()
    }

    /// These take part again.
    pub(crate) fn forget(&mut self, names: &[String]) -> Result<(), Fault> {
        let before = self.parties.len();
        self.parties.retain(|name, _| !names.contains(name));
        if self.parties.len() == before {
            return Ok(());
        }
        self.write()
    }

    fn write(&self) -> Result<(), Fault> {
        let document = Document {
            schema: SCHEMA.to_owned(),
            parties: self.parties.clone(),
        };
        let made = self.file.parent().map_or(Ok(()), make_private);
        made.and_then(|()| write_document(&self.file, &document))
            .map_err(Fault::from)
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, Removed>, Fault> {
    let unreadable = |why: String| {
        Fault::user(format!(
            "who was put out of the environment cannot be read from {}: {why}",
            file.display()
        ))
        .hint("mend the file; without it, everybody that e3.toml names would be let in")
    };
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    match serde_json::from_slice::<Document>(&text) {
        Ok(document) if document.schema == SCHEMA => Ok(document.parties),
        Ok(document) => Err(unreadable(format!("it is of form {:?}", document.schema))),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(root: &Path) -> StateFolder {
        StateFolder::at(root.join("e3/environments/x"), root.join("hosts"))
    }

    #[test]
    fn who_was_put_out_is_remembered_until_let_in_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path());
        let mut removed = RemovedParties::of(&folder).unwrap();
        assert!(!removed.contains("home"));
        removed.add("home", "did:key:z6Mk").unwrap();
        removed.add("ams", "did:key:z6Ml").unwrap();
        let mut again = RemovedParties::of(&folder).unwrap();
        assert_eq!(again, removed);
        again.forget(&["home".to_owned()]).unwrap();
        let last = RemovedParties::of(&folder).unwrap();
        assert!(last.contains("ams") && !last.contains("home"));
    }

    #[test]
    fn what_cannot_be_read_lets_nobody_in() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path());
        let mut removed = RemovedParties::of(&folder).unwrap();
        removed.add("home", "did:key:z6Mk").unwrap();
        for text in ["", "{}", "{\"schema\":\"e3/removed/9\",\"parties\":{}}"] {
            fs::write(folder.removed(), text).unwrap();
            let fault = RemovedParties::of(&folder).unwrap_err();
            assert!(fault.message.contains("who was put out"), "{fault:?}");
        }
    }
}
