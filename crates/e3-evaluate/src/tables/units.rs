//! Figures as people write them.

use crate::finding::Figure;

/// A value in the unit that suits it: `572 ms`, `10.3 Gbit/s`, `14.8 MB`.
pub fn shown(figure: Figure, value: f64) -> String {
    let scales: &[(f64, &str)] = match figure.unit() {
        "s" => &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")],
        "bit/s" => &[
            (1e9, "Gbit/s"),
            (1e6, "Mbit/s"),
            (1e3, "kbit/s"),
            (1.0, "bit/s"),
        ],
        _ => &[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")],
    };
    let fits = scales.iter().find(|(scale, _)| value.abs() >= *scale);
    let Some((scale, unit)) = fits.or(scales.last()) else {
        return digits(value);
    };
    format!("{} {unit}", digits(value / scale))
}

/// Three digits of it, or as many as it has before its point.
pub(super) fn digits(value: f64) -> String {
    let places = match value.abs() {
        large if large >= 99.95 => 0,
        large if large >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_people_write_them() {
        assert_eq!(shown(Figure::Program, 0.5724), "572 ms");
        assert_eq!(shown(Figure::Program, 12.34), "12.3 s");
        assert_eq!(shown(Figure::RoundTrip, 48.7e-6), "48.7 µs");
        assert_eq!(shown(Figure::Throughput, 10.28e9), "10.3 Gbit/s");
        assert_eq!(shown(Figure::Memory, 14_800_000.0), "14.8 MB");
        assert_eq!(shown(Figure::Wire, 0.0), "0.00 B");
    }
}
