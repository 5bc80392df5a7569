//! From text to a template.

use std::str::FromStr;

use crate::{
    Part, Template,
    word::{WORDS, Who, Word},
};

/// Why text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace that nothing closes or opens.
    #[error(
        "a brace stands alone: expected `{{word}}`, or `{{{{` and `}}}}` for braces themselves"
    )]
    Brace,
    /// A word that stands for nothing.
    #[error("`{{{word}}}` stands for nothing: expected one of {}", WORDS.join(", "))]
    Unknown {
        /// What stands between the braces.
        word: String,
    },
    /// What stands behind the colon chooses no party.
    #[error(
        "`{{{word}:{party}}}` names no party: expected an index such as `{{{word}:0}}`, `{{{word}:*}}` \
         or `{{{word}:others}}`"
    )]
    Party {
        /// What stands before the colon.
        word: String,
        /// What stands behind it.
        party: String,
    },
    /// A word that is about no single party has a colon.
    #[error("`{{{word}}}` is about all parties and takes no `:{party}`")]
    NoParty {
        /// What stands before the colon.
        word: String,
        /// What stands behind it.
        party: String,
    },
    /// `*` and `others` in one argument.
    #[error(
        "one argument cannot be repeated for all parties by `*` and for the others by `others`"
    )]
    Mixed,
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else {
                let inside = from.strip_prefix('{').ok_or(TemplateError::Brace)?;
                let (word, after) = inside.split_once('}').ok_or(TemplateError::Brace)?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Word(read(word)?));
                rest = after;
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        let template = Self { parts };
        let each: Vec<Who> = template.words().filter_map(Word::each).collect();
        if each.windows(2).any(|pair| pair.first() != pair.last()) {
            return Err(TemplateError::Mixed);
        }
        Ok(template)
    }
}

fn read(inside: &str) -> Result<Word, TemplateError> {
    let (name, party) = match inside.split_once(':') {
        Some((name, party)) => (name, Some(party)),
        None => (inside, None),
    };
    let unknown = || TemplateError::Unknown {
        word: inside.to_owned(),
    };
    let word = Word::named(name).ok_or_else(unknown)?;
    let Some(party) = party else {
        return Ok(word);
    };
    let (word_, party_) = (name.to_owned(), party.to_owned());
    let Word::Of(item, _) = word else {
        return Err(TemplateError::NoParty {
            word: word_,
            party: party_,
        });
    };
    let who =
        match party {
            "*" => Who::Each,
            "others" => Who::Others,
            index if index.bytes().all(|byte| byte.is_ascii_digit()) => index
                .parse()
                .map(Who::Party)
                .map_err(|_| TemplateError::Party {
                    word: word_,
                    party: party_,
                })?,
            _ => {
                return Err(TemplateError::Party {
                    word: word_,
                    party: party_,
                });
            }
        };
    Ok(Word::Of(item, who))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Item;

    fn words(text: &str) -> Vec<Word> {
        text.parse::<Template>().unwrap().words().collect()
    }

    #[test]
    fn every_word_that_is_named_is_read() {
        for word in WORDS {
            assert_eq!(words(&format!("a{{{word}}}b")).len(), 1, "{word}");
        }
        assert_eq!(
            words("{address:12}/{port:*}"),
            [
                Word::Of(Item::Address, Who::Party(12)),
                Word::Of(Item::Port, Who::Each)
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |text: &str| text.parse::<Template>().unwrap_err();
        assert_eq!(wrong("{index"), TemplateError::Brace);
        assert_eq!(wrong("index}"), TemplateError::Brace);
        assert_eq!(
            wrong("{idx}"),
            TemplateError::Unknown { word: "idx".into() }
        );
        assert!(matches!(wrong("{port:x}"), TemplateError::Party { .. }));
        assert!(matches!(wrong("{port:}"), TemplateError::Party { .. }));
        assert!(matches!(wrong("{port:-1}"), TemplateError::Party { .. }));
        assert!(matches!(wrong("{port:70000}"), TemplateError::Party { .. }));
        assert!(matches!(wrong("{count:1}"), TemplateError::NoParty { .. }));
        assert_eq!(wrong("{port:*}{port:others}"), TemplateError::Mixed);
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(words("{{index}} {{"), []);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[{}:*a-z0-9 ä]{0,30}") {
            let _ = text.parse::<Template>();
        }

        #[test]
        fn text_with_its_braces_doubled_is_itself(text in "[{}a-z:]{0,20}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            let template: Template = doubled.parse().unwrap();
            let expected = if text.is_empty() { vec![] } else { vec![Part::Text(text)] };
            prop_assert_eq!(template.parts, expected);
        }
    }
}
