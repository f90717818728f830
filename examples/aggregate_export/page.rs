//! The page that shows everything and needs no other file.

use crate::figures::Section;
use anyhow::Result;
use common::files;
use manyhands_zooniverse::Quality;
use std::fmt::Write;
use std::path::Path;

/// Writes `index.html`.
pub(crate) fn write(out: &Path, name: &str, quality: &Quality, sections: &[Section]) -> Result<()> {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>{STYLE}<h1>{name}</h1>",
        name = escape(name)
    );
    html += &rows(quality)?;
    for section in sections {
        write!(html, "<h2>{}</h2>", escape(&section.title))?;
        for line in &section.lines {
            write!(html, "<p>{}</p>", escape(line))?;
        }
        for (svg, caption) in &section.figures {
            write!(html, "<figure>{svg}<figcaption>{caption}</figcaption></figure>")?;
        }
        let links = section.tables.iter().map(|file| format!("<a href=\"{0}\">{0}</a>", escape(file)));
        write!(html, "<p>{}</p>", links.collect::<Vec<_>>().join(", "))?;
    }
    html += "</html>\n";
    files::write(&out.join("index.html"), html)
}

/// What became of the rows, what was in them, and what they say about each task.
fn rows(quality: &Quality) -> Result<String> {
    let mut html = "<h2>Rows</h2><table>".to_owned();
    let mut row = |what: &str, n: u64| write!(html, "<tr><th>{}</th><td>{n}</td></tr>", escape(what));
    row("rows", quality.n_rows)?;
    row("kept", quality.n_kept)?;
    for (rule, n) in &quality.dropped {
        row(&format!("dropped: {rule}"), *n)?;
    }
    for (reason, n) in &quality.quarantined {
        row(&format!("quarantine: {reason}"), *n)?;
    }
    html += "</table><table>";
    let mut row = |what: &str, n: u64| write!(html, "<tr><th>{}</th><td>{n}</td></tr>", escape(what));
    row("volunteers", quality.n_volunteers as u64)?;
    row("subjects", quality.n_subjects as u64)?;
    for (what, n) in [
        ("rows that repeat a volunteer and subject", quality.n_repeats),
        ("rows without login", quality.n_anonymous),
        ("rows before the launch", quality.n_beta),
        ("rows on subjects seen before", quality.n_already_seen),
        ("rows on retired subjects", quality.n_retired),
        ("gold standard rows", quality.n_gold_standard),
        ("rows of experts", quality.n_expert),
        ("rows that end before they begin", quality.n_negative_duration),
    ] {
        row(what, n)?;
    }
    html += "</table><table><tr><th>task</th><th>answered</th><th>absent</th><th>passed over</th><th>again</th>\
             <th>in no class</th><th>marks</th><th>silent</th><th>outside</th></tr>";
    for (task, of) in &quality.tasks {
        write!(html, "<tr><th>{}</th>", escape(task))?;
        let counts =
            [of.n_answered, of.n_absent, of.n_skipped, of.n_again, of.n_ignored, of.n_marks, of.n_silent];
        for n in counts.into_iter().chain([of.n_outside]) {
            write!(html, "<td>{n}</td>")?;
        }
        html += "</tr>";
    }
    html += "</table>";
    if let Some((first, last)) = &quality.period {
        write!(html, "<p>From {} to {}.</p>", escape(first), escape(last))?;
    }
    html += "<p><a href=\"quality.json\">quality.json</a>, <a href=\"quarantine.csv\">quarantine.csv</a></p>";
    Ok(html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "<style>body{font:16px/1.5 sans-serif;max-width:76em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse;display:inline-table;vertical-align:top;margin:0 2em 1em 0}\
    td,th{padding:.2em .8em;border-bottom:1px solid #ccc;text-align:right}figure{margin:1em 0}svg{max-width:100%;height:auto}\
    figcaption{max-width:50em;color:#444}</style>";
