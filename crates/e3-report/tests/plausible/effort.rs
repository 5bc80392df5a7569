//! Made up counts.

use e3_evaluate::finding::{Counts, Effort, Means, Occasion, SCHEMA};

use super::{TIME, WAYS, command};

const OCCASIONS: [Occasion; 6] = [
    Occasion::First,
    Occasion::SameParties,
    Occasion::OtherParties,
    Occasion::Add,
    Occasion::Remove,
    Occasion::CleanUp,
];

pub(crate) fn effort() -> Vec<Effort> {
    let mut all = Vec::new();
    for way in WAYS.iter().filter(|way| **way != "direct-again") {
        for means in [Means::ByHand, Means::E3] {
            all.extend(
                OCCASIONS
                    .into_iter()
                    .map(|occasion| one(way, means, occasion)),
            );
        }
    }
    all
}

fn one(way: &str, means: Means, occasion: Occasion) -> Effort {
    let base = match way {
        "direct" => 3,
        "tls" => 11,
        "wireguard" => 14,
        "nebula" | "nebula-1.6" => 19,
        "headscale" => 23,
        _ => 0,
    };
    let part = match occasion {
        Occasion::First => 4,
        Occasion::OtherParties => 3,
        Occasion::Add | Occasion::Remove => 2,
        _ => 1,
    };
    let counts = match means {
        Means::ByHand if way == "quic" => None,
        Means::ByHand => Some(Counts {
            steps: base * part / 4,
            files: base * part / 12,
            lines: base * part,
            secrets: base * part / 16,
            accounts: 0,
            ports: u32::from(base > 11),
            rights: u32::from(base > 11) * 3,
            programs: u32::from(base > 11) + u32::from(base > 20),
        }),
        Means::E3 => Some(Counts {
            steps: if part > 1 { 2 } else { 1 },
            files: u32::from(part == 4),
            lines: if part == 4 { 8 } else { 1 },
            secrets: 0,
            accounts: 0,
            ports: 0,
            rights: 0,
            programs: u32::from(base > 14),
        }),
    };
    Effort {
        schema: SCHEMA.to_owned(),
        overlay: way.to_owned(),
        means,
        occasion,
        parties: 3,
        why: counts
            .is_none()
            .then(|| "there is no tool that does this by hand".to_owned()),
        counts,
        source: "the overlay’s documentation, as of November 2026".to_owned(),
        counted: Some("a script, e3 0.1.0".to_owned()),
        time: TIME.to_owned(),
        command: command(&["effort", "--overlay", way]),
    }
}
