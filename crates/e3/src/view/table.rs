//! Columns.

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// Lines of equal columns, the head first; without colour or frames, so that they read and paste anywhere.
pub fn table<const N: usize>(head: [(&str, Align); N], rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        let head = head.get(column).map_or(0, |(name, _)| name.chars().count());
        cells.chain([head]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line =
        |cells: [&str; N]| {
            let padded = cells.iter().zip(&head).zip(&widths).map(
                |((cell, (_, align)), &width)| match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                },
            );
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
    let body = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    [line(head.map(|(name, _)| name))]
        .into_iter()
        .chain(body)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            ["ams – home".to_owned(), "7 ms".to_owned()],
            ["x".to_owned(), "120 ms".to_owned()],
        ];
        let lines = table([("link", Align::Left), ("rtt", Align::Right)], &rows);
        assert_eq!(
            lines,
            [
                "link           rtt",
                "ams – home    7 ms",
                "x           120 ms"
            ]
        );
    }
}
