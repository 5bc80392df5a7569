//! The networks, as runs over them tell.

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Row, Source, Table};
use crate::plot::map;
use crate::read::Shape;
use crate::section::title;
use crate::words;

/// The section; nothing where no run's record is there.
pub(crate) fn blocks(shapes: &[Shape]) -> Vec<Block> {
    if shapes.is_empty() {
        return Vec::new();
    }
    let mut shapes: Vec<&Shape> = shapes.iter().collect();
    shapes.sort_by_key(|shape| words::rank(&shape.network));
    vec![
        title("networks", "The networks"),
        Block::Paragraph(
            "All of them are emulated on one machine: a box is a region, a line says how long a round trip between two of \
             them takes. A box with a broken frame has parties behind home routers."
                .into(),
        ),
        Block::Pictures(shapes.into_iter().enumerate().map(|(index, shape)| picture(index, shape)).collect()),
    ]
}

fn picture(index: usize, shape: &Shape) -> Picture {
    let drawn = map(shape);
    let title = format!("{}: {}", shape.network, words::network(&shape.network));
    let parties: Vec<String> = shape
        .parties
        .iter()
        .map(|party| format!("{} in {}", party.host, party.region))
        .collect();
    Picture {
        anchor: Anchor::numbered("network", index + 1),
        description: format!("Parties: {}.", words::all_of(&parties)),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: title.clone().into(),
        title,
        table: Some(table(index, shape)),
        source: Source {
            files: shape.record.clone().into_iter().collect(),
            command: shape.command.clone(),
        },
    }
}

fn table(index: usize, shape: &Shape) -> Table {
    let rows = shape.links.iter().map(|link| Row {
        anchor: None,
        head: format!("{} – {}", link.a, link.b).into(),
        cells: vec![
            Cell::figure(
                link.rtt_expected_ms
                    .map_or("–".to_owned(), |ms| words::seconds(ms / 1e3)),
            ),
            Cell::says(link.path.clone()),
        ],
    });
    Table {
        anchor: Anchor::numbered("network-table", index + 1),
        caption: "Every pair of this run".into(),
        columns: ["pair", "round trip as declared", "path"]
            .map(str::to_owned)
            .to_vec(),
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::default(),
    }
}
