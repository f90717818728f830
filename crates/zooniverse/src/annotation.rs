//! Annotations: the answers of one row by task, whatever the shape of the export.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Reject;

/// The deepest combination task that is read (ours; the project builder makes one level).
const MAX_DEPTH: usize = 8;

/// The answer to one task, its value not yet parsed.
#[derive(Debug, Clone)]
pub(crate) struct Annotation<'a> {
    /// `T0`.
    pub(crate) key: Cow<'a, str>,
    /// `None` for a task that was passed over.
    pub(crate) value: Option<&'a RawValue>,
    /// In answers about marks, which mark.
    pub(crate) mark_index: Option<usize>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    task: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow, rename = "markIndex")]
    mark_index: Option<&'a RawValue>,
}

impl<'a> Annotation<'a> {
    /// The annotations of a cell, those inside of combination tasks in their place: a list as in exports, or an object by task
    /// as in the API. Tasks that `is_wanted` are not looked into.
    pub(crate) fn parse_all(cell: &'a [u8], is_wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Self>, Reject> {
        let mut all = vec![];
        if cell.trim_ascii_start().first() == Some(&b'{') {
            let by_task: BTreeMap<Cow<'a, str>, &'a RawValue> = parse(cell)?;
            for (key, list) in by_task {
                if list.get().starts_with('[') {
                    let raws: Vec<Raw<'a>> = parse(list.get().as_bytes())?;
                    flatten(raws, Some(&key), is_wanted, 0, &mut all)?;
                } else {
                    flatten(vec![parse(list.get().as_bytes())?], Some(&key), is_wanted, 0, &mut all)?;
                }
            }
        } else {
            flatten(parse(cell)?, None, is_wanted, 0, &mut all)?;
        }
        Ok(all)
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|error| Reject::json("annotations", &error))
}

fn flatten<'a>(
    raws: Vec<Raw<'a>>,
    default_key: Option<&Cow<'a, str>>,
    is_wanted: &dyn Fn(&str) -> bool,
    depth: usize,
    all: &mut Vec<Annotation<'a>>,
) -> Result<(), Reject> {
    if depth > MAX_DEPTH {
        return Err(Reject::Nested { max: MAX_DEPTH });
    }
    for raw in raws {
        // An annotation without a task answers nothing.
        let Some(key) = raw.task.and_then(text).or_else(|| default_key.cloned()) else { continue };
        let parts = raw.value.filter(|_| !is_wanted(&key)).and_then(parts);
        if let Some(parts) = parts {
            flatten(parts, None, is_wanted, depth + 1, all)?;
            continue;
        }
        let mark_index = raw.mark_index.and_then(|index| index.get().parse().ok());
        all.push(Annotation { key, value: raw.value, mark_index });
    }
    Ok(())
}

/// The annotations inside of a combination task's value; `None` where it is something else. Parts that are no annotations
/// (`"value": [0]` occurs) are passed over.
fn parts(value: &RawValue) -> Option<Vec<Raw<'_>>> {
    if !(value.get().starts_with('[') && memchr::memmem::find(value.get().as_bytes(), b"\"task\"").is_some())
    {
        return None;
    }
    let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
    let raws: Vec<Raw<'_>> = elements
        .into_iter()
        .filter(|element| element.get().starts_with('{'))
        .filter_map(|element| serde_json::from_str(element.get()).ok())
        .collect();
    raws.iter().any(|raw| raw.task.is_some()).then_some(raws)
}

/// The text of a JSON string; `None` for any other value, and for a text that cannot be decoded.
pub(crate) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        false => Some(inner.into()),
        true => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
    }
}
