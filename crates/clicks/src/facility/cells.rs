//! A cell list: the points near a position, without looking at the others.

/// Points sorted by square cells, row by row. It speaks of them by their places in that order.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    corner: (f64, f64),
    edge: f64,
    columns: usize,
    rows: usize,
    /// Where each cell begins; and the number of points.
    starts: Vec<usize>,
}

impl Cells {
    /// And the point at every place; within a cell they ascend. `edge` is the side of a cell. It is larger where there would be many more cells
    /// than points.
    pub(super) fn new(
        points: impl DoubleEndedIterator<Item = (f64, f64)> + ExactSizeIterator + Clone,
        edge: f64,
    ) -> (Self, Vec<usize>) {
        let n = points.len();
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for (x, y) in points.clone() {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        let (width, height) = if n > 0 { (high.0 - low.0, high.1 - low.1) } else { (0.0, 0.0) };
        let mut edge = if edge > 0.0 { edge } else { 1.0 };
        let most = 2.0 * n as f64 + 4.0;
        loop {
            let cells = (width / edge + 1.0) * (height / edge + 1.0);
            if cells <= most {
                break;
            }
            edge *= (cells / most).sqrt().max(1.5);
        }
        let (columns, rows) = ((width / edge) as usize + 1, (height / edge) as usize + 1);
        let mut cells = Self { corner: low, edge, columns, rows, starts: vec![0; columns * rows + 1] };
        // A counting sort: sizes, then where each cell ends, then from behind down to where it begins.
        for (x, y) in points.clone() {
            let at = cells.row(y) * columns + cells.column(x);
            cells.starts[at] += 1;
        }
        let mut end = 0;
        for start in &mut cells.starts {
            end += *start;
            *start = end;
        }
        let mut order = vec![0; n];
        for (i, (x, y)) in points.enumerate().rev() {
            let at = cells.row(y) * columns + cells.column(x);
            cells.starts[at] -= 1;
            order[cells.starts[at]] = i;
        }
        (cells, order)
    }

    /// Calls `visit` with the place of every point within `reach` of (x, y), and of some that are farther.
    pub(super) fn near(&self, (x, y): (f64, f64), reach: f64, visit: impl FnMut(usize)) {
        self.between((x - reach, x + reach), y, reach, visit);
    }

    /// The same of the points from x on.
    pub(super) fn right_of(&self, (x, y): (f64, f64), reach: f64, visit: impl FnMut(usize)) {
        self.between((x, x + reach), y, reach, visit);
    }

    fn between(&self, (left, right): (f64, f64), y: f64, reach: f64, mut visit: impl FnMut(usize)) {
        let (left, right) = (self.column(left), self.column(right));
        for row in self.row(y - reach)..=self.row(y + reach) {
            let first = row * self.columns;
            for place in self.starts[first + left]..self.starts[first + right + 1] {
                visit(place);
            }
        }
    }

    /// Casts saturate: what is beyond the edge counts to the last cell.
    fn column(&self, x: f64) -> usize {
        (((x - self.corner.0) / self.edge) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        (((y - self.corner.1) / self.edge) as usize).min(self.rows - 1)
    }
}
