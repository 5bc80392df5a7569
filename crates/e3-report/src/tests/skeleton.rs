//! What a browser would make of a report: its tags, as the HTML standard's own tokenizer sees them.

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};

/// Everything that may stand in a report.
const TAGS: [&str; 56] = [
    "html",
    "head",
    "meta",
    "link",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "nav",
    "ul",
    "li",
    "ol",
    "main",
    "p",
    "strong",
    "code",
    "span",
    "br",
    "dl",
    "div",
    "dt",
    "dd",
    "section",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "details",
    "summary",
    "pre",
    "svg",
    "desc",
    "defs",
    "pattern",
    "rect",
    "text",
    "line",
    "path",
    "polygon",
    "circle",
    "h4",
    "g",
    "h5",
    "h6",
    "em",
    "b",
    "i",
];
const EMPTY: [&str; 3] = ["meta", "link", "br"];
/// None of them runs or fetches anything.
const ATTRIBUTES: [&str; 43] = [
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "rel",
    "href",
    "class",
    "id",
    "aria-label",
    "aria-labelledby",
    "aria-describedby",
    "aria-hidden",
    "role",
    "tabindex",
    "scope",
    "colspan",
    "viewbox",
    "x",
    "y",
    "width",
    "height",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "d",
    "points",
    "style",
    "stroke-dasharray",
    "text-anchor",
    "patternunits",
    "patterntransform",
    "open",
    "start",
    "title",
    "dir",
    "value",
    "fill",
    "stroke",
];

/// What was found while reading.
#[derive(Debug, Default)]
pub(super) struct Skeleton {
    wrong: Vec<String>,
    open: Vec<String>,
    ids: BTreeSet<String>,
    targets: BTreeSet<String>,
    levels: Vec<u8>,
    pub(super) pictures: usize,
    descriptions: usize,
    tables: usize,
    captions: usize,
}

impl Skeleton {
    pub(super) fn of(html: &str) -> Self {
        let mut skeleton = Self::default();
        for token in Tokenizer::new(html) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    let attributes: Vec<(String, String)> = tag
                        .attributes
                        .iter()
                        .map(|(name, value)| {
                            (
                                String::from_utf8_lossy(name).into_owned(),
                                String::from_utf8_lossy(value).into_owned(),
                            )
                        })
                        .collect();
                    skeleton.start(&name, &attributes);
                }
                Token::EndTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    if skeleton.open.pop().as_ref() != Some(&name) {
                        skeleton
                            .wrong
                            .push(format!("</{name}> ends something else"));
                    }
                }
                Token::Comment(_) => skeleton.wrong.push("a comment".to_owned()),
                Token::Error(error) => skeleton.wrong.push(format!("{error:?}")),
                _ => {}
            }
        }
        skeleton
    }

    fn start(&mut self, name: &str, attributes: &[(String, String)]) {
        if !TAGS.contains(&name) {
            self.wrong.push(format!("a tag <{name}>"));
        }
        for (attribute, value) in attributes {
            self.attribute(name, attribute, value);
        }
        if let Some(level) = name.strip_prefix('h').and_then(|level| level.parse().ok()) {
            self.levels.push(level);
        }
        self.pictures += usize::from(name == "svg");
        self.descriptions += usize::from(name == "desc");
        self.tables += usize::from(name == "table");
        self.captions += usize::from(name == "caption");
        if !EMPTY.contains(&name) {
            self.open.push(name.to_owned());
        }
    }

    fn attribute(&mut self, tag: &str, name: &str, value: &str) {
        if !ATTRIBUTES.contains(&name) {
            self.wrong.push(format!("an attribute {name} of <{tag}>"));
        }
        match name {
            "id" if !self.ids.insert(value.to_owned()) => {
                self.wrong.push(format!("two parts called {value}"));
            }
            "href" => match value.strip_prefix('#') {
                Some(part) => _ = self.targets.insert(part.to_owned()),
                None if value == "data:," && tag == "link" => {}
                None if value.contains(':')
                    || value.starts_with('/')
                    || value.split('/').any(|part| part == "..") =>
                {
                    self.wrong.push(format!("a link to {value}"));
                }
                None => {}
            },
            "aria-labelledby" | "aria-describedby" => _ = self.targets.insert(value.to_owned()),
            "style" if !value.starts_with("fill:url(#") => {
                self.wrong.push(format!("a style {value}"));
            }
            _ => {}
        }
    }

    #[track_caller]
    pub(super) fn check(&self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.open.is_empty(), "never ended: {:?}", self.open);
        let nowhere: Vec<&String> = self.targets.difference(&self.ids).collect();
        assert!(nowhere.is_empty(), "links to nothing: {nowhere:?}");
        assert_eq!(
            self.pictures, self.descriptions,
            "every picture is described"
        );
        assert_eq!(self.tables, self.captions, "every table has a caption");
        assert_eq!(self.levels.first(), Some(&1));
        let skips = self.levels.windows(2).find(|two| two[1] > two[0] + 1);
        assert_eq!(skips, None, "headings are in order");
    }
}
