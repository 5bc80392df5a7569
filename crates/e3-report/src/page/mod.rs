//! What a report says, before it is HTML or Markdown: so that both say the same, and each has one place that escapes.

use maud::Markup;

use crate::href::{Anchor, Href, Relative};

pub(crate) mod command;
pub(crate) mod html;
pub(crate) mod markdown;
mod picture;

pub(crate) use picture::Picture;

/// The whole.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// What stands below one another.
#[derive(Debug)]
pub(crate) enum Block {
    /// A heading of level 2 or deeper.
    Heading {
        level: u8,
        anchor: Anchor,
        text: String,
    },
    Paragraph(Prose),
    /// One thing a line, numbered where they are referred to by numbers.
    List {
        numbered: bool,
        items: Vec<Prose>,
    },
    /// Names and what is said of them.
    Facts(Vec<(String, Prose)>),
    /// What stands out.
    Cards(Vec<Card>),
    /// What should not be overlooked.
    Notice(Vec<Prose>),
    Table(Table),
    /// Pictures beside one another where there is room.
    Pictures(Vec<Picture>),
    /// What is there for those who ask.
    Folded {
        summary: Prose,
        blocks: Vec<Block>,
    },
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Card {
    /// Under which circumstance.
    pub(crate) question: String,
    /// In a few words.
    pub(crate) answer: Prose,
    /// Why.
    pub(crate) because: Vec<Prose>,
}

/// Text with some marks in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose(pub(crate) Vec<Inline>);

/// A piece of text.
#[derive(Debug, Clone)]
pub(crate) enum Inline {
    Text(String),
    Strong(String),
    /// As it is typed, or stands in a file.
    Code(String),
    Link {
        to: Href,
        text: String,
    },
    Mark(Mark),
    /// What follows begins a line of its own.
    Break,
}

impl Prose {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds text.
    #[must_use]
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Text(text.into()));
        self
    }

    /// Adds text that stands out.
    #[must_use]
    pub(crate) fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Strong(text.into()));
        self
    }

    /// Adds something as it is typed.
    #[must_use]
    pub(crate) fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Code(text.into()));
        self
    }

    /// Adds a sign.
    #[must_use]
    pub(crate) fn mark(mut self, mark: Mark) -> Self {
        self.0.push(Inline::Mark(mark));
        self
    }

    /// Adds a link to a part of the report.
    #[must_use]
    pub(crate) fn part(mut self, anchor: &Anchor, text: impl Into<String>) -> Self {
        let to = Href::Part(anchor.clone());
        let text = text.into();
        self.0.push(Inline::Link { to, text });
        self
    }

    /// Adds a link to a file; where there can be none, its name.
    #[must_use]
    pub(crate) fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        self.0.push(match Relative::of(path) {
            Some(path) => Inline::Link {
                to: Href::File(path),
                text,
            },
            None => Inline::Text(text),
        });
        self
    }

    /// Begins a line.
    #[must_use]
    pub(crate) fn line(mut self) -> Self {
        self.0.push(Inline::Break);
        self
    }

    /// Adds all of another.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl From<&str> for Prose {
    fn from(text: &str) -> Self {
        Self::new().text(text)
    }
}

impl From<String> for Prose {
    fn from(text: String) -> Self {
        Self::new().text(text)
    }
}

/// A sign with a shape of its own, so that it can be read without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// As it should be.
    Good,
    /// Half of it.
    Half,
    /// As it should not be.
    Bad,
    /// Does not arise.
    Nothing,
    /// Not known.
    Unknown,
}

impl Mark {
    /// Its shape.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Good => "○",
            Self::Half => "◐",
            Self::Bad => "●",
            Self::Nothing => "–",
            Self::Unknown => "?",
        }
    }

    /// Its class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Half => "half",
            Self::Bad => "bad",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }
}

/// A table whose every row has a head.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) anchor: Anchor,
    pub(crate) caption: Prose,
    /// The heads of columns, the first that of rows' heads.
    pub(crate) columns: Vec<String>,
    pub(crate) groups: Vec<Group>,
    pub(crate) source: Source,
}

/// Rows that belong together.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) title: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    /// Where others refer to it.
    pub(crate) anchor: Option<Anchor>,
    pub(crate) head: Prose,
    pub(crate) cells: Vec<Cell>,
}

/// What a row says in a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) prose: Prose,
    /// Figures end where others end.
    pub(crate) is_figure: bool,
    /// How it looks.
    pub(crate) mark: Option<Mark>,
}

impl Cell {
    /// Text.
    pub(crate) fn says(prose: impl Into<Prose>) -> Self {
        Self {
            prose: prose.into(),
            ..Self::default()
        }
    }

    /// A figure.
    pub(crate) fn figure(text: impl Into<String>) -> Self {
        Self {
            prose: Prose::new().text(text),
            is_figure: true,
            mark: None,
        }
    }

    /// A sign and what it means.
    pub(crate) fn marked(mark: Mark, word: &str) -> Self {
        Self {
            prose: Prose::new().mark(mark).text(format!("\u{a0}{word}")),
            is_figure: false,
            mark: Some(mark),
        }
    }
}

/// Where something comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// Files of the comparison's folder.
    pub(crate) files: Vec<Relative>,
    /// What makes it again.
    pub(crate) command: Vec<String>,
}

impl Source {
    /// One file, and the command that wrote it.
    pub(crate) fn of(file: &str, command: &[String]) -> Self {
        Self {
            files: Relative::of(file).into_iter().collect(),
            command: command.to_vec(),
        }
    }
}

/// SVG, whose text was escaped where it was drawn.
pub(crate) type Drawing = Markup;
