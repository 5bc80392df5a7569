//! How far the figures can be trusted: the control, failures, and what runs said of themselves.

use e3_evaluate::finding::Sitting;

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Prose, Row, Source, Table};
use crate::read::{Findings, Found, MEASUREMENTS};
use crate::section::title;
use crate::sums::{CONFIDENCE, CONTROL, Sum, Told};
use crate::words;

/// Of so many failures the reasons are told; the others are in the file.
const SHOWN: usize = 8;

/// The section.
pub(crate) fn blocks(findings: &Findings, sums: &[Sum]) -> Vec<Block> {
    let mut blocks = vec![title("trust", "How far this can be trusted")];
    blocks.push(Block::List {
        numbered: false,
        items: said(findings, sums),
    });
    let controls: Vec<&Sum> = sums
        .iter()
        .filter(|sum| sum.cell.overlay == CONTROL)
        .collect();
    if !controls.is_empty() {
        let table = Block::Table(control(&controls, &findings.plan.command));
        if controls.len() > SHOWN {
            blocks.push(Block::Folded {
                summary: "The control in each work".into(),
                blocks: vec![table],
            });
        } else {
            blocks.push(table);
        }
    }
    let failures: Vec<Prose> = sums.iter().flat_map(failures).collect();
    if !failures.is_empty() {
        let all = failures.len();
        let mut items: Vec<Prose> = failures.into_iter().take(SHOWN).collect();
        if all > SHOWN {
            items.push(format!("and {} more, in the file", all - SHOWN).into());
        }
        blocks.push(Block::Folded {
            summary: words::count(all, "run that failed, and why", "runs that failed, and why")
                .into(),
            blocks: vec![Block::List {
                numbered: false,
                items,
            }],
        });
    }
    let left_out = &findings.plan.left_out;
    if !left_out.is_empty() {
        let told = left_out
            .iter()
            .map(|(what, why)| Prose::new().strong(what.clone()).text(format!(": {why}")));
        blocks.push(Block::Folded {
            summary: format!("Asked for and not measured: {}", left_out.len()).into(),
            blocks: vec![Block::List {
                numbered: false,
                items: told.collect(),
            }],
        });
    }
    if !findings.unreadable.is_empty() {
        let lines = findings
            .unreadable
            .iter()
            .take(SHOWN)
            .map(|line| Prose::from(line.to_string()));
        let mut items: Vec<Prose> = lines.collect();
        let more = findings.unreadable.len().saturating_sub(SHOWN);
        if more > 0 {
            items.push(format!("and {more} more").into());
        }
        blocks.push(Block::Notice(vec![
            Prose::new()
                .strong("Findings that cannot be read ")
                .text("are missing in this report; all others are in it:"),
        ]));
        blocks.push(Block::List {
            numbered: false,
            items,
        });
    }
    blocks
}

/// What was not the same from one command to the next.
fn sittings(sittings: &[Found<Sitting>]) -> Vec<Prose> {
    let mut items = Vec::new();
    if sittings.len() > 1 {
        items.push(
            format!(
                "It was found by {} commands, one after the other.",
                sittings.len()
            )
            .into(),
        );
    }
    for (earlier, later) in sittings.iter().zip(sittings.iter().skip(1)) {
        for difference in later.value.differences(&earlier.value) {
            items.push(
                Prose::new()
                    .strong(format!("Since {} ", later.value.time))
                    .text(format!(
                        "{difference}: figures of before and after stand in the same tables."
                    )),
            );
        }
    }
    items
}

fn said(findings: &Findings, sums: &[Sum]) -> Vec<Prose> {
    let counted: usize = sums.iter().map(|sum| sum.runs).sum();
    let warm_up = findings
        .measurements
        .iter()
        .filter(|one| one.value.warm_up)
        .count();
    let failed: usize = sums.iter().map(|sum| sum.failures.len()).sum();
    let distrusted: usize = sums.iter().map(|sum| sum.distrusted).sum();
    let outliers: usize = sums
        .iter()
        .filter_map(Sum::main)
        .map(|told| told.outliers)
        .sum();
    let controls: Vec<bool> = sums
        .iter()
        .filter(|sum| sum.cell.overlay == CONTROL)
        .filter_map(Sum::contains_one)
        .collect();
    let right = controls.iter().filter(|contains| **contains).count();
    let mut items = vec![Prose::from(format!(
        "{} of {} counted, after {} that warmed up; {failed} failed.",
        words::count(counted, "run", "runs"),
        words::count(sums.len(), "cell", "cells"),
        words::count(warm_up, "run", "runs"),
    ))];
    items.push(if controls.is_empty() {
        Prose::new().strong("No control: ").text("direct was not measured against itself in six rounds or more, so that nothing says how well this machine tells ratios apart.")
    } else {
        format!(
            "The control, direct against itself, contains 1 in {right} of {}; of intervals of 95 %, one in twenty misses it by chance.",
            words::count(controls.len(), "work", "works")
        )
        .into()
    });
    items.push(
        format!("{outliers} main figures are far from the others of their cell (modified z-score over 3.5). They are counted like all others.")
            .into(),
    );
    let few = sums
        .iter()
        .filter_map(Sum::main)
        .filter_map(Told::interval)
        .filter(|interval| interval.confidence < CONFIDENCE)
        .count();
    if few > 0 {
        items.push(
            Prose::new()
                .strong(words::count(few, "cell has", "cells have"))
                .text(" fewer than six rounds that count: their intervals are the range of all ratios, and promise less than 95 %."),
        );
    }
    items.extend(sittings(&findings.sittings));
    if distrusted > 0 {
        items.push(Prose::new().strong(words::count(distrusted, "run", "runs")).text(
            " said of themselves that the machine was too busy, or the network not as declared; they are counted, and told below.",
        ));
        items.extend(reasons(findings));
    }
    items
}

/// What runs said: those that differ in figures alone once, with how often.
fn reasons(findings: &Findings) -> Vec<Prose> {
    let mut reasons: Vec<(String, &str, usize, usize)> = Vec::new();
    for measured in findings
        .measurements
        .iter()
        .filter(|one| !one.value.warm_up)
    {
        for reason in &measured.value.distrust {
            let kind: String = reason
                .chars()
                .filter(|letter| !letter.is_ascii_digit() && *letter != '.')
                .collect();
            match reasons.iter_mut().find(|(known, ..)| *known == kind) {
                Some((_, _, times, _)) => *times += 1,
                None => reasons.push((kind, reason, 1, measured.line)),
            }
        }
    }
    reasons.sort_by_key(|(_, _, times, _)| std::cmp::Reverse(*times));
    let told = reasons
        .into_iter()
        .take(SHOWN)
        .map(|(_, reason, times, line)| {
            let times = words::count(times, "time", "times");
            Prose::new()
                .text(format!("“{reason}”, this or the like {times}, first in "))
                .file(MEASUREMENTS, format!("{MEASUREMENTS}:{line}"))
        });
    told.collect()
}

fn control(controls: &[&Sum], command: &[String]) -> Table {
    let rows = controls.iter().map(|sum| {
        let told = sum.main();
        let interval = told.and_then(Told::interval);
        let ratio = told
            .and_then(|told| told.ratio)
            .map_or("–".to_owned(), |ratio| words::times(ratio.median));
        let within = interval.map_or("–".to_owned(), |interval| {
            format!(
                "{}–{}",
                words::digits(interval.low),
                words::digits(interval.high)
            )
        });
        let verdict = match sum.contains_one() {
            Some(true) => Cell::marked(crate::page::Mark::Good, "contains 1"),
            Some(false) => Cell::marked(crate::page::Mark::Bad, "misses 1: not fit"),
            None => Cell::marked(crate::page::Mark::Unknown, "too few rounds"),
        };
        let cell = &sum.cell;
        Row {
            anchor: Some(sum.anchor.clone()),
            head: format!(
                "{} · {} · {} · {}",
                cell.network, cell.program, cell.size, cell.parties
            )
            .into(),
            cells: vec![
                Cell::figure(ratio),
                Cell::figure(within),
                Cell::figure(sum.runs.to_string()),
                verdict,
            ],
        }
    });
    Table {
        anchor: Anchor::named("control"),
        caption: "Direct against itself: what differs from 1 here is the machine’s doing".into(),
        columns: ["work", "ratio", "interval", "runs", "machine"]
            .map(str::to_owned)
            .to_vec(),
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::of(MEASUREMENTS, command),
    }
}

fn failures(sum: &Sum) -> Vec<Prose> {
    let told = sum.failures.iter().map(|(line, why)| {
        Prose::new()
            .file(MEASUREMENTS, format!("{MEASUREMENTS}:{line}"))
            .text(format!(" {}: {why}", sum.cell))
    });
    told.collect()
}
