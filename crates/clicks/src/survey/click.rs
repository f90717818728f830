//! One mark as a volunteer set it.

use super::range::{LENGTH, NEAR, Range, SHARE};

/// One mark as a volunteer set it.
///
/// ```
/// use manyhands_clicks::{Click, Size};
///
/// let click = Click::circle(10.0, 20.0, 4.0).label(2).time(31.5);
/// assert_eq!(click.size, Some(Size::Circle { radius: 4.0 }));
/// assert_eq!(click.label, Some(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Click {
    /// Column of the point or of the centre, in pixels, between −1e100 and 1e100. It may lie outside of the image.
    pub x: f64,
    /// Row of the point or of the centre, in pixels, between −1e100 and 1e100.
    pub y: f64,
    /// How large it is; `None` for a point.
    pub size: Option<Size>,
    /// Which of several kinds of objects the volunteer says it is: any number. A model of k kinds holds k numbers for each of its labelled clumps and
    /// k² besides, so this is not for names of single objects.
    pub label: Option<u32>,
    /// How sure its volunteer is that it is real, 0 to 1: what a detector says about its own mark.
    pub score: Option<f64>,
    /// When it was set, in any unit, between −1e100 and 1e100.
    pub time: Option<f64>,
}

/// The size of a mark that is not a point.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Size {
    /// A circle.
    Circle {
        /// In pixels, 0 to 1e100.
        radius: f64,
    },
    /// A box whose sides are parallel to the image's.
    Box {
        /// In pixels, 0 to 1e100.
        width: f64,
        /// In pixels, 0 to 1e100.
        height: f64,
    },
}

/// What all marks of a survey are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shape {
    /// Marks without a size.
    #[default]
    Point,
    /// Circles.
    Circle,
    /// Boxes whose sides are parallel to the image's.
    Box,
}

impl Click {
    /// A point.
    pub fn point(x: f64, y: f64) -> Self {
        Self { x, y, size: None, label: None, score: None, time: None }
    }

    /// A circle around (x, y).
    pub fn circle(x: f64, y: f64, radius: f64) -> Self {
        Self { size: Some(Size::Circle { radius }), ..Self::point(x, y) }
    }

    /// A box whose *centre* is (x, y).
    pub fn boxed(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { size: Some(Size::Box { width, height }), ..Self::point(x, y) }
    }

    /// The same with a label.
    #[must_use]
    pub fn label(mut self, label: u32) -> Self {
        self.label = Some(label);
        self
    }

    /// The same with a score.
    #[must_use]
    pub fn score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// The same with a time.
    #[must_use]
    pub fn time(mut self, time: f64) -> Self {
        self.time = Some(time);
        self
    }

    /// What it is.
    pub fn shape(&self) -> Shape {
        match self.size {
            None => Shape::Point,
            Some(Size::Circle { .. }) => Shape::Circle,
            Some(Size::Box { .. }) => Shape::Box,
        }
    }

    /// The column of sizes holds a circle as its radius, twice.
    pub(crate) fn size_column(&self) -> Option<[f64; 2]> {
        self.size.map(|size| match size {
            Size::Circle { radius } => [radius, radius],
            Size::Box { width, height } => [width, height],
        })
    }

    /// The first number that is out of its range: its field, itself and the range.
    pub(super) fn fault(&self) -> Option<(&'static str, f64, &'static Range)> {
        let sizes = match self.size {
            None => [None, None],
            Some(Size::Circle { radius }) => [Some(("radius", radius, &LENGTH)), None],
            Some(Size::Box { width, height }) => {
                [Some(("width", width, &LENGTH)), Some(("height", height, &LENGTH))]
            }
        };
        let score = self.score.map(|score| ("score", score, &SHARE));
        let time = self.time.map(|time| ("time", time, &NEAR));
        let position = [Some(("x", self.x, &NEAR)), Some(("y", self.y, &NEAR))];
        position
            .into_iter()
            .chain(sizes)
            .chain([score, time])
            .flatten()
            .find(|(_, number, range)| !range.holds(*number))
    }
}
