//! Volunteers and images move to their most probable numbers, given the groups.

use rayon::prelude::*;

use super::course::{CANNOT_FAIL, Course, each};
use super::image::{Image, Summary};
use super::step::Step;
use super::volunteer::{Tally, Volunteer};

/// Numbers that would move by less than this share of their posterior standard deviation stay what they are: else everybody who shares a subject
/// with somebody would move a little for ever.
const STILL: f64 = 0.1;
/// Marks are grouped anew where a number has moved by this since they were grouped; smaller moves wait until nothing else moves.
const REGROUP: f64 = 0.5;

impl<const D: usize> Course<'_, D> {
    /// Everybody to where they are most probable, given what their marks say. Whether anybody moved.
    pub(super) fn move_volunteers(&mut self) -> bool {
        /// How a volunteer moves, and whether far from where they were when marks were grouped.
        type Move = Option<(Volunteer, bool)>;
        let step = |v: usize| -> Move {
            let (now, seen) = (self.volunteers[v], self.tally(v));
            let next = now.step(&seen, &self.population);
            let spread = next.spread(&seen, &self.population);
            let much = self.volunteers_grouped[v].distance(&next, &spread) > REGROUP;
            (now.distance(&next, &spread) > STILL).then_some((next, much))
        };
        let moves: Vec<Move> = (0..self.volunteers.len()).into_par_iter().map(step).collect();
        for s in 0..self.survey.n_subjects() {
            let moved = self.survey.subject(s).viewers.iter().filter_map(|&v| moves[v as usize]);
            if let Some(much) = moved.map(|(_, much)| much).reduce(|a, b| a || b) {
                self.touch(s, much);
            }
        }
        for (v, &(next, much)) in moves.iter().enumerate().filter_map(|(v, moved)| Some((v, moved.as_ref()?)))
        {
            self.volunteers[v] = next;
            if much {
                self.volunteers_grouped[v] = next;
            }
        }
        moves.iter().any(Option::is_some)
    }

    /// Every image's numbers nearer to where they are most probable, given the volunteers and the groups. Whether any moved.
    pub(super) fn move_images(&mut self) -> bool {
        struct Seen {
            tallies: Vec<Tally>,
            /// Before and after the move.
            summaries: [Summary; 2],
            image: Image,
            much: bool,
        }
        let population = self.population;
        let todo: Vec<usize> = (0..self.survey.n_subjects()).collect();
        let seen = each(&todo, |s| {
            let (now, assignment) = (self.images[s], self.assignment_of(s));
            let mut tallies = vec![Tally::default(); self.survey.subject(s).viewers.len()];
            let mut look = |image: Image| self.scene_of(s, image).tally(assignment, &mut tallies);
            let before = if self.untallied[s] { look(now) } else { self.summaries[s] };
            let long = now.stride(&before, &population);
            if now.distance(&long, &before, &population) <= STILL {
                return Ok(if self.untallied[s] {
                    Some(Seen { tallies, summaries: [before; 2], image: now, much: false })
                } else {
                    None
                });
            }
            let objective = |image: &Image, seen: &Summary| seen.value + image.ln_prior(&population);
            let (mut image, mut after) = (long, look(long));
            if objective(&image, &after) < objective(&now, &before) {
                image = now.step(&before, &population);
                after = look(image);
            }
            let much = self.images_grouped[s].distance(&image, &after, &population) > REGROUP;
            Ok(Some(Seen { tallies, summaries: [before, after], image, much }))
        });
        let seen = seen.expect(CANNOT_FAIL);
        let mut moved = false;
        for (s, seen) in seen.iter().enumerate().filter_map(|(s, seen)| Some((s, seen.as_ref()?))) {
            self.keep(s, &seen.tallies, seen.summaries[0]);
        }
        self.trace.push(Step::Volunteers(self.objective()));
        for (s, seen) in seen.into_iter().enumerate().filter_map(|(s, seen)| Some((s, seen?))) {
            if seen.image != self.images[s] {
                self.images[s] = seen.image;
                if seen.much {
                    self.images_grouped[s] = seen.image;
                }
                self.touch(s, seen.much);
                self.keep(s, &seen.tallies, seen.summaries[1]);
                moved = true;
            }
        }
        self.trace.push(Step::Images(self.objective()));
        moved
    }
}
