//! Tests of manyhands-sim.

mod camera_geometry;
mod camera_light;
mod camera_simulator;
mod clicks;
mod crowd_answers;
mod crowd_presets;
