//! The points in a circle, from a grid whose cells are as wide as its radius.

/// Points, sorted by cell, for circles of one radius.
pub(super) struct Windows {
    radius: f64,
    /// Row and column of the cell; sorted.
    cells: Vec<(i64, i64)>,
    points: Vec<[f64; 2]>,
}

impl Windows {
    pub(super) fn new(points: &[[f64; 2]], radius: f64) -> Self {
        let mut entries: Vec<_> =
            points.iter().map(|&[x, y]| ((cell(y, radius), cell(x, radius)), [x, y])).collect();
        entries.sort_by_key(|&(cell, _)| cell);
        let (cells, points) = entries.into_iter().unzip();
        Self { radius, cells, points }
    }

    /// How many points lie at most a radius away, and their mean; `None` if there are none.
    pub(super) fn mean(&self, [x, y]: [f64; 2]) -> Option<(usize, [f64; 2])> {
        let columns = [x - self.radius, x + self.radius].map(|x| cell(x, self.radius));
        let rows = [y - self.radius, y + self.radius].map(|y| cell(y, self.radius));
        let (mut n, mut sum) = (0_usize, [0.0, 0.0]);
        let mut at = self.cells.partition_point(|&cell| cell < (rows[0], columns[0]));
        while let Some(&(row, column)) = self.cells.get(at).filter(|&&(row, _)| row <= rows[1]) {
            if column > columns[1] || column < columns[0] {
                // On to the next cell in reach: of this row, or of the next one that has any.
                let row = if column < columns[0] { Some(row) } else { row.checked_add(1) };
                // After the last row that there can be, no next one.
                let Some(row) = row else { break };
                let next = (row, columns[0]);
                at += self.cells[at..].partition_point(|&cell| cell < next);
                continue;
            }
            let [px, py] = self.points[at];
            if (px - x).powi(2) + (py - y).powi(2) <= self.radius.powi(2) {
                n += 1;
                sum = [sum[0] + px, sum[1] + py];
            }
            at += 1;
        }
        (n > 0).then(|| (n, sum.map(|sum| sum / n as f64)))
    }
}

/// Saturates at the ends of `i64`, where it stays monotone: near points are still found, with more far ones.
fn cell(position: f64, edge: f64) -> i64 {
    (position / edge).floor() as i64
}
