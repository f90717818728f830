//! Named random streams: one per purpose and item, so that no result depends on the order of the work.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Items are numbered below this, which leaves the top byte of the stream number to the purpose.
pub(crate) const MAX_ITEM: u64 = 1 << 56;

/// What a stream is drawn for. The numbers are part of the results: never renumber.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// One camera image.
    Image = 0,
    /// The check that a camera can see a kind of event.
    Probe = 1,
    /// Who answers which tile, and when.
    Tiles = 2,
    /// One answer to a tile, by its place in time.
    Answer = 3,
    /// Who votes on which image, and when.
    Images = 4,
    /// One vote on an image, by its place in time.
    Vote = 5,
    /// One galaxy: its size, its clumps and how hard they are to see.
    Galaxy = 6,
    /// Who sees one galaxy, and where they click.
    Clicks = 7,
    /// One row of a classification export: who made it, when, on what machine.
    ExportRow = 8,
    /// Which subjects of a classification export are positives.
    ExportTruth = 9,
}

/// The generator for `item` of `purpose`, a pure function of its arguments.
pub(crate) fn stream(seed: u64, purpose: Purpose, item: u64) -> ChaCha8Rng {
    debug_assert!(item < MAX_ITEM);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 56) | item);
    rng
}
