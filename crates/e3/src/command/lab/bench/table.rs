//! The figures for people.

use e3_holder::wire::Machine;

use super::figure::{Floor, Measured};
use crate::fault::Fault;
use crate::out;
use crate::view::table::{Align, table};

/// Prints them.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn show(figures: &[Measured], machine: &Machine, load: f64) -> Result<(), Fault> {
    let row = |figure: &Measured| {
        let [low, high] = figure.spread;
        [
            figure.name.clone(),
            format!("{:.2}", figure.value),
            format!("{low:.2} to {high:.2}"),
            match figure.floor {
                Floor::AtMost(most) => format!("at most {most}"),
                Floor::AtLeast(least) => format!("at least {least}"),
            },
            if figure.met { "met" } else { "missed" }.to_owned(),
        ]
    };
    let head = [
        ("figure", Align::Left),
        ("value", Align::Right),
        ("middle half", Align::Right),
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
