//! The best one-to-one assignment of a dense table, by shortest augmenting paths (Kuhn 1955; Jonker & Volgenant 1987).

/// For every row of `gains` (`n_columns` numbers a row) its column, or `None`, such that no column is taken twice and the sum of
/// the taken gains is greatest. Gains of 0 or less are never taken. Ties go to the lower column.
pub(crate) fn assign(gains: &[f64], n_columns: usize) -> Vec<Option<usize>> {
    if n_columns == 0 {
        return Vec::new();
    }
    let n_rows = gains.len() / n_columns;
    // Every row has a column of its own with gain 0, so that it may stay alone.
    let width = n_columns + n_rows;
    let cost = |row: usize, column: usize| {
        if column < n_columns { -gains[row * n_columns + column].max(0.0) } else { 0.0 }
    };
    let mut row_price = vec![0.0; n_rows];
    let mut column_price = vec![0.0; width];
    let mut row_of: Vec<Option<usize>> = vec![None; width];
    for start in 0..n_rows {
        let mut distance = vec![f64::INFINITY; width];
        let mut before: Vec<Option<usize>> = vec![None; width];
        let mut done = vec![false; width];
        let (mut row, mut column) = (start, None);
        // Grow the tree of shortest paths until it meets a free column.
        let end = loop {
            let base = column.map_or(0.0, |c: usize| distance[c]);
            let mut nearest: Option<usize> = None;
            for c in (0..width).filter(|&c| !done[c]) {
                let reduced = base + cost(row, c) - row_price[row] - column_price[c];
                if reduced < distance[c] {
                    (distance[c], before[c]) = (reduced, column);
                }
                if nearest.is_none_or(|n| distance[c] < distance[n]) {
                    nearest = Some(c);
                }
            }
            let c = nearest.expect("there are more columns than rows, so one is not done");
            done[c] = true;
            match row_of[c] {
                None => break c,
                Some(next) => (row, column) = (next, Some(c)),
            }
        };
        let length = distance[end];
        row_price[start] += length;
        for c in (0..width).filter(|&c| done[c] && c != end) {
            column_price[c] += distance[c] - length;
            if let Some(r) = row_of[c] {
                row_price[r] += length - distance[c];
            }
        }
        let mut c = end;
        loop {
            let previous = before[c];
            row_of[c] = Some(previous.map_or(start, |p| row_of[p].expect("tree columns are taken")));
            match previous {
                None => break,
                Some(p) => c = p,
            }
        }
    }
    let mut columns = vec![None; n_rows];
    for (c, row) in row_of.iter().take(n_columns).enumerate() {
        if let Some(row) = row.filter(|r| gains[r * n_columns + c] > 0.0) {
            columns[row] = Some(c);
        }
    }
    columns
}
