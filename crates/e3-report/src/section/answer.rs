//! The answer: which overlay under which circumstances, and why.

use crate::answer::{Answers, Circumstance, Compared, Fitness, RULES, State, Taken};
use crate::href::Anchor;
use crate::page::{Block, Card, Cell, Group, Mark, Prose, Row, Source, Table};
use crate::read::{Findings, MEASUREMENTS};
use crate::section::{heading, in_order, title};
use crate::sums::{BASE, CONFIDENCE};
use crate::words;

/// The section.
pub(crate) fn blocks(findings: &Findings, answers: &Answers) -> Vec<Block> {
    let mut blocks = vec![
        title("answer", "The answer"),
        Block::Paragraph(Prose::new().strong(sentence(answers))),
    ];
    if !findings.missing.is_empty() {
        let files: Vec<String> = findings
            .missing
            .iter()
            .map(|file| (*file).to_owned())
            .collect();
        let files = words::all_of(&files);
        blocks.push(Block::Notice(vec![Prose::new()
            .strong("Not all is known. ")
            .text(format!("This folder has no findings in {files}; what would follow from them is not in the answer."))]));
    }
    if !answers.circumstances.is_empty() {
        blocks.push(Block::Table(choices(answers, &findings.plan.command)));
    }
    blocks.push(Block::Cards(cards(answers)));
    blocks.push(why(answers));
    let rules = RULES.iter().map(|rule| Prose::from(*rule)).collect();
    blocks.push(Block::Folded {
        summary: "The rules that this follows from".into(),
        blocks: vec![Block::List {
            numbered: true,
            items: rules,
        }],
    });
    blocks
}

/// The answer in one sentence.
pub(crate) fn sentence(answers: &Answers) -> String {
    let tally = answers.tally();
    let Some((first, times, alone)) = tally.first().copied() else {
        return no_answer(answers);
    };
    let all = answers
        .circumstances
        .iter()
        .filter(|one| one.choice.is_some())
        .count();
    let is_examined = is_examined(answers);
    let with = match answers.fitness_of(first).map(|fitness| &fitness.state) {
        Some(State::Fit(identities)) => format!(", with identity {},", any_of(identities)),
        _ => String::new(),
    };
    let (basis, of) = if is_examined {
        ("", " of those that withstood every attack,")
    } else {
        ("By speed alone, since no security findings are there: ", "")
    };
    let fast = match alone {
        alone if alone == times => "the fastest",
        0 => "as fast as any",
        _ => "the fastest, or as fast as any,",
    };
    let rest: Vec<String> = tally
        .iter()
        .skip(1)
        .map(|(overlay, times, _)| format!("{overlay} in {times}"))
        .collect();
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("; {}", words::all_of(&rest))
    };
    let few = match without_enough_rounds(answers) {
        0 => String::new(),
        few => format!(" In {few} of them there were too few rounds to tell overlays apart."),
    };
    format!(
        "{basis}{first}{with} is {fast}{of} in {times} of {}{rest}.{few}",
        words::count(all, "circumstance", "circumstances")
    )
}

/// In how many circumstances with an answer nothing was measured so often that an interval of 95 % can be had.
fn without_enough_rounds(answers: &Answers) -> usize {
    let has_enough = |one: &&Circumstance| {
        let mut compared = one.works.iter().flat_map(|work| &work.compared);
        compared.any(|one| one.interval.confidence >= CONFIDENCE)
    };
    let chosen = answers
        .circumstances
        .iter()
        .filter(|one| one.choice.is_some());
    chosen.filter(|one| !has_enough(one)).count()
}

fn no_answer(answers: &Answers) -> String {
    if answers.circumstances.is_empty() {
        "Nothing was measured, so that nothing can be said of speed.".to_owned()
    } else if answers.fitness.iter().all(|one| !one.is_candidate()) {
        "No overlay was shown to be fit for a network that is not trusted.".to_owned()
    } else {
        "No answer: no fit overlay has finished all works of a circumstance.".to_owned()
    }
}

fn any_of(identities: &[String]) -> String {
    words::all_of(identities).replace(" and ", " or ")
}

fn cards(answers: &Answers) -> Vec<Card> {
    let mut cards: Vec<Card> = by_overlay(answers);
    cards.extend(least_seen(answers));
    cards.extend(least_effort(answers));
    cards.extend(all_trusted(answers));
    cards
}

/// One card an overlay that is an answer: where, and why it is fit.
fn by_overlay(answers: &Answers) -> Vec<Card> {
    let cards = answers.tally().into_iter().map(|(overlay, ..)| {
        let mine: Vec<&Circumstance> = answers
            .circumstances
            .iter()
            .filter(|one| one.choice.as_deref() == Some(overlay))
            .collect();
        let mut because: Vec<Prose> = Vec::new();
        for program in in_order(mine.iter().map(|one| one.program.as_str())) {
            let places: Vec<String> = mine
                .iter()
                .filter(|one| one.program == program)
                .map(|one| words::network(&one.network))
                .collect();
            let what = words::sentence(&words::program(program));
            because.push(
                Prose::new()
                    .strong(what)
                    .text(format!(" over {}", words::all_of(&places))),
            );
        }
        because.extend(answers.fitness_of(overlay).map(fit));
        Card {
            question: if is_examined(answers) {
                "Fastest where the network is not trusted"
            } else {
                "Fastest, whether it is fit or not"
            }
            .to_owned(),
            answer: Prose::new().strong(overlay),
            because,
        }
    });
    cards.collect()
}

/// Whether anybody has tried what overlays withstand.
fn is_examined(answers: &Answers) -> bool {
    let mut states = answers.fitness.iter().map(|one| &one.state);
    states.any(|state| *state != State::NotExamined)
}

fn fit(fitness: &Fitness) -> Prose {
    match &fitness.state {
        State::Fit(identities) => Prose::new()
            .text("fit with identity ")
            .text(any_of(identities))
            .text(": ")
            .part(&Anchor::named("security"), "no attack succeeded"),
        State::Unfit => "not fit".into(),
        State::NotExamined => "whether it is fit was not examined".into(),
    }
}

fn least_seen(answers: &Answers) -> Option<Card> {
    let privacy = answers.privacy.as_ref()?;
    let (first, answered) = privacy.answered.first()?;
    let same: Vec<&str> = privacy
        .answered
        .iter()
        .filter(|(_, other)| (other - answered).abs() < 1e-9)
        .map(|(overlay, _)| overlay.as_str())
        .collect();
    let others: Vec<String> = privacy
        .answered
        .iter()
        .skip(same.len())
        .map(|(overlay, answered)| format!("{overlay} {answered}"))
        .collect();
    let mut because = vec![
        Prose::new()
            .text(format!(
                "{answered} of {} questions were answered to an observer: ",
                privacy.questions
            ))
            .part(&Anchor::named("privacy"), "the matrix"),
    ];
    if !others.is_empty() {
        because.push(Prose::from(format!(
            "the others: {}",
            words::all_of(&others)
        )));
    }
    if !privacy.not_compared.is_empty() {
        because.push(Prose::from(format!(
            "not compared: {}",
            words::all_of(&privacy.not_compared)
        )));
    }
    let all = if same.len() > 1 {
        words::all_of(&same)
    } else {
        first.clone()
    };
    Some(Card {
        question: "The least is seen".to_owned(),
        answer: Prose::new().strong(all),
        because,
    })
}

fn least_effort(answers: &Answers) -> Option<Card> {
    let simple = answers.simple.as_ref()?;
    let mut because = Vec::new();
    for (how, taken) in [("by hand", &simple.by_hand), ("by E³", &simple.by_e3)] {
        if let Some(least) = taken.first() {
            let counts = least.counts;
            let same = words::all_of(&least_of(taken));
            let steps = words::count(counts.steps as usize, "step", "steps");
            let secrets = words::count(counts.secrets as usize, "secret", "secrets");
            because.push(
                Prose::new()
                    .strong(format!("{how}: {same}"))
                    .text(format!(
                        ", {steps} and {secrets} to pass on for a first session ("
                    ))
                    .and(least.at.prose())
                    .text(")"),
            );
        }
    }
    let easiest = if simple.by_e3.is_empty() {
        least_of(&simple.by_hand)
    } else {
        least_of(&simple.by_e3)
    };
    Some(Card {
        question: "The least effort".to_owned(),
        answer: Prose::new().strong(words::all_of(&easiest)),
        because,
    })
}

/// All that take as little as the first.
fn least_of(taken: &[Taken]) -> Vec<&str> {
    let least = taken.first().map(Taken::weight);
    let same = taken.iter().filter(|one| Some(one.weight()) == least);
    same.map(|one| one.overlay.as_str()).collect()
}

/// What can be said for plain connections.
fn all_trusted(answers: &Answers) -> Option<Card> {
    let plain = answers.fitness_of(BASE)?;
    let against = plain.least_against().len();
    let reason = if plain.state == State::NotExamined {
        "it is what others are divided by; what it withstands was not examined".to_owned()
    } else {
        let attacks = words::count(against, "attack was", "attacks were");
        format!("it is what others are divided by; {attacks} not shown to fail")
    };
    Some(Card {
        question: "Every machine and cable is your own".to_owned(),
        answer: Prose::new().strong(BASE),
        because: vec![Prose::from(reason)],
    })
}

/// Networks by programs.
fn choices(answers: &Answers, command: &[String]) -> Table {
    let programs = in_order(answers.circumstances.iter().map(|one| one.program.as_str()));
    let networks = in_order(answers.circumstances.iter().map(|one| one.network.as_str()));
    let mut columns = vec!["over".to_owned()];
    columns.extend(programs.iter().map(|program| words::program(program)));
    let rows = networks.iter().map(|network| Row {
        anchor: None,
        head: words::sentence(&words::network(network)).into(),
        cells: programs
            .iter()
            .map(|program| {
                let one = answers
                    .circumstances
                    .iter()
                    .find(|one| one.network == **network && one.program == **program);
                one.map_or_else(|| none("not measured"), choice)
            })
            .collect(),
    });
    Table {
        anchor: Anchor::named("choices"),
        caption: format!(
            "Which overlay: the fastest {}one, in brackets its time by that of direct, plain TCP (of streams: its throughput); \
             below it those that are as fast",
            if is_examined(answers) { "fit " } else { "" }
        )
        .into(),
        columns,
        groups: vec![Group { title: None, rows: rows.collect() }],
        source: Source::of(MEASUREMENTS, command),
    }
}

/// What stands where there is no answer.
fn none(why: &str) -> Cell {
    Cell {
        mark: Some(Mark::Nothing),
        ..Cell::says(why)
    }
}

fn choice(one: &Circumstance) -> Cell {
    let Some(choice) = &one.choice else {
        return none("no answer");
    };
    let mean = one
        .mean
        .map(|mean| format!(" ({})", words::times(mean)))
        .unwrap_or_default();
    let mut prose = Prose::new().strong(choice.clone()).text(mean);
    if !one.as_good.is_empty() {
        prose = prose.line().text(format!("or {}", any_of(&one.as_good)));
    }
    Cell::says(prose)
}

/// Each circumstance with the findings that decided it, and each overlay that is not fit.
fn why(answers: &Answers) -> Block {
    let mut blocks = Vec::new();
    let unfit: Vec<Prose> = answers
        .fitness
        .iter()
        .filter(|one| one.state == State::Unfit)
        .map(unfit)
        .collect();
    if !unfit.is_empty() {
        blocks.push(heading(
            3,
            Anchor::named("unfit"),
            "Not fit where the network is not trusted (rules 1 and 2)",
        ));
        blocks.push(Block::List {
            numbered: false,
            items: unfit,
        });
    }
    for (index, one) in answers.circumstances.iter().enumerate() {
        let title = format!(
            "{} over {}",
            words::sentence(&words::program(&one.program)),
            words::network(&one.network)
        );
        blocks.push(heading(3, Anchor::numbered("why", index + 1), &title));
        blocks.push(Block::List {
            numbered: false,
            items: reasons(one),
        });
    }
    Block::Folded {
        summary: "Why: the findings that decided each of them".into(),
        blocks,
    }
}

fn unfit(fitness: &Fitness) -> Prose {
    let mut prose = Prose::new().strong(fitness.overlay.clone()).text(": ");
    if !fitness.broken_promises.is_empty() {
        prose = prose.text("broke what it promised: ");
        for (attack, at) in &fitness.broken_promises {
            prose = prose
                .text(format!("{} (", words::attack(*attack)))
                .and(at.prose())
                .text(") ");
        }
        return prose;
    }
    prose = prose.text("with its best identity not shown to withstand: ");
    for (index, (attack, at)) in fitness.least_against().iter().enumerate() {
        let comma = if index > 0 { "; " } else { "" };
        prose = prose.text(format!("{comma}{}", words::attack(*attack)));
        if let Some(at) = at {
            prose = prose.text(" (").and(at.prose()).text(")");
        } else {
            prose = prose.text(" (not tried)");
        }
    }
    prose
}

fn reasons(one: &Circumstance) -> Vec<Prose> {
    let mut reasons = Vec::new();
    if let Some(choice) = &one.choice {
        let (best, all) = (one.best_in, one.works.len());
        reasons.push(Prose::new().strong(choice.clone()).text(format!(
            ": best, or as good, in {best} of {} (rules 5 and 6)",
            words::count(all, "work", "works")
        )));
    }
    for work in &one.works {
        let mut prose = Prose::new().text(format!(
            "{}, {}: ",
            work.size,
            words::count(work.parties.into(), "party", "parties")
        ));
        if work.slack > 1.0 {
            let slack = words::times(work.slack);
            prose = prose.text(format!(
                "the control misses 1, so that {slack} mean nothing (rule 4); "
            ));
        }
        for (index, compared) in work.compared.iter().take(3).enumerate() {
            let comma = if index > 0 { "; " } else { "" };
            prose = prose.text(comma).and(told(compared));
        }
        reasons.push(prose);
    }
    for (overlay, why) in &one.left_out {
        reasons.push(
            Prose::new()
                .text("without ")
                .strong(overlay.clone())
                .text(format!(": {why}")),
        );
    }
    reasons
}

fn told(one: &Compared) -> Prose {
    let (low, high) = (
        words::digits(one.interval.low),
        words::digits(one.interval.high),
    );
    let rounds = words::count(one.rounds, "round", "rounds");
    let sign = if one.is_best { "" } else { ", worse" };
    Prose::new()
        .part(&one.anchor, one.overlay.clone())
        .text(format!(
            " {} ({low}–{high}, {rounds}{sign})",
            words::times(one.ratio)
        ))
}
