//! Lines of text, none of them wider than the terminal.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use super::values::Row;
use super::width::{columns, shorten, wrap};

/// The number of fields, and of lines of one field, that are shown at most.
const MOST_ROWS: usize = 12;
/// A row that is left out takes as much room as the note about it: so few are shown.
const FEW: usize = 2;
/// The least columns in which words are wrapped beside an address.
const NARROW: usize = 28;

/// Text that grows by lines.
pub(super) struct Page {
    text: String,
    pub(super) width: usize,
    /// Whether all fields are shown, in full.
    full: bool,
}

/// The beginning of a line, before its words.
pub(super) struct Lead<'a> {
    pub(super) sign: &'a str,
    pub(super) style: Style,
    pub(super) name: &'a str,
    /// The columns that names take, so that words begin in one column.
    pub(super) column: usize,
}

impl Page {
    pub(super) fn new(width: usize, full: bool) -> Self {
        Self { text: String::new(), width: width.max(20), full }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Leaves a line empty.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Adds words in one style, over as many lines as they need.
    pub(super) fn words(&mut self, indent: usize, words: &str, style: Style) {
        for (nth, line) in wrap(words, self.width.saturating_sub(indent + 2)).into_iter().enumerate() {
            let indent = if nth == 0 { indent } else { indent + 2 };
            // Writing into text cannot fail.
            let _ = writeln!(self.text, "{:indent$}{}", "", line.style(style));
        }
    }

    /// Adds the heading of all: a title, and beside it or below it the place.
    pub(super) fn headline(&mut self, title: &str, place: &str) {
        if columns(title) + columns(place) + 4 <= self.width {
            let _ = writeln!(self.text, "{}  {}", title.bold(), format!("({place})").dimmed());
        } else {
            self.words(0, title, Style::new().bold());
            self.words(2, place, Style::new().dimmed());
        }
    }

    /// Adds a line with a sign, a name and words. Words without room beside the name stand below it.
    pub(super) fn entry(&mut self, lead: &Lead<'_>, words: &str) {
        let gap = if lead.name.is_empty() { "" } else { "  " };
        let start = 6 + lead.column.max(columns(lead.name)) + gap.len();
        let room = self.width.saturating_sub(start);
        let longest = words.split(' ').map(columns).max().unwrap_or(0);
        let beside = !words.is_empty() && (columns(words) <= room || room >= NARROW && longest <= room);
        let column = if beside { lead.column } else { 0 };
        let mut names = wrap(lead.name, self.width.saturating_sub(6)).into_iter();
        let first = format!("{:<column$}", names.next().unwrap_or_default());
        let _ = write!(self.text, "  {} {}", format!("{:>3}", lead.sign).style(lead.style), first.bold());
        for rest in names {
            let _ = write!(self.text, "\n      {}", rest.bold());
        }
        if words.is_empty() {
            self.text.push('\n');
            return;
        }
        let (indent, room) = if beside { (start, room) } else { (10, self.width.saturating_sub(10)) };
        for (nth, line) in wrap(words, room).into_iter().enumerate() {
            let space = if nth == 0 && beside { gap.to_owned() } else { format!("\n{:indent$}", "") };
            let _ = write!(self.text, "{space}{}", line.dimmed());
        }
        self.text.push('\n');
    }

    /// Adds a line with a sign, a name, and the one field that changes; returns whether there is room for it.
    pub(super) fn inline(&mut self, lead: &Lead<'_>, row: &Row, words: &str) -> bool {
        let (Some(old), [], false) = (&row.old, row.lines.as_slice(), row.forces_replacement) else { return false };
        let words = if words.is_empty() { String::new() } else { format!("  ({words})") };
        let start = 6 + lead.column.max(columns(lead.name)) + 2;
        let plain = format!("{}  {old} → {}{words}", row.field, row.new);
        if start + columns(&plain) > self.width {
            return false;
        }
        let (sign, name) = (format!("{:>3}", lead.sign), format!("{:<1$}", lead.name, lead.column));
        let (sign, name) = (sign.style(lead.style), name.bold());
        let _ = writeln!(
            self.text,
            "  {sign} {name}  {}  {} → {}{}",
            row.field,
            old.red(),
            row.new.green(),
            words.dimmed()
        );
        true
    }

    /// Adds the fields of an operation below it.
    pub(super) fn rows(&mut self, rows: &[Row]) {
        const INDENT: usize = 10;
        let widest = self.width.saturating_sub(INDENT) / 2;
        let names = rows.iter().map(|row| columns(&row.field)).filter(|name| *name <= widest).max().unwrap_or(0);
        let shown = self.at_most(rows.len());
        for row in &rows[..shown] {
            self.row(row, names, INDENT);
        }
        self.left_out(rows.len() - shown, "fields", INDENT);
    }

    /// Returns how many of some rows are shown.
    fn at_most(&self, rows: usize) -> usize {
        if self.full || rows <= MOST_ROWS + FEW { rows } else { MOST_ROWS }
    }

    /// Adds the number of rows that are left out, if there are any.
    fn left_out(&mut self, count: usize, what: &str, indent: usize) {
        if count > 0 {
            self.words(indent, &format!("… and {count} more {what} (--full)"), Style::new().dimmed());
        }
    }

    /// Adds a field: its value beside its name, or below it where there is no room.
    fn row(&mut self, row: &Row, names: usize, indent: usize) {
        let forced = if row.forces_replacement { "  (forces replacement)" } else { "" };
        let old = row.old.as_ref().map(|old| columns(old) + 3).unwrap_or_default();
        let value = old + columns(&row.new) + columns(forced);
        if indent + names.max(columns(&row.field)) + 2 + value <= self.width {
            let _ = write!(self.text, "{:indent$}{:<names$}  ", "", row.field);
            let _ = match &row.old {
                Some(old) => writeln!(self.text, "{} → {}{}", old.red(), row.new.green(), forced.red()),
                None => writeln!(self.text, "{}{}", row.new, forced.red()),
            };
        } else {
            self.value("", &format!("{}{forced}", row.field), indent, Style::new());
            let below = indent + 4;
            match &row.old {
                Some(old) => {
                    self.value("", old, below, Style::new().red());
                    self.value("→ ", &row.new, below, Style::new().green());
                }
                None => self.value("", &row.new, below, Style::new()),
            }
        }
        let shown = self.at_most(row.lines.len());
        for line in &row.lines[..shown] {
            let style = match line.as_bytes().first() {
                Some(b'+') => Style::new().green(),
                Some(b'-') => Style::new().red(),
                _ => Style::new().dimmed(),
            };
            self.value("", line, indent + 2, style);
        }
        self.left_out(row.lines.len() - shown, "lines", indent + 2);
    }

    /// Adds a value: one line, or all of it where everything is shown.
    fn value(&mut self, mark: &str, value: &str, indent: usize, style: Style) {
        let room = self.width.saturating_sub(indent + columns(mark)).max(8);
        let lines = if self.full { wrap(value, room) } else { vec![shorten(value, room)] };
        for (nth, line) in lines.into_iter().enumerate() {
            let mark = if nth == 0 { mark.to_owned() } else { " ".repeat(columns(mark)) };
            let _ = writeln!(self.text, "{:indent$}{mark}{}", "", line.style(style));
        }
    }
}
