//! Many images at once, each a pure function of the seed and its number.

use ndarray::Array2;
use rand::Rng;
use rayon::prelude::*;

use super::muon::Muons;
use super::trigger::triggers;
use super::{Camera, Cleaning, Electronics, Event, Kind, Showers};
use crate::Error;
use crate::error::{check_not_negative, check_share};
use crate::stream::{MAX_ITEM, Purpose, stream};

/// Events drawn for one image before giving up. The VERITAS camera keeps more than eight of ten.
const MAX_ATTEMPTS: usize = 10_000;

/// Simulates camera images. A value of options; [`simulate`](Self::simulate) checks them and draws.
///
/// The kind of an image is drawn first, then events of that kind until one passes trigger and cleaning: the rates are those
/// among the images that come out. Image `i` depends only on the options, the seed and `i`, not on the number of images or threads.
///
/// ```
/// use manyhands_sim::{CameraSimulator, Kind};
///
/// let simulation = CameraSimulator::stage1().seed(7).simulate(200)?;
/// assert_eq!(simulation.images.dim(), (200, 499));
/// let muon = simulation.kinds.iter().position(|&kind| kind == Kind::Muon).unwrap();
/// assert_eq!(simulation.truth[muon], 1);
/// let ring = simulation.events[muon].ring.unwrap();
/// assert!((0.45..=1.30).contains(&ring.radius));
/// # Ok::<(), manyhands_sim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CameraSimulator {
    camera: Camera,
    positive_rate: f64,
    gamma_rate: f64,
    night_sky_rate: f64,
    arc_rate: f64,
    muons: Muons,
    showers: Showers,
    trigger_threshold: f64,
    electronics: Electronics,
    cleaning: Option<Cleaning>,
    seed: u64,
}

/// Simulated images and their truth; row `i` of everything belongs to image `i`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Simulation {
    /// Images, one row each, one column per pixel of the camera, in digital counts. Zero where cleaned; else noise can be negative.
    pub images: Array2<f32>,
    /// Class of every image: 1 for a muon, 0 for anything else.
    pub truth: Vec<usize>,
    /// What made every image.
    pub kinds: Vec<Kind>,
    /// The true parameters of every image.
    pub events: Vec<Event>,
}

impl Simulation {
    /// The truth as flags: which images are muons.
    pub fn positives(&self) -> Vec<bool> {
        self.truth.iter().map(|&class| class == 1).collect()
    }
}

impl CameraSimulator {
    /// Like the first stage of Muon Hunters 2.0: 32.6 % muons, the share that its Table 1 implies for random assignment
    /// (1 861 clicks for 4 948 images), and 15 % gamma rays.
    pub fn stage1() -> Self {
        Self {
            camera: Camera::veritas(),
            positive_rate: 0.326,
            gamma_rate: 0.15,
            night_sky_rate: 0.0,
            arc_rate: 0.125,
            muons: Muons::default(),
            showers: Showers::default(),
            trigger_threshold: 5.0,
            electronics: Electronics::default(),
            cleaning: Some(Cleaning::default()),
            seed: 0,
        }
    }

    /// Like the second stage: 3.4 % muons (1 756 of 51 060 labelled test images; 5 851 of all 174 134) and 2 % gamma rays.
    pub fn stage2() -> Self {
        Self { positive_rate: 0.034, gamma_rate: 0.02, ..Self::stage1() }
    }

    /// Camera to draw for. Default [`Camera::veritas`].
    #[must_use]
    pub fn camera(mut self, camera: Camera) -> Self {
        self.camera = camera;
        self
    }

    /// Share of muons among the images, 0 to 1.
    #[must_use]
    pub fn positive_rate(mut self, rate: f64) -> Self {
        self.positive_rate = rate;
        self
    }

    /// Share of gamma rays among the images, 0 to 1. What the rates leave are hadrons.
    #[must_use]
    pub fn gamma_rate(mut self, rate: f64) -> Self {
        self.gamma_rate = rate;
        self
    }

    /// Share of images with nothing but night sky, 0 to 1; trigger and `min_pixels` do not apply to them. Default 0.
    #[must_use]
    pub fn night_sky_rate(mut self, rate: f64) -> Self {
        self.night_sky_rate = rate;
        self
    }

    /// Share of hadrons that carry the arc of a low-energy muon, 0 to 1. Default 0.125; 10 to 15 % is what makes muons hard to find.
    #[must_use]
    pub fn arc_rate(mut self, rate: f64) -> Self {
        self.arc_rate = rate;
        self
    }

    /// Which muons to draw. Default [`Muons::default`].
    #[must_use]
    pub fn muons(mut self, muons: Muons) -> Self {
        self.muons = muons;
        self
    }

    /// How bright showers are. Default [`Showers::default`].
    #[must_use]
    pub fn showers(mut self, showers: Showers) -> Self {
        self.showers = showers;
        self
    }

    /// An event triggers if three touching pixels each expect more than this many photoelectrons, at least 0. Default 5.
    #[must_use]
    pub fn trigger_threshold(mut self, threshold: f64) -> Self {
        self.trigger_threshold = threshold;
        self
    }

    /// Noise and gain. Default [`Electronics::default`].
    #[must_use]
    pub fn electronics(mut self, electronics: Electronics) -> Self {
        self.electronics = electronics;
        self
    }

    /// Cleaning, or `None` for the raw readout. Default `Some(Cleaning::default())`.
    #[must_use]
    pub fn cleaning(mut self, cleaning: Option<Cleaning>) -> Self {
        self.cleaning = cleaning;
        self
    }

    /// Seed of every random number. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Draws images 0 to `n_images`.
    ///
    /// # Errors
    /// [`Error::NoImages`], [`Error::OutOfRange`] and [`Error::Rates`] for options outside their domain,
    /// [`Error::NeverTriggers`] where no event of a kind that is asked for is seen: by this camera, trigger or cleaning, or because too little light
    /// is asked for or too much wanted.
    pub fn simulate(&self, n_images: usize) -> Result<Simulation, Error> {
        self.simulate_range(0, n_images)
    }

    /// Draws images `first` to `first + n_images`: the same rows that one call for all of them would give.
    ///
    /// # Errors
    /// As [`simulate`](Self::simulate), and [`Error::ImageIndex`] for numbers beyond 2⁵⁶ or more images than an array can hold.
    pub fn simulate_range(&self, first: usize, n_images: usize) -> Result<Simulation, Error> {
        self.check(first, n_images)?;
        self.probe()?;
        let n_pixels = self.camera.n_pixels();
        let mut images = Array2::zeros((n_images, n_pixels));
        let rows = images.as_slice_mut().expect("a new array is contiguous");
        let events: Vec<Result<Event, Error>> = rows
            .par_chunks_exact_mut(n_pixels)
            .enumerate()
            .map_init(
                || vec![0.0; n_pixels],
                |light, (row, counts)| {
                    let mut rng = stream(self.seed, Purpose::Image, (first + row) as u64);
                    let what = self.draw_kind(&mut rng);
                    self.draw_image(what, &mut rng, light, counts)
                },
            )
            .collect();
        // Collected in order first, so that the error that is returned is that of the first image.
        let events = events.into_iter().collect::<Result<Vec<_>, _>>()?;
        let kinds: Vec<Kind> = events.iter().map(|event| event.kind).collect();
        let truth = kinds.iter().map(|&kind| usize::from(kind == Kind::Muon)).collect();
        Ok(Simulation { images, truth, kinds, events })
    }

    fn check(&self, first: usize, n_images: usize) -> Result<(), Error> {
        check_share("positive_rate", self.positive_rate)?;
        check_share("gamma_rate", self.gamma_rate)?;
        check_share("night_sky_rate", self.night_sky_rate)?;
        check_share("arc_rate", self.arc_rate)?;
        let sum = self.positive_rate + self.gamma_rate + self.night_sky_rate;
        if sum > 1.0 + 1e-12 {
            return Err(Error::Rates { sum });
        }
        self.muons.check()?;
        self.showers.check()?;
        check_not_negative("trigger_threshold", self.trigger_threshold)?;
        self.electronics.check()?;
        self.cleaning.map_or(Ok(()), |cleaning| cleaning.check())?;
        if n_images == 0 {
            return Err(Error::NoImages);
        }
        let last = (first as u64).checked_add(n_images as u64);
        let n_bytes = n_images.checked_mul(self.camera.n_pixels().saturating_mul(size_of::<f32>()));
        let fits = n_bytes.is_some_and(|n_bytes| isize::try_from(n_bytes).is_ok());
        if !fits || last.is_none_or(|last| last > MAX_ITEM) {
            return Err(Error::ImageIndex { first, n_images });
        }
        Ok(())
    }

    /// Draws one image of every kind that can come up, so that a camera that cannot see it is refused before the work begins.
    fn probe(&self) -> Result<(), Error> {
        let n_pixels = self.camera.n_pixels();
        let (mut light, mut counts) = (vec![0.0; n_pixels], vec![0.0; n_pixels]);
        let hadron_rate = 1.0 - self.positive_rate - self.gamma_rate - self.night_sky_rate;
        let shares = [
            ((Kind::Muon, false), self.positive_rate),
            ((Kind::Gamma, false), self.gamma_rate),
            ((Kind::Hadron, false), hadron_rate * (1.0 - self.arc_rate)),
            ((Kind::Hadron, true), hadron_rate * self.arc_rate),
        ];
        for (item, (what, share)) in shares.into_iter().enumerate() {
            if share > 1e-12 {
                let mut rng = stream(self.seed, Purpose::Probe, item as u64);
                self.draw_image(what, &mut rng, &mut light, &mut counts)?;
            }
        }
        Ok(())
    }

    /// The kind of an image, and whether a hadron carries an arc.
    fn draw_kind(&self, rng: &mut impl Rng) -> (Kind, bool) {
        let u: f64 = rng.random();
        let arc = rng.random::<f64>() < self.arc_rate;
        let muon = self.positive_rate;
        let gamma = muon + self.gamma_rate;
        let night_sky = gamma + self.night_sky_rate;
        match u {
            u if u < muon => (Kind::Muon, false),
            u if u < gamma => (Kind::Gamma, false),
            u if u < night_sky => (Kind::NightSky, false),
            _ => (Kind::Hadron, arc),
        }
    }

    fn draw_image(
        &self,
        what: (Kind, bool),
        rng: &mut impl Rng,
        light: &mut [f64],
        counts: &mut [f32],
    ) -> Result<Event, Error> {
        let accident = what.0 == Kind::NightSky;
        for _ in 0..MAX_ATTEMPTS {
            let event = Event::draw(what, &self.muons, &self.showers, &self.camera, rng, light);
            let Some(event) =
                event.filter(|_| accident || triggers(&self.camera, self.trigger_threshold, light))
            else {
                continue;
            };
            self.electronics.observe(light, rng, counts);
            let Some(cleaning) = &self.cleaning else { return Ok(event) };
            let n_lit = cleaning.apply(&self.camera, self.electronics.pedestal_deviation(), counts);
            if accident || n_lit >= cleaning.min_pixels {
                return Ok(event);
            }
        }
        Err(Error::NeverTriggers { kind: what.0, attempts: MAX_ATTEMPTS })
    }
}
