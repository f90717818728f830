//! scratch
use super::fit::Course;
use super::gamma::Gamma;
use super::population::{Beta, Population};
use super::scene::Objects;
use super::space::Space;
use crate::{Error, Survey};

/// clump
#[derive(Debug, Clone, Copy)]
pub struct C { /// s
 pub subject: usize, /// x
 pub x: f64, /// y
 pub y: f64, /// n
 pub n: usize, /// v
 pub viewers: usize, /// p
 pub p: f64 , /// object
 pub object: f64 }

fn start(survey: &Survey, sigma: f64) -> Population {
    let per = survey.n_marks() as f64 / survey.n_annotations().max(1) as f64;
    Population {
        false_marks: Gamma::with_mean(0.3 * per + 0.05, 1.0),
        detection: Beta::with_mean(0.6, 3.0),
        precision: Gamma::with_mean(1.0 / (sigma * sigma), 3.0),
        bias: 0.3 * sigma,
        difficulty: 0.5,
        sharpness: Gamma::with_mean(1.0, 10.0),
        n_objects: Gamma::with_mean(per + 0.1, 1.0),
        spread: 1.0,
    }
}

/// run
pub fn run<const D: usize>(survey: &Survey, verbose: bool) -> Result<Vec<C>, Error> {
    let space = Space::<D>::new(survey);
    // sample
    let mut pick = Vec::new();
    let mut n = 0;
    let stride = (survey.n_subjects() / 200).max(1);
    for s in (0..survey.n_subjects()).step_by(stride) {
        if n > 6000 { break; }
        n += survey.subject(s).n_marks();
        pick.push(s);
    }
    let sample = survey.select(&pick)?;
    let sample_space = Space::<D>::new(&sample);
    let side = (survey.subjects().map(|s| s.area()).sum::<f64>() / survey.n_subjects() as f64).sqrt();
    let mut best = (f64::NEG_INFINITY, start(survey, side));
    for k in 0..10 {
        let sigma = side * 0.05 * 0.6f64.powi(k);
        let mut course = Course::new(&sample, &sample_space, start(&sample, sigma));
        course.run(2, 2)?;
        let value = course.trace.last().copied().unwrap_or(0.0);
        if verbose { eprintln!("sigma {sigma:.2} -> {value:.1}  {:.2}", 1.0/course.population.precision.mean().sqrt()); }
        if value > best.0 { best = (value, course.population); }
    }
    let t = std::time::Instant::now();
    let mut course = Course::new(survey, &space, best.1);
    let converged = course.run(40, 12)?;
    if verbose {
        eprintln!("{:?}", course.population);
        eprintln!("eta {:.3} p {:.3} sigma {:.2} lambda {:.2}", course.population.false_marks.mean(), course.population.detection.mean(), 1.0/course.population.precision.mean().sqrt(), course.population.n_objects.mean());
        eprintln!("converged {converged} rounds {} solved {:?} {:?}", course.n_solved.len(), course.n_solved, t.elapsed());
        eprintln!("trace {:?}", course.trace.iter().map(|x| (x * 10.0).round() / 10.0).collect::<Vec<_>>());
    }
    let objects = Objects::new(&course.population);
    let mut out = Vec::new();
    for s in 0..survey.n_subjects() {
        let scene = course.scene(s, &objects);
        let first = scene.subject.first_mark;
        let a = &course.assignment[first..first + scene.subject.n_marks()];
        for g in scene.groups(a) {
            if let Ok(_) = std::env::var("DUMP") { for &m in &g.marks { println!("M {} {} {} {} {} {}", s, scene.subject.viewers[scene.subject.mark_viewers[m] as usize], scene.subject.xy[m][0]-g.at[0], scene.subject.xy[m][1]-g.at[1], g.marks.len(), scene.variance(m)); } }
            let object = 1.0 / (1.0 + (-g.ln_odds).exp());
            let post = scene.detection.posterior(g.marks.len());
            let real: f64 = post.iter().zip(&scene.real).map(|(p, r)| p * r).sum();
            let (mut xy, _) = space.read(g.at);
            match std::env::var("POS").as_deref() { Ok("mean") => { for d in 0..2 { xy[d] = g.marks.iter().map(|&m| scene.subject.xy[m][d]).sum::<f64>() / g.marks.len() as f64; } }
              Ok("median") => { for d in 0..2 { let mut v: Vec<f64> = g.marks.iter().map(|&m| scene.subject.xy[m][d]).collect(); v.sort_by(f64::total_cmp); let k=v.len(); xy[d] = 0.5*(v[(k-1)/2]+v[k/2]); } }
              Ok("half") => { let w: Vec<f64> = g.marks.iter().map(|&m| scene.variance(m).powf(-0.5)).collect(); let t: f64 = w.iter().sum(); for d in 0..2 { xy[d] = g.marks.iter().zip(&w).map(|(&m, w)| w*scene.subject.xy[m][d]).sum::<f64>() / t; } }
              _ => {} }
            out.push(C { subject: s, x: xy[0], y: xy[1], n: g.marks.len(), viewers: scene.subject.n_viewers(), p: object * real, object });
        }
        let post = scene.detection.posterior(1);
        let real: f64 = post.iter().zip(&scene.real).map(|(p, r)| p * r).sum();
        for (m, g) in a.iter().enumerate() {
            if g.is_none() {
                let object = scene.on_object(scene.subject.mark_viewers[m] as usize);
                let [x, y] = scene.subject.xy[m];
                out.push(C { subject: s, x, y, n: 1, viewers: scene.subject.n_viewers(), p: object * real, object });
            }
        }
    }
    Ok(out)
}
