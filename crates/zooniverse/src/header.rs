//! The header: which column is where. Columns are found by name, in any order, among others.

use crate::{Config, Error, Kind, Policy, Record};

/// Where the columns are; those that a file lacks and that are not needed are `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    pub(crate) n_fields: usize,
    pub(crate) classification_id: Option<usize>,
    pub(crate) user_name: Option<usize>,
    pub(crate) user_id: Option<usize>,
    pub(crate) user_ip: Option<usize>,
    pub(crate) workflow_id: Option<usize>,
    pub(crate) workflow_version: Option<usize>,
    pub(crate) created_at: Option<usize>,
    pub(crate) gold_standard: Option<usize>,
    pub(crate) expert: Option<usize>,
    pub(crate) metadata: Option<usize>,
    pub(crate) subject_data: Option<usize>,
    pub(crate) annotations: usize,
    pub(crate) subject_ids: usize,
}

impl Header {
    pub(crate) fn parse(record: &Record<'_>, config: &Config) -> Result<Self, Error> {
        let names: Vec<String> = (0..record.n_fields())
            .filter_map(|index| record.field(index))
            .map(|name| String::from_utf8_lossy(&name).trim().to_owned())
            .collect();
        let find = |column: &str| {
            let mut places = names.iter().enumerate().filter(|(_, name)| *name == column);
            let first = places.next().map(|(index, _)| index);
            match places.next() {
                None => Ok(first),
                Some(_) => Err(Error::DuplicateColumn { column: column.to_owned() }),
            }
        };
        let missing =
            |column: &str| Error::MissingColumn { column: column.to_owned(), found: names.join(", ") };
        let need = |column: &str| find(column)?.ok_or_else(|| missing(column));
        let need_if = |is_needed: bool, column: &str| match is_needed {
            true => need(column).map(Some),
            false => find(column),
        };
        let n_fields = names.len();
        if let Some(columns) = config.flat_columns() {
            let optional = |column: &Option<String>| column.as_deref().map(need).transpose();
            return Ok(Self {
                n_fields,
                classification_id: optional(&columns.id)?,
                user_name: Some(need(&columns.volunteer)?),
                created_at: optional(&columns.time)?,
                annotations: need(&columns.label)?,
                subject_ids: need(&columns.subject)?,
                ..Self::default()
            });
        }
        let rules = config.rules();
        let is_dropping = [rules.already_seen, rules.beta, rules.retired].contains(&Policy::Drop);
        let has_grid = config.tasks().any(|(_, task)| task.kind() == Kind::Grid);
        let header = Self {
            n_fields,
            classification_id: find("classification_id")?,
            user_name: find("user_name")?,
            user_id: find("user_id")?,
            user_ip: find("user_ip")?,
            workflow_id: need_if(!rules.workflows.is_empty(), "workflow_id")?,
            workflow_version: need_if(!rules.versions.is_empty(), "workflow_version")?,
            created_at: need_if(rules.from.is_some() || rules.to.is_some(), "created_at")?,
            gold_standard: find("gold_standard")?,
            expert: find("expert")?,
            metadata: need_if(is_dropping || rules.min_seconds.is_some(), "metadata")?,
            subject_data: need_if(has_grid, "subject_data")?,
            annotations: need("annotations")?,
            subject_ids: need("subject_ids")?,
        };
        if header.user_name.or(header.user_id).is_none() {
            return Err(missing("user_name or user_id"));
        }
        Ok(header)
    }
}
