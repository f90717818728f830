//! Tests of manyhands-votes.
