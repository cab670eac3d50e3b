//! Aligned columns.

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Align {
    Left,
    Right,
}

/// Returns rows as text with aligned columns, two spaces apart.
pub(in crate::cli) fn table<const N: usize>(align: [Align; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(align).zip(widths).map(|((cell, align), width)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Returns rows as a table of Markdown; the first row is its head.
pub(in crate::cli) fn markdown_table<const N: usize>(align: [Align; N], rows: &[[String; N]]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let marks = align.map(|align| if align == Align::Right { "--:" } else { "---" }.to_owned());
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        // A bar would end the cell.
        text.push_str(&line(row.iter().map(|cell| cell.replace('|', "\\|")).collect()));
        if index == 0 {
            text.push_str(&line(marks.to_vec()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_bars_do_not_end_a_cell() {
        let rows = [["a", "1"], ["bcd|", "10"]].map(|row| row.map(str::to_owned));
        assert_eq!(table([Align::Left, Align::Right], &rows), "a      1\nbcd|  10\n");
        let markdown = markdown_table([Align::Left, Align::Right], &rows);
        assert_eq!(markdown, "| a | 1 |\n| --- | --: |\n| bcd\\| | 10 |\n");
    }
}
