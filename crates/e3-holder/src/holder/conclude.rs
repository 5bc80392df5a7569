//! The end of a run, as all parties sign it.

use std::{collections::BTreeMap, time::Duration};

use e3_session::{
    message::{Reply, Request},
    types::{Agreement, Conclusion, KeptOutcome, PartyIndex, Statement},
};
use futures::future::join_all;

use super::{follow::Followed, up::Up};

/// How long an agent may take to look at the statements.
const PATIENCE: Duration = Duration::from_secs(10);

/// Shows every party the statements of all, and gathers what they sign. Whoever cannot any more is named.
pub(crate) async fn conclude(up: &Up, agreement: &Agreement, ended: &[Followed]) -> KeptOutcome {
    let mut missing = BTreeMap::new();
    let mut statements: Vec<Statement> = Vec::new();
    let mut openings = BTreeMap::new();
    for followed in ended {
        let party = index(followed.index);
        if let Some(stated) = &followed.stated {
            statements.push(stated.statement.clone());
            openings.extend(stated.opening.clone().map(|opening| (party, opening)));
        } else {
            let why = followed.end.as_ref().err().cloned();
            missing.insert(party, why.unwrap_or_else(|| "it stated nothing".to_owned()));
        }
    }
    let asked = statements.iter().filter_map(|statement| {
        let party = statement.party;
        let link = &up.parties.get(usize::from(party.0))?.link;
        let request = Request::Conclude {
            statements: statements.clone(),
        };
        Some(async move { (party, link.ask("conclude", request, PATIENCE).await) })
    });
    let mut conclusions: Vec<Conclusion> = Vec::new();
    for (party, answer) in join_all(asked).await {
        match answer {
            Ok(Reply::Concluded { conclusion }) => conclusions.push(conclusion),
            Ok(other) => drop(missing.insert(party, format!("it answered `{}`", other.name()))),
            Err(error) => drop(missing.insert(party, error.to_string())),
        }
    }
    KeptOutcome {
        schema: KeptOutcome::SCHEMA.to_owned(),
        agreement: agreement.hash(),
        statements,
        openings,
        conclusions,
        missing,
    }
}

fn index(index: usize) -> PartyIndex {
    PartyIndex(u16::try_from(index).unwrap_or(u16::MAX))
}
