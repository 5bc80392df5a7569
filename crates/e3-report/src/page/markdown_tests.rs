use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;
use crate::href::Anchor;
use crate::page::{Cell, Group};

/// What a reader of the Markdown sees: texts in order, and every tag that is not among those expected.
fn seen(markdown: &str) -> (String, Vec<String>) {
    let (mut text, mut strange) = (String::new(), Vec::new());
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES,
    ) {
        match event {
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::TableCell) => text.push('\u{1}'),
            Event::End(_)
            | Event::Start(
                Tag::Paragraph | Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell,
            ) => {}
            other => strange.push(format!("{other:?}")),
        }
    }
    (text, strange)
}

/// Spaces at ends and in rows are not text in Markdown.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_stands_out_may_end_in_a_space() {
    let said = Prose::new().strong("Not all is known. ").text("Why?");
    assert_eq!(prose(&said, Place::Text), "**Not all is known.** Why?");
}

#[test]
fn text_that_looks_like_markup_is_text() {
    let hostile = [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://e.org/x.png)",
        "# heading",
        "1. item",
        "- item",
        "+ item",
        "> quote",
        "```",
        "~~~",
        "---",
        "===",
        "a | b",
        "\\| a",
        "*a* _b_ `c` ~~d~~",
        "&lt;script&gt;",
        "https://example.org www.example.org a@example.org",
        "<!-- x",
        "[x]: /y",
        "    code",
        "\\",
    ];
    for text in hostile {
        let (read, strange) = seen(&format!("{}\n", prose(&text.into(), Place::Text)));
        assert_eq!(squeezed(&read), squeezed(text), "{text}");
        assert!(strange.is_empty(), "{text}: {strange:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_itself(text in "[ -~é東]{1,60}") {
        let cleaned = squeezed(&text);
        prop_assume!(!cleaned.is_empty());
        let (read, strange) = seen(&format!("{}\n", prose(&text.as_str().into(), Place::Text)));
        prop_assert_eq!(squeezed(&read), cleaned);
        prop_assert!(strange.is_empty(), "{:?}", strange);
    }

    #[test]
    fn any_code_is_itself(text in "[ -~]{1,40}", in_table in any::<bool>()) {
        prop_assume!(!text.trim().is_empty());
        let place = if in_table { Place::Table } else { Place::Text };
        let (read, strange) = seen(&format!("x {}\n", code(&text, place)));
        prop_assert_eq!(squeezed(&read), squeezed(&format!("x {text}")));
        prop_assert!(strange.is_empty(), "{:?}", strange);
    }

    #[test]
    fn a_table_has_its_cells_whatever_stands_in_them(texts in proptest::collection::vec("[!-~]{1,20}", 3), is_code in any::<bool>()) {
        let prose = |text: &String| if is_code { Prose::new().code(text.clone()) } else { Prose::new().text(text.clone()) };
        let made = Table {
            anchor: Anchor::named("t"),
            caption: "x".into(),
            columns: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
            groups: vec![Group { title: None, rows: vec![Row {
                anchor: None,
                head: prose(&texts[0]),
                cells: vec![Cell::says(prose(&texts[1])), Cell::says(prose(&texts[2]))],
            }] }],
            source: Source::default(),
        };
        let mut out = String::new();
        table(&made, &mut out);
        let (read, strange) = seen(&out);
        let expected = format!("xa\u{1}b\u{1}c\u{1}{}\u{1}", texts.join("\u{1}"));
        prop_assert_eq!(read, expected);
        prop_assert!(strange.is_empty(), "{:?}", strange);
    }
}
