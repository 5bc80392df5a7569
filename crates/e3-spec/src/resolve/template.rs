//! The templates of a command.

use e3_template::{FillError, Least, Room, Template, TemplateError, WORDS, Who, Word};

use super::Resolver;
use crate::near::nearest;
use crate::number::PartyCount;
use crate::raw::At;
use crate::report::{Checked, Reported};
use crate::source::Place;

/// What only some commands can be told.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) parties: PartyCount,
    /// Whether there is a Python of the program's own.
    pub(super) python: bool,
}

impl Resolver<'_> {
    /// A template that makes exactly one text.
    pub(super) fn single(&mut self, at: &At<String>, known: Known) -> Checked<()> {
        if self.template(at, known)?.repeats() {
            self.report
                .wrong(at.place, "only an argument can be repeated for each party")
                .expected("`{endpoints}` for all of them with commas, or one party such as `{endpoint:0}`");
            return Err(Reported);
        }
        Ok(())
    }

    pub(super) fn template(
        &mut self,
        At { place, value }: &At<String>,
        known: Known,
    ) -> Checked<Template> {
        let template = value.parse::<Template>().map_err(|error| {
            let (message, expected, near) = describe(&error);
            self.report
                .wrong(*place, message)
                .expected(expected)
                .suggest(near);
            Reported
        })?;
        for word in template.words() {
            match word {
                Word::Of(_, Who::Party(party)) if party >= known.parties.get() => {
                    let parties = known.parties;
                    self.report
                        .wrong(*place, format!("there is no party {party}"))
                        .expected(format!(
                            "0 to {}: there are {parties} parties",
                            parties.get() - 1
                        ));
                    return Err(Reported);
                }
                Word::Python if !known.python => {
                    self.report
                        .wrong(*place, "`{python}` stands for nothing here")
                        .expected(
                            "a field `requirements` that names what the Python needs, or `python`",
                        );
                    return Err(Reported);
                }
                _ => {}
            }
        }
        Ok(template)
    }

    /// Whether a command has room for all its templates, as far as that can be known before a run.
    pub(super) fn fits<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t String>,
        place: Place,
        parties: PartyCount,
    ) -> Checked<()> {
        let mut room = Room::default();
        // What else is wrong with them has been said.
        let templates = texts.filter_map(|text| text.parse::<Template>().ok());
        for template in templates {
            let filled = template.fill(&Least(parties.get()), &mut room);
            if matches!(filled, Err(FillError::TooLong)) {
                let most = Room::MOST / 1024;
                self.report
                    .wrong(
                        place,
                        format!("with {parties} parties, arguments and variables become longer than {most} KiB"),
                    )
                    .expected(
                        "fewer or shorter ones; `{peers_file}` is a file with every party's `address:port`",
                    );
                return Err(Reported);
            }
        }
        Ok(())
    }
}

/// What is wrong, what was expected, and what was probably meant.
fn describe(error: &TemplateError) -> (String, String, Option<String>) {
    let all = || {
        let words: Vec<String> = WORDS.iter().map(|word| format!("`{{{word}}}`")).collect();
        words.join(", ")
    };
    match error {
        TemplateError::Unknown { word } => {
            let (name, behind) = word.split_once(':').unwrap_or((word, ""));
            let near = nearest(name, WORDS.iter().copied()).map(|near| {
                let colon = if behind.is_empty() { "" } else { ":" };
                format!("{{{near}{colon}{behind}}}")
            });
            (format!("`{{{word}}}` stands for nothing"), all(), near)
        }
        TemplateError::Brace => (
            "a brace stands alone".to_owned(),
            "`{word}`, or `{{` and `}}` for braces themselves".to_owned(),
            None,
        ),
        TemplateError::Party { word, party } => (
            format!("`{{{word}:{party}}}` names no party"),
            format!("an index such as `{{{word}:0}}`, `{{{word}:*}}` or `{{{word}:others}}`"),
            None,
        ),
        TemplateError::NoParty { word, .. } => (
            format!("`{{{word}}}` is about all parties"),
            "nothing behind a colon".to_owned(),
            Some(format!("{{{word}}}")),
        ),
        TemplateError::Mixed => (
            "one argument is repeated for all parties and for the others".to_owned(),
            "`*` or `others`, not both".to_owned(),
            None,
        ),
    }
}
