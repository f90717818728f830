//! Options of grids of images.

use manyhands_grid::{Choice, Decomposition, Highlighted, Padding};
use serde::Deserialize;

use super::Kind;
use crate::Error;

/// How a grid of images is laid out and read. A manifest of [`Manifest`](crate::Manifest) says the layout in the subjects' metadata, so
/// that for grids of our own nothing has to be set. Options of the other kind are an error.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GridOptions {
    /// Rows of cells, where the subjects' metadata do not say.
    pub rows: Option<usize>,
    /// Columns of cells, where the subjects' metadata do not say.
    pub cols: Option<usize>,
    /// Of kind `grid`: left, upper, right and lower edge of the cells in the picture, in pixels of its natural size. Default the whole
    /// picture. Older grids have a margin on the left and above.
    pub area: Option<[f64; 4]>,
    /// Of kind `grid`: the key of the metadata that lists the subjects of the cells. Default `#subjects`.
    pub cells: Option<String>,
    /// Of kind `grid`: values of the metadata key `#group` that count; rows with an answer to a grid of another group are dropped. Default all.
    pub groups: Vec<String>,
    /// Of kind `grid`: what is highlighted where there is no clear majority. Default the positives, as the paper of Muon
    /// Hunters 2.0 says; its program takes them for negatives.
    pub no_majority: Clicked,
    /// Of kind `group`: what the listed cells are. Default the positives.
    pub listed: Clicked,
    /// When an image counts as clicked that several cells show: `any`, `all` or `consistent`. Default any.
    pub padding: PaddingRule,
    /// Of kind `grid`: the keys of the tasks with the clicked points, where not `T1` and `T2`.
    pub points: Vec<String>,
    /// Of kind `grid`: texts of the five choices where not those of Muon Hunters 2.0, from all positive to all negative.
    pub choices: Option<[Vec<String>; 5]>,
}

/// What is clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clicked {
    /// Images of the class that is looked for.
    #[default]
    Positives,
    /// The others.
    Negatives,
}

/// When an image counts as clicked that several cells show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaddingRule {
    /// When any of its cells is clicked.
    #[default]
    Any,
    /// When all of its cells are clicked.
    All,
    /// When all of its cells are clicked; no vote when only some of them are.
    Consistent,
}

/// The texts of Muon Hunters 2.0 (stage 2, then the beta test), all positive first.
const CHOICES: [[&str; 2]; 5] = [
    ["All are Muons", "All Muons"],
    ["Majority are Muons", "Majority are Muons"],
    ["No clear majority", "No clear majority"],
    ["Majority are not Muons", "Minority are Muons"],
    ["None are Muons", "No Muons"],
];

impl GridOptions {
    /// How an answer is read back.
    pub(crate) fn rule(&self) -> Decomposition {
        self.rule_where(self.no_majority)
    }

    /// The same for a grid whose cells are listed.
    pub(crate) fn rule_of_listed(&self) -> Decomposition {
        self.rule_where(self.listed)
    }

    fn rule_where(&self, clicked: Clicked) -> Decomposition {
        Decomposition {
            no_majority: match clicked {
                Clicked::Positives => Highlighted::Positives,
                Clicked::Negatives => Highlighted::Negatives,
            },
            padding: match self.padding {
                PaddingRule::Any => Padding::AnyClicked,
                PaddingRule::All => Padding::AllClicked,
                PaddingRule::Consistent => Padding::DropIfInconsistent,
            },
        }
    }

    /// The choice of an answer's text or index, whatever its capitals and its Markdown.
    pub(crate) fn choice(&self, answer: &str) -> Option<Choice> {
        let same = |text: &str| plain(text) == plain(answer);
        let listed = |choice: usize| match &self.choices {
            Some(texts) => texts[choice].iter().any(|text| same(text)),
            None => CHOICES[choice].iter().any(|text| same(text)),
        };
        let index = (0..5).find(|&choice| listed(choice)).or_else(|| answer.parse().ok());
        Choice::ALL.get(index?).copied()
    }

    pub(super) fn check(&self, name: &str, kind: Kind) -> Result<(), Error> {
        let fail =
            |key: &str, message: String| Err(Error::config(format!("task.{name}.grid.{key}"), message));
        let usual = Self::default();
        let others = match kind {
            Kind::Group => vec![
                ("area", self.area != usual.area),
                ("cells", self.cells != usual.cells),
                ("groups", self.groups != usual.groups),
                ("no_majority", self.no_majority != usual.no_majority),
                ("points", self.points != usual.points),
                ("choices", self.choices != usual.choices),
            ],
            _ => vec![("listed", self.listed != usual.listed)],
        };
        if let Some((key, _)) = others.iter().find(|(_, is_set)| *is_set) {
            return fail(key, format!("a task of kind {} has no such option, want none", kind.name()));
        }
        for (key, side) in [("rows", self.rows), ("cols", self.cols)] {
            if side == Some(0) {
                return fail(key, "got 0, want at least 1".into());
            }
        }
        if let Some(area) = self.area {
            let [left, upper, right, lower] = area;
            if !(left < right && upper < lower && area.iter().all(|edge| edge.is_finite())) {
                return fail("area", format!("got {area:?}, want left < right and upper < lower"));
            }
        }
        match &self.choices {
            Some(texts) if texts.iter().any(Vec::is_empty) => fail(
                "choices",
                "got an empty list, want at least one text for each of the five choices".into(),
            ),
            _ => Ok(()),
        }
    }
}

/// A text without emphasis and capitals.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|letter| *letter != '*')
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .trim()
        .to_owned()
}
