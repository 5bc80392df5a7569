//! A page as one HTML file that asks nobody for anything.
//!
//! All text passes through maud, which escapes whatever is put into its markup; nothing here is taken over unescaped but
//! the drawings, which are markup of maud's themselves, and the style sheet, which is ours.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Block, Card, Cell, Group, Inline, Page, Picture, Prose, Row, Source, Table, command};
use crate::href::Href;

const STYLE: &str = include_str!("style.css");

/// The whole file.
pub(crate) fn render(page: &Page) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Even if something got in, it could fetch nothing and run nothing.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
                meta name="generator" content="E³";
                // An icon of no bytes, or a browser would ask for one.
                link rel="icon" href="data:,";
                title { (page.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a .skip href="#answer" { "To the answer" }
                header { h1 { (page.title) } }
                (contents(page))
                main { (blocks(&page.blocks)) }
            }
        }
    }
    .into_string()
}

/// The headings of the second level.
fn contents(page: &Page) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul {
                @for block in &page.blocks {
                    @if let Block::Heading { level: 2, anchor, text } = block {
                        li { a href={ "#" (anchor.as_str()) } { (text) } }
                    }
                }
            }
        }
    }
}

fn blocks(all: &[Block]) -> Markup {
    html! { @for block in all { (render_block(block)) } }
}

fn render_block(block: &Block) -> Markup {
    match block {
        Block::Heading {
            level,
            anchor,
            text,
        } => heading(*level, anchor.as_str(), text),
        Block::Paragraph(text) => html! { p { (prose(text)) } },
        Block::List {
            numbered: true,
            items,
        } => {
            html! { ol { @for item in items { li { (prose(item)) } } } }
        }
        Block::List { items, .. } => html! { ul { @for item in items { li { (prose(item)) } } } },
        Block::Facts(facts) => html! {
            dl { @for (name, says) in facts { div { dt { (name) } dd { (prose(says)) } } } }
        },
        Block::Cards(cards) => html! { div .cards { @for card in cards { (render_card(card)) } } },
        Block::Notice(lines) => html! {
            div .notice role="note" { @for line in lines { p { (prose(line)) } } }
        },
        Block::Table(all) => table(all, false),
        Block::Pictures(all) => html! { div .pictures { @for one in all { (picture(one)) } } },
        Block::Folded {
            summary,
            blocks: inner,
        } => html! {
            details { summary { (prose(summary)) } (blocks(inner)) }
        },
    }
}

fn heading(level: u8, anchor: &str, text: &str) -> Markup {
    match level {
        2 => html! { h2 id=(anchor) { (text) } },
        3 => html! { h3 id=(anchor) { (text) } },
        _ => html! { h4 id=(anchor) { (text) } },
    }
}

fn render_card(card: &Card) -> Markup {
    html! {
        section .card {
            h3 { (card.question) }
            p .take { (prose(&card.answer)) }
            @if !card.because.is_empty() {
                ul { @for reason in &card.because { li { (prose(reason)) } } }
            }
        }
    }
}

fn prose(prose: &Prose) -> Markup {
    html! { @for piece in &prose.0 { (inline(piece)) } }
}

fn inline(piece: &Inline) -> Markup {
    match piece {
        Inline::Text(text) => html! { (text) },
        Inline::Strong(text) => html! { strong { (text) } },
        Inline::Code(text) => html! { code { (text) } },
        Inline::Link { to, text } => html! { a href=(to.reference()) { (text) } },
        Inline::Mark(mark) => html! {
            span .mark.(mark.class()) aria-hidden="true" { (mark.shape()) }
        },
        Inline::Break => html! { br; },
    }
}

/// `beside`: it stands below a picture that has its caption and source already.
fn table(table: &Table, beside: bool) -> Markup {
    // What scrolls must be reachable by keyboard, and then has to be called something.
    let label = format!("{}-caption", table.anchor.as_str());
    html! {
        div .wide tabindex="0" role="region" aria-labelledby=(label) {
            table id=(table.anchor.as_str()) {
                caption id=(label) { (prose(&table.caption)) }
                thead { tr { @for column in &table.columns { th scope="col" { (column) } } } }
                @for group in &table.groups { (rows(group, table.columns.len())) }
            }
        }
        @if !beside { (source(&table.source)) }
    }
}

fn rows(group: &Group, columns: usize) -> Markup {
    html! {
        tbody {
            @if let Some(title) = &group.title {
                tr .group { th scope="rowgroup" colspan=(columns) { span { (title) } } }
            }
            @for row in &group.rows { (render_row(row)) }
        }
    }
}

fn render_row(row: &Row) -> Markup {
    html! {
        tr id=[row.anchor.as_ref().map(super::Anchor::as_str)] {
            th scope="row" { (prose(&row.head)) }
            @for cell in &row.cells { (render_cell(cell)) }
        }
    }
}

fn render_cell(cell: &Cell) -> Markup {
    let class = match (cell.is_figure, cell.mark) {
        (true, _) => Some("figure".to_owned()),
        (false, mark) => mark.map(|mark| format!("is-{}", mark.class())),
    };
    html! { td class=[class] { (prose(&cell.prose)) } }
}

fn picture(picture: &Picture) -> Markup {
    let id = picture.anchor.as_str();
    let (title, description) = (format!("{id}-title"), format!("{id}-description"));
    let (width, height) = picture.size;
    html! {
        figure id=(id) {
            svg viewBox={ "0 0 " (round(width)) " " (round(height)) } role="img"
                aria-labelledby=(title) aria-describedby=(description) {
                title id=(title) { (picture.title) }
                desc id=(description) { (picture.description) }
                (picture.drawing)
            }
            figcaption { (prose(&picture.caption)) }
            @if let Some(same) = &picture.table {
                details { summary { "The same in figures" } (table(same, true)) }
            }
            (source(&picture.source))
        }
    }
}

fn source(source: &Source) -> Markup {
    html! {
        @if !source.files.is_empty() || !source.command.is_empty() {
            div .source {
                @if !source.files.is_empty() {
                    span { "Raw data: "
                        @for (index, file) in source.files.iter().enumerate() {
                            @if index > 0 { ", " }
                            a href=(Href::File(file.clone()).reference()) { (file.path()) }
                        }
                    }
                }
                @if !source.command.is_empty() {
                    details { summary { "Made by" } pre tabindex="0" { code { (command::line(&source.command)) } } }
                }
            }
        }
    }
}

/// Whole units are enough for a frame.
fn round(length: f64) -> String {
    format!("{:.0}", length.ceil())
}
