//! Named streams of random numbers: what one part draws never shifts what another part sees.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Who draws.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Weights = 1,
    Order = 2,
    Noise = 3,
    Restarts = 4,
    Development = 5,
    Head = 6,
    Partners = 7,
    Mixture = 8,
    Graph = 9,
    Augmentation = 10,
    Reseed = 11,
}

/// The stream of `purpose` for item `index` (a layer, a pass, a step) under `seed`.
///
/// Every pass and every step has a stream of its own, so a resumed training needs no generator state.
pub(crate) fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 48) | index);
    rng
}
