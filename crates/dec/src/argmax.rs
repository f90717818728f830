//! The place of the largest value.

use ndarray::ArrayView1;

/// Index of the largest value; ties go to the lower index.
pub(crate) fn argmax(values: ArrayView1<'_, f64>) -> usize {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = i;
        }
    }
    best
}
