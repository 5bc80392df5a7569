//! From a template to text.

use std::borrow::Cow;

use crate::{
    Part, Room, Template,
    word::{Item, Who, Word},
};

/// What one party's run knows.
pub trait Values {
    /// This party's index.
    fn me(&self) -> u16;
    /// The number of parties.
    fn count(&self) -> u16;
    /// A party's address.
    fn address(&self, party: u16) -> String;
    /// A party's port.
    fn port(&self, party: u16) -> u16;

    /// Address and port together.
    fn endpoint(&self, party: u16) -> String {
        format!("{}:{}", self.address(party), self.port(party))
    }

    /// A party's name in the roster.
    fn name(&self, party: u16) -> String {
        party.to_string()
    }

    /// The first port that the program uses.
    fn base_port(&self) -> u16 {
        self.port(0)
    }

    /// A path, or why there is none; asked only for what a template names.
    ///
    /// # Errors
    /// Why the path cannot be given.
    fn path(&self, word: Word) -> Result<String, String> {
        Err(format!("{word:?} is not known here"))
    }
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A party that does not take part.
    #[error("the command names party {party}, but there are {count}: expected 0 to {}", count.saturating_sub(1))]
    NoSuchParty {
        /// The index.
        party: u16,
        /// The number of parties.
        count: u16,
    },
    /// A path that this host does not have.
    #[error("the command cannot be filled in: {0}")]
    Path(String),
    /// All that is filled in has no room.
    #[error(
        "the command's arguments and variables become longer than {} KiB: expected fewer or shorter ones; \
         `{{peers_file}}` and `{{hosts_file}}` are files with what all parties need",
        Room::MOST / 1024
    )]
    TooLong,
}

impl Template {
    /// The arguments that it makes: one, or one for each party that it is repeated for. All that one command needs is
    /// filled in within the same room.
    ///
    /// # Errors
    /// [`FillError`] if it names a party or a path that there is not, or the room is not enough.
    pub fn fill(&self, values: &impl Values, room: &mut Room) -> Result<Vec<String>, FillError> {
        let each = self.words().find_map(Word::each);
        let parties: Vec<u16> = match each {
            None => return Ok(vec![self.fill_for(values.me(), values, room)?]),
            Some(Who::Others) => (0..values.count())
                .filter(|party| *party != values.me())
                .collect(),
            Some(_) => (0..values.count()).collect(),
        };
        parties
            .into_iter()
            .map(|party| self.fill_for(party, values, room))
            .collect()
    }

    /// With `each` as the party that a repeated argument is about.
    fn fill_for(
        &self,
        each: u16,
        values: &impl Values,
        room: &mut Room,
    ) -> Result<String, FillError> {
        // An empty text, too, is handed over: with the zero at its end.
        room.take(1)?;
        let mut text = String::new();
        for part in &self.parts {
            let filled = match part {
                Part::Text(plain) => Cow::Borrowed(plain.as_str()),
                Part::Word(word) => Cow::Owned(fill_word(*word, each, values)?),
            };
            room.take(filled.len())?;
            text.push_str(&filled);
        }
        Ok(text)
    }
}

fn fill_word(word: Word, each: u16, values: &impl Values) -> Result<String, FillError> {
    let count = values.count();
    match word {
        Word::Of(item, who) => {
            let party = match who {
                Who::Me => values.me(),
                Who::Party(party) if party < count => party,
                Who::Party(party) => return Err(FillError::NoSuchParty { party, count }),
                Who::Each | Who::Others => each,
            };
            Ok(about(item, party, values))
        }
        Word::List(item) => {
            let all: Vec<String> = (0..count).map(|party| about(item, party, values)).collect();
            Ok(all.join(","))
        }
        Word::Count => Ok(count.to_string()),
        Word::BasePort => Ok(values.base_port().to_string()),
        Word::PeersFile
        | Word::HostsFile
        | Word::Input
        | Word::Folder
        | Word::Python
        | Word::Tls(_) => values.path(word).map_err(FillError::Path),
    }
}

fn about(item: Item, party: u16, values: &impl Values) -> String {
    match item {
        Item::Index => party.to_string(),
        Item::Number => (u32::from(party) + 1).to_string(),
        Item::Name => values.name(party),
        Item::Address => values.address(party),
        Item::Port => values.port(party).to_string(),
        Item::Endpoint => values.endpoint(party),
    }
}

#[cfg(test)]
mod tests;
