//! Columns of tables that are no classification export: one vote a row.

use serde::Deserialize;

/// What the columns of a flat table of votes are called. With it, a row is one answer to the only task, and `metadata`,
/// `annotations` and `subject_data` are not looked for.
///
/// Every text in the column of the label is an answer, the text `null` too; where the cell is empty or `NA`, the question was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The column of the subject's id.
    pub subject: String,
    /// The column that says who voted.
    pub volunteer: String,
    /// The column of the answer.
    pub label: String,
    /// The column of the time, `created_at` in an export; tells which of two votes is the first.
    #[serde(default)]
    pub time: Option<String>,
    /// The column of a number for the row, `classification_id` in an export; decides between equal times.
    #[serde(default)]
    pub id: Option<String>,
}
