//! A page as Markdown, as `CommonMark` with GitHub's tables has it. Pictures are told as tables; they are in the HTML.
//!
//! Text is escaped in [`escape`] and [`code`] alone.

use std::fmt::Write as _;

use super::{Block, Inline, Page, Prose, Row, Source, Table, command};

/// The whole file.
pub(crate) fn render(page: &Page) -> String {
    let mut out = format!("# {}\n\n", escape(&page.title));
    blocks(&page.blocks, &mut out);
    out
}

fn blocks(all: &[Block], out: &mut String) {
    for block in all {
        render_block(block, out);
    }
}

fn render_block(block: &Block, out: &mut String) {
    match block {
        Block::Heading { level, text, .. } => {
            let _ = writeln!(
                out,
                "{} {}\n",
                "#".repeat(usize::from(*level)),
                escape(text)
            );
        }
        Block::Paragraph(text) => {
            let _ = writeln!(out, "{}\n", prose(text, Place::Text));
        }
        Block::List { numbered, items } => {
            for (index, item) in items.iter().enumerate() {
                let bullet = if *numbered {
                    format!("{}.", index + 1)
                } else {
                    "-".to_owned()
                };
                let _ = writeln!(out, "{bullet} {}", prose(item, Place::Text));
            }
            out.push('\n');
        }
        Block::Facts(facts) => {
            for (name, says) in facts {
                let _ = writeln!(out, "- **{}**: {}", escape(name), prose(says, Place::Text));
            }
            out.push('\n');
        }
        Block::Cards(cards) => {
            for card in cards {
                let _ = writeln!(
                    out,
                    "- **{}**: {}",
                    escape(&card.question),
                    prose(&card.answer, Place::Text)
                );
                for reason in &card.because {
                    let _ = writeln!(out, "  - {}", prose(reason, Place::Text));
                }
            }
            out.push('\n');
        }
        Block::Notice(lines) => {
            for line in lines {
                let _ = writeln!(out, "> {}\n", prose(line, Place::Text));
            }
        }
        Block::Table(all) => {
            table(all, out);
            source(&all.source, out);
        }
        Block::Pictures(all) => {
            for picture in all {
                let _ = writeln!(
                    out,
                    "**{}**\n\n{}\n",
                    escape(&picture.title),
                    escape(&picture.description)
                );
                if let Some(same) = &picture.table {
                    table(same, out);
                }
                source(&picture.source, out);
            }
        }
        Block::Folded {
            summary,
            blocks: inner,
        } => {
            let _ = writeln!(out, "**{}**\n", prose(&plain(summary), Place::Text));
            blocks(inner, out);
        }
    }
}

/// Bold in bold would end it.
fn plain(text: &Prose) -> Prose {
    let pieces = text.0.iter().map(|piece| match piece {
        Inline::Strong(text) => Inline::Text(text.clone()),
        other => other.clone(),
    });
    Prose(pieces.collect())
}

fn table(table: &Table, out: &mut String) {
    let _ = writeln!(out, "{}\n", prose(&table.caption, Place::Text));
    let heads: Vec<String> = table.columns.iter().map(|column| escape(column)).collect();
    let _ = writeln!(
        out,
        "| {} |\n|{}",
        heads.join(" | "),
        " --- |".repeat(heads.len())
    );
    for group in &table.groups {
        if let Some(title) = &group.title {
            let empty = " |".repeat(heads.len().saturating_sub(1));
            let _ = writeln!(out, "| **{}** |{empty}", escape(title));
        }
        for row in &group.rows {
            let _ = writeln!(out, "| {} |", cells(row).join(" | "));
        }
    }
    out.push('\n');
}

fn cells(row: &Row) -> Vec<String> {
    let head = std::iter::once(&row.head);
    let all = head.chain(row.cells.iter().map(|cell| &cell.prose));
    all.map(|cell| prose(cell, Place::Table)).collect()
}

fn source(source: &Source, out: &mut String) {
    if !source.files.is_empty() {
        let links: Vec<String> = source
            .files
            .iter()
            .map(|file| {
                link(
                    &crate::href::Href::File(file.clone()).reference(),
                    file.path(),
                )
            })
            .collect();
        let _ = writeln!(out, "Raw data: {}\n", links.join(", "));
    }
    if !source.command.is_empty() {
        let _ = writeln!(
            out,
            "Made by {}\n",
            code(&command::line(&source.command), Place::Text)
        );
    }
}

/// Where text stands: a table takes some characters for its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Table,
}

fn prose(prose: &Prose, place: Place) -> String {
    let mut out = String::new();
    for piece in &prose.0 {
        let begins = place == Place::Text && (out.is_empty() || out.ends_with('\n'));
        let piece = inline(piece, place);
        out.push_str(&if begins { beginning(&piece) } else { piece });
    }
    out
}

fn inline(piece: &Inline, place: Place) -> String {
    match piece {
        Inline::Text(text) => escape(text),
        Inline::Strong(text) => strong(text),
        Inline::Code(text) => code(text, place),
        Inline::Link { to, text } => {
            let reference = to.reference();
            // Parts of the page are not parts of this one: rows of tables have no names in Markdown.
            if reference.starts_with('#') {
                escape(text)
            } else {
                link(&reference, text)
            }
        }
        Inline::Mark(mark) => mark.shape().to_owned(),
        Inline::Break if place == Place::Table => "; ".to_owned(),
        Inline::Break => "  \n".to_owned(),
    }
}

/// Markup ends at a letter: spaces within it would make it stars.
fn strong(text: &str) -> String {
    let within = text.trim();
    if within.is_empty() {
        return escape(text);
    }
    let before = &text[..text.len() - text.trim_start().len()];
    let after = &text[text.trim_end().len()..];
    format!("{}**{}**{}", escape(before), escape(within), escape(after))
}

fn link(reference: &str, text: &str) -> String {
    format!("[{}]({reference})", escape(text))
}

/// Text that is nothing but text, within a line.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // As characters' names, since a table ends its cells before it looks at backslashes.
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' => escaped.push_str("&#124;"),
            '\\' => escaped.push_str("&#92;"),
            // What would make a link of an address by itself.
            ':' if characters.peek().is_none_or(|next| *next == '/') => escaped.push_str("&#58;"),
            '@' => escaped.push_str("&#64;"),
            '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' | '^' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
        .replace("www.", "www&#46;")
        .replace("WWW.", "WWW&#46;")
}

/// A dash, a number or spaces at the beginning of a line would begin something else.
fn beginning(text: &str) -> String {
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let (spaces, rest) = text.split_at(spaces);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, after) = rest.split_at(digits);
    let spaces = if spaces.len() > 1 { " " } else { spaces };
    let escapes = match after.chars().next() {
        Some('-' | '+' | '=') if digits.is_empty() => true,
        Some('.' | ')') => !digits.is_empty(),
        _ => false,
    };
    let backslash = if escapes { "\\" } else { "" };
    format!("{spaces}{digits}{backslash}{after}")
}

/// Something as it is typed, in as many backticks as it does not have in a row.
fn code(text: &str, place: Place) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let is_awkward = place == Place::Table && text.contains(['|', '\\']);
    if is_awkward || text.trim().is_empty() {
        return escape(&text);
    }
    let most = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let ticks = "`".repeat(most + 1);
    if text.starts_with('`')
        || text.ends_with('`')
        || (text.starts_with(' ') && text.ends_with(' '))
    {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
