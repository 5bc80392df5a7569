//! The figures for people.

use e3_holder::wire::Machine;

use super::figure::Measured;
use crate::fault::Fault;
use crate::out;
use crate::view::table::{Align, table};

/// Prints them.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn show(figures: &[Measured], machine: &Machine, load: f64) -> Result<(), Fault> {
    let row = |figure: &Measured| {
        let unit = figure.unit;
        [
            figure.name.to_owned(),
            format!("{:.2} {unit}", figure.value),
            format!("{:.2} to {:.2}", figure.min, figure.max),
            format!("{} {} {unit}", figure.must_be, figure.floor),
            if figure.met { "met" } else { "missed" }.to_owned(),
        ]
    };
    let head = [
        ("figure", Align::Left),
        ("median", Align::Right),
        ("range", Align::Right),
        ("floor", Align::Left),
        ("", Align::Left),
    ];
    for line in table(head, &figures.iter().map(row).collect::<Vec<_>>()) {
        out::line(&line)?;
    }
    out::line(&format!(
        "\n{} processors, {}; {}; load {load:.1} before",
        machine.processors, machine.processor, machine.kernel
    ))
}
