//! What is to be compared.

use e3_evaluate::plan::words::OWN;

use crate::comparison::Comparison;
use crate::raw::{At, CompareTable, Document, Field, List};
use crate::report::{Checked, Report, Reported};

/// What a document says of comparisons; none where it says nothing.
pub(crate) fn compare(document: &Document, report: &mut Report) -> Checked<Option<Comparison>> {
    let Field::Given(At { value: table, .. }) = &document.compare else {
        return document.compare.absent().map(|()| None);
    };
    let has_own = !document.hosts.is_absent() && !document.program.is_absent();
    let own = own(table, has_own, report);
    let suite = alone(table, report);
    let comparison = Comparison {
        suite: table.suite.optional()?,
        ways: words(&table.ways, |way| way.0.clone())?,
        identities: words(&table.identities, |scheme| *scheme)?,
        networks: words(&table.networks, |network| network.0.clone())?,
        programs: words(&table.programs, |program| program.0.clone())?,
        sizes: words(&table.sizes, |size| size.0.clone())?,
        parties: words(&table.parties, |parties| *parties)?,
        cells: words(&table.cells, |cell| cell.0.clone())?,
        precision: table
            .precision
            .optional()?
            .map(|share| f64::from(share.parts_per_million()) / 1e6),
        rounds: table.rounds.optional()?,
        time: table.time.optional()?,
        seed: table.seed.optional()?,
        thresholds: match &table.thresholds {
            Field::Given(thresholds) => thresholds.value.0.clone(),
            absent => absent.absent().map(|()| Vec::new())?,
        },
    };
    own.and(suite).map(|()| Some(comparison))
}

/// A list that is left out says nothing.
fn words<T, U>(field: &Field<List<T>>, of: impl Fn(&T) -> U) -> Checked<Vec<U>> {
    match field {
        Field::Given(At {
            value: List(all), ..
        }) => Ok(all.iter().map(|one| of(&one.value)).collect()),
        absent => absent.absent().map(|()| Vec::new()),
    }
}

/// `own` takes hosts and a program.
fn own(table: &CompareTable, has_own: bool, report: &mut Report) -> Checked<()> {
    let Some(At {
        value: List(all), ..
    }) = table.networks.given()
    else {
        return Ok(());
    };
    match all.iter().find(|network| network.value.0 == OWN) {
        Some(own) if !has_own => {
            report
                .wrong(own.place, "this e3.toml has nothing of its own to measure")
                .expected("[hosts] and a [program] in it, or another network");
            Err(Reported)
        }
        _ => Ok(()),
    }
}

/// A suite is all that is compared.
fn alone(table: &CompareTable, report: &mut Report) -> Checked<()> {
    let others = [
        ("ways", table.ways.place()),
        ("identities", table.identities.place()),
        ("networks", table.networks.place()),
        ("programs", table.programs.place()),
        ("sizes", table.sizes.place()),
        ("parties", table.parties.place()),
        ("cells", table.cells.place()),
    ];
    let Some(suite) = table.suite.given() else {
        return Ok(());
    };
    let Some((name, place)) = others
        .iter()
        .find_map(|(name, place)| Some((*name, (*place)?)))
    else {
        return Ok(());
    };
    let message = format!("suite `{}` says already what is compared", suite.value);
    report
        .wrong(place, message)
        .expected(format!("either `suite` or `{name}`"));
    Err(Reported)
}
