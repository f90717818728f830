//! The scores as a table, for the terminal and for the page.

use crate::score::Row;
use std::fmt::Display;

/// A column: heading, decimals, value.
type Column = (&'static str, usize, fn(&Row) -> Option<f64>);

/// All but the first, which has two numbers. A column without any value is left out.
const COLUMNS: [Column; 9] = [
    ("F1 safe", 3, |row| Some(row.f1_safe)),
    ("AP", 3, |row| Some(row.average_precision)),
    ("pos/grid", 1, |row| Some(row.positives_per_grid)),
    ("minority", 0, |row| Some(row.minority_clicks)),
    ("total", 0, |row| Some(row.total_clicks)),
    ("padding", 0, |row| Some(row.padding_clicks)),
    ("ε", 2, |row| Some(row.efficiency)),
    ("paper F1", 3, |row| row.published.map(|paper| paper.f1)),
    ("paper ε", 2, |row| row.published.map(|paper| paper.efficiency)),
];

/// Headings and entries; every row has its name beside its entries.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<(&'static str, Vec<String>)>,
}

impl Table {
    pub(crate) fn of(rows: &[Row]) -> Self {
        let columns: Vec<Column> =
            COLUMNS.into_iter().filter(|(.., of)| rows.iter().any(|row| of(row).is_some())).collect();
        let entries = |row: &Row| {
            let sd = row.f1_strict_sd.map_or_else(String::new, |sd| format!(" ± {sd:.3}"));
            let first = format!("{:.3}{sd}", row.f1_strict);
            let entry = |&(_, decimals, of): &Column| {
                of(row).map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
            };
            std::iter::once(first).chain(columns.iter().map(entry)).collect()
        };
        let f1 =
            if rows.iter().any(|row| row.f1_strict_sd.is_some()) { "F1 strict ± sd" } else { "F1 strict" };
        Self {
            headings: std::iter::once(f1).chain(columns.iter().map(|(heading, ..)| *heading)).collect(),
            rows: rows.iter().map(|row| (row.model, entries(row))).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = line("", &self.headings);
        text.extend(self.rows.iter().map(|(name, entries)| line(name, entries)));
        text
    }

    pub(crate) fn html(&self) -> String {
        let headings: String = self.headings.iter().map(|heading| format!("<th>{heading}</th>")).collect();
        let mut html = format!("<table><tr><th></th>{headings}</tr>");
        for (name, entries) in &self.rows {
            let entries: String = entries.iter().map(|entry| format!("<td>{entry}</td>")).collect();
            html += &format!("<tr><th>{name}</th>{entries}</tr>");
        }
        html + "</table>"
    }
}

/// One line of the text: the first column is wider.
fn line(name: &str, entries: &[impl Display]) -> String {
    let mut line = format!("{name:<12}");
    for (i, entry) in entries.iter().enumerate() {
        let width = if i == 0 { 16 } else { 8 };
        line += &format!(" {entry:>width$}");
    }
    line + "\n"
}
