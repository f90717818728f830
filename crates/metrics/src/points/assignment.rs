//! The least-cost one-to-one assignment over the pairs that may match, row by row along shortest augmenting paths.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::PointMatch;

/// What a matching costs: positions left out come first, then the sum of (distance / radius)².
#[derive(Debug, Clone, Copy)]
struct Cost {
    left_out: i64,
    squares: f64,
}

impl Cost {
    const ZERO: Self = Self { left_out: 0, squares: 0.0 };

    fn plus(self, other: Self) -> Self {
        Self { left_out: self.left_out + other.left_out, squares: self.squares + other.squares }
    }

    fn minus(self, other: Self) -> Self {
        Self { left_out: self.left_out - other.left_out, squares: self.squares - other.squares }
    }
}

impl Ord for Cost {
    fn cmp(&self, other: &Self) -> Ordering {
        self.left_out.cmp(&other.left_out).then(self.squares.total_cmp(&other.squares))
    }
}

impl PartialOrd for Cost {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cost {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cost {}

/// Least-cost assignment of every row (found) to a column: a true position within the radius, or a column of its own that stands for being
/// left out. Rows enter one by one along the shortest augmenting path; prices keep the reduced costs of all pairs from falling below 0.
pub(super) struct Assignment<'a> {
    pairs: &'a [Vec<(usize, f64)>],
    n_truth: usize,
    radius: f64,
    row_price: Vec<Cost>,
    column_price: Vec<Cost>,
    row_of: Vec<Option<usize>>,
    column_of: Vec<Option<usize>>,
}

impl<'a> Assignment<'a> {
    pub(super) fn new(pairs: &'a [Vec<(usize, f64)>], n_truth: usize, radius: f64) -> Self {
        let (n_rows, n_columns) = (pairs.len(), n_truth + pairs.len());
        Self {
            pairs,
            n_truth,
            radius,
            row_price: vec![Cost::ZERO; n_rows],
            column_price: vec![Cost::ZERO; n_columns],
            row_of: vec![None; n_columns],
            column_of: vec![None; n_rows],
        }
    }

    pub(super) fn solve(mut self) -> Vec<PointMatch> {
        let mut search = Search::new(self.row_of.len());
        for row in 0..self.pairs.len() {
            self.add(row, &mut search);
        }
        let distance = |row: usize, column| {
            self.pairs[row].iter().find(|&&(truth, _)| truth == column).map(|&(_, distance)| distance)
        };
        let matched = |(row, column): (usize, &Option<usize>)| {
            let truth = (*column)?;
            distance(row, truth).map(|distance| PointMatch { found: row, truth, distance })
        };
        self.column_of.iter().enumerate().filter_map(matched).collect()
    }

    /// The columns that a row can take and what they cost.
    fn columns(&self, row: usize) -> impl Iterator<Item = (usize, Cost)> + '_ {
        let radius = self.radius;
        let cost =
            move |&(truth, d): &(usize, f64)| (truth, Cost { left_out: 0, squares: (d / radius).powi(2) });
        let own = (self.n_truth + row, Cost { left_out: 1, squares: 0.0 });
        self.pairs[row].iter().map(cost).chain([own])
    }

    /// Gives a new row a column, by Dijkstra's method over reduced costs, moving rows that are in the way.
    fn add(&mut self, new_row: usize, search: &mut Search) {
        search.clear();
        let (mut row, mut reached) = (new_row, Cost::ZERO);
        let free = loop {
            for (column, cost) in self.columns(row) {
                let reduced = cost.minus(self.row_price[row]).minus(self.column_price[column]);
                search.offer(column, row, reached.plus(reduced));
            }
            let Some((distance, column)) = search.next() else {
                unreachable!("a row's own column is always free to it");
            };
            reached = distance;
            match self.row_of[column] {
                Some(taken_by) => row = taken_by,
                None => break column,
            }
        };
        self.row_price[new_row] = self.row_price[new_row].plus(reached);
        for &column in &search.settled {
            let gain = reached.minus(search.distance[column].map_or(reached, |(distance, _)| distance));
            self.column_price[column] = self.column_price[column].minus(gain);
            if let Some(row) = self.row_of[column] {
                self.row_price[row] = self.row_price[row].plus(gain);
            }
        }
        let mut column = free;
        while let Some((_, row)) = search.distance[column] {
            self.row_of[column] = Some(row);
            match self.column_of[row].replace(column) {
                Some(left) => column = left,
                None => break,
            }
        }
    }
}

/// The state of one search for a shortest path, kept between searches so that each costs only what it touches.
struct Search {
    /// Distance of a column and the row from which it is reached.
    distance: Vec<Option<(Cost, usize)>>,
    is_settled: Vec<bool>,
    settled: Vec<usize>,
    touched: Vec<usize>,
    /// Nearest first, the lower column on ties.
    heap: BinaryHeap<Reverse<(Cost, usize)>>,
}

impl Search {
    fn new(n_columns: usize) -> Self {
        Self {
            distance: vec![None; n_columns],
            is_settled: vec![false; n_columns],
            settled: Vec::new(),
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    fn clear(&mut self) {
        for column in self.touched.drain(..) {
            self.distance[column] = None;
            self.is_settled[column] = false;
        }
        self.settled.clear();
        self.heap.clear();
    }

    fn offer(&mut self, column: usize, row: usize, distance: Cost) {
        let known = self.distance[column];
        if self.is_settled[column] || known.is_some_and(|(best, _)| best <= distance) {
            return;
        }
        if known.is_none() {
            self.touched.push(column);
        }
        self.distance[column] = Some((distance, row));
        self.heap.push(Reverse((distance, column)));
    }

    /// The nearest column not yet settled.
    fn next(&mut self) -> Option<(Cost, usize)> {
        while let Some(Reverse((distance, column))) = self.heap.pop() {
            if !self.is_settled[column] {
                self.is_settled[column] = true;
                self.settled.push(column);
                return Some((distance, column));
            }
        }
        None
    }
}
