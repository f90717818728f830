//! A cell list: the points near a position, without looking at the others.

/// Points sorted by square cells.
#[derive(Debug)]
pub(super) struct Cells {
    edge: f64,
    /// Row, column, index; sorted.
    entries: Vec<(i64, i64, usize)>,
}

impl Cells {
    /// `edge` is the side of a cell; where it is not positive, 1 is taken.
    pub(super) fn new(points: impl Iterator<Item = (f64, f64)>, edge: f64) -> Self {
        let edge = if edge > 0.0 { edge } else { 1.0 };
        let mut entries: Vec<_> =
            points.enumerate().map(|(i, (x, y))| (cell(y, edge), cell(x, edge), i)).collect();
        entries.sort_unstable();
        Self { edge, entries }
    }

    /// Calls `visit` with every point within `reach` of (x, y), and with some that are farther. In no meaningful order.
    pub(super) fn near(&self, x: f64, y: f64, reach: f64, mut visit: impl FnMut(usize)) {
        let (left, right) = (cell(x - reach, self.edge), cell(x + reach, self.edge));
        let (top, bottom) = (cell(y - reach, self.edge), cell(y + reach, self.edge));
        let mut at = self.entries.partition_point(|&(row, ..)| row < top);
        while let Some(&(row, ..)) = self.entries.get(at).filter(|&&(row, ..)| row <= bottom) {
            let rest = &self.entries[at..];
            let start = rest.partition_point(|&(r, column, _)| (r, column) < (row, left));
            for &(r, column, index) in &rest[start..] {
                if r != row || column > right {
                    break;
                }
                visit(index);
            }
            at += rest.partition_point(|&(r, ..)| r <= row);
        }
    }
}

/// Saturates at the ends of `i64`, where it stays monotone: near points are still found, with more far ones.
fn cell(position: f64, edge: f64) -> i64 {
    (position / edge).floor() as i64
}
