//! Leaves: the answers in a task's value, found by a path.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use crate::{Reject, annotation};

/// The keys of an object that is itself an answer, as dropdowns have them, in the order in which they are tried.
const LABELS: [&str; 4] = ["label", "option", "value", "choice"];

/// Calls `found` with every answer below `steps`: texts as they are, numbers and truth values as JSON writes them,
/// `None` for null. Lists are gone through unless the next step is a place in them.
///
/// What cannot be decoded, as half of a surrogate pair, is no answer, and not the answer "none" either: it is an error.
pub(crate) fn for_each<'a>(
    raw: &'a RawValue,
    steps: &[String],
    found: &mut dyn FnMut(Option<Cow<'a, str>>),
) -> Result<(), Reject> {
    let wrong = |error: serde_json::Error| Reject::json("annotations", &error);
    match raw.get().as_bytes().first() {
        Some(b'[' | b'{') => {
            let value: Value = serde_json::from_str(raw.get()).map_err(wrong)?;
            walk(&value, steps, &mut |text| found(text.map(Cow::Owned)));
        }
        // A path leads into nothing that has no parts.
        _ if !steps.is_empty() => {}
        Some(b'"') => match annotation::text(raw) {
            Some(text) => found(Some(text)),
            // Once more, for the reason.
            None => found(Some(serde_json::from_str(raw.get()).map(Cow::Owned).map_err(wrong)?)),
        },
        Some(b'n') => found(None),
        _ => found(Some(raw.get().into())),
    }
    Ok(())
}

fn walk(value: &Value, steps: &[String], found: &mut dyn FnMut(Option<String>)) {
    match (value, steps.split_first()) {
        (Value::Array(list), Some((step, rest))) if step.parse::<usize>().is_ok() => {
            let place = step.parse::<usize>().ok().and_then(|place| list.get(place));
            if let Some(value) = place {
                walk(value, rest, found);
            }
        }
        (Value::Array(list), _) => list.iter().for_each(|value| walk(value, steps, found)),
        (Value::Object(object), Some((step, rest))) => {
            if let Some(value) = object.get(step) {
                walk(value, rest, found);
            }
        }
        (Value::Object(object), None) => {
            // `"option": true` says that the list had the answer; it is none itself.
            let answers = LABELS.iter().filter_map(|key| object.get(*key));
            if let Some(value) = answers.into_iter().find(|value| value.is_string() || value.is_number()) {
                walk(value, &[], found);
            }
        }
        (_, Some(_)) => {}
        (Value::String(text), None) => found(Some(text.clone())),
        (Value::Null, None) => found(None),
        (Value::Bool(_) | Value::Number(_), None) => found(Some(value.to_string())),
    }
}
