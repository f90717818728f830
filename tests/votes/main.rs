//! Tests of manyhands-votes.

// Other programs' arithmetic.
mod compat;
// All votes at once: every offline mode.
mod consensus;
// Numbers that were worked out elsewhere, exactly.
mod golden;
// Ids of any size and spread.
mod ids;
// Wrong parameters, votes and matrices, one line each.
mod malformed;
// Real votes; needs MANYHANDS_DATA.
mod real_data;
// What holds for any votes: order, symmetry, splits, and slow twins.
mod properties;
// Retirement: rules, thresholds, replays.
mod retire;
// Save, load, and files that are no states.
mod saved;
// Tables of votes: merging, order, saving.
mod table;
// Tallies without names.
mod tallies;
// Slow twins: the same definitions, written without any care for speed.
mod twins;

use manyhands_votes::Vote;

/// One vote, in fewer characters.
fn vote(volunteer: usize, subject: usize, label: usize) -> Vote {
    Vote { volunteer, subject, label }
}
