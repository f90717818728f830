//! Tests of manyhands-zooniverse.

// One cleaning rule at a time, and its count in the report.
mod cleaning;
// Configurations that are wrong, one line each.
mod config;
// Grids: both ways in which exports write them, and the whole way from a manifest to labels.
mod grids;
// Any bytes at all: no panic, and no row lost.
mod properties;
// Real exports; needs MANYHANDS_DATA.
mod real_data;
// Rows and fields; the csv crate is the slow twin.
mod records;
// Every shape of annotation that front ends write.
mod shapes;
// Exports of manyhands-sim.
mod synthetic;
// Manifests, labels, reductions, gold.
mod tables;

use manyhands_zooniverse::{Config, Extracts, Question};

const HEADER: &str = "classification_id,user_name,user_id,user_ip,workflow_id,workflow_name,workflow_version,created_at,\
                      gold_standard,expert,metadata,annotations,subject_data,subject_ids";

/// A row of an export; what a test does not set is that of a row without any peculiarity.
#[derive(Clone)]
struct Row {
    id: u64,
    name: String,
    user: String,
    ip: String,
    workflow: String,
    version: String,
    created: String,
    gold: String,
    expert: String,
    metadata: String,
    annotations: String,
    subject_data: String,
    subject: String,
}

impl Row {
    fn new(id: u64, user: u64, subject: u64, annotations: &str) -> Self {
        Self {
            id,
            name: format!("user{user}"),
            user: user.to_string(),
            ip: format!("ip{user}"),
            workflow: "9".into(),
            version: "12.34".into(),
            created: format!("2019-03-11 00:{:02}:{:02} UTC", id / 60 % 60, id % 60),
            gold: String::new(),
            expert: String::new(),
            metadata: r#"{"session":"s","started_at":"2019-03-11T00:00:00.000Z","finished_at":"2019-03-11T00:00:05.000Z","live_project":true}"#.into(),
            annotations: annotations.into(),
            subject_data: format!("{{\"{subject}\":{{\"retired\":null}}}}"),
            subject: subject.to_string(),
        }
    }

    /// A row that answers T0 of a question.
    fn answer(id: u64, user: u64, subject: u64, answer: &str) -> Self {
        Self::new(id, user, subject, &format!(r#"[{{"task":"T0","task_label":"?","value":"{answer}"}}]"#))
    }

    fn anonymous(mut self, ip: &str, session: &str) -> Self {
        self.name = format!("not-logged-in-{ip}");
        self.user.clear();
        self.ip = ip.into();
        self.metadata = self.metadata.replace("\"session\":\"s\"", &format!("\"session\":\"{session}\""));
        self
    }
}

/// An export of rows.
fn export(rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(HEADER.split(',')).unwrap();
    for row in rows {
        writer
            .write_record([
                &row.id.to_string(),
                &row.name,
                &row.user,
                &row.ip,
                &row.workflow,
                "Is there a muon?",
                &row.version,
                &row.created,
                &row.gold,
                &row.expert,
                &row.metadata,
                &row.annotations,
                &row.subject_data,
                &row.subject,
            ])
            .unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Reads an export, with the quarantine file.
fn read_with(config: &Config, export: &str) -> (Extracts, String) {
    let mut quarantine = vec![];
    let extracts = Extracts::params(config.clone()).read(export.as_bytes(), &mut quarantine).unwrap();
    (extracts, String::from_utf8(quarantine).unwrap())
}

fn read(config: &Config, rows: &[Row]) -> Extracts {
    read_with(config, &export(rows)).0
}

/// The votes of a question as (volunteer, subject, class), in the order of the rows.
fn votes(question: &Question) -> Vec<(String, String, String)> {
    let text = |text: &str| text.to_owned();
    question
        .votes()
        .map(|vote| {
            (
                text(question.volunteers().name(vote.volunteer).unwrap()),
                text(question.subjects().name(vote.subject).unwrap()),
                question.classes()[vote.label].clone(),
            )
        })
        .collect()
}

/// The classes of a question's votes, in the order of the rows.
fn classes(question: &Question) -> Vec<String> {
    votes(question).into_iter().map(|vote| vote.2).collect()
}
