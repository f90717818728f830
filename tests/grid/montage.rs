//! Montages: pictures of tiles.

use manyhands_grid::{Contrast, Error, Layout, Montage, Palette, Raster, Tile};
use ndarray::{Array2, array};

const BACKGROUND: [u8; 3] = [26, 26, 38];

/// Two cells of 2 x 2 pixels with a gap of one; the tile shows image 2, then image 0 as padding.
fn small() -> (Tile, Raster, Array2<f32>) {
    let tile = Tile::new(Layout::new(1, 2).cell_size(2, 2).gap(1), 0, vec![2, 0])
        .unwrap()
        .with_padding(&[1])
        .unwrap();
    let images = array![[0.0, 10.0, 20.0, f32::NAN], [9e9, 9e9, 9e9, 9e9], [0.0, 2.0, 4.0, 1.0]];
    (tile, Raster::rectangular(2, 2, 2, 2).unwrap(), images)
}

fn pixel(montage: &Montage, x: usize, y: usize) -> [u8; 3] {
    let start = 3 * (y * montage.width() as usize + x);
    montage.rgb()[start..start + 3].try_into().unwrap()
}

#[test]
fn a_montage_draws_values_by_the_contrast() {
    let (tile, raster, images) = small();
    let draw = |contrast| Montage::of(&tile, &raster, images.view(), contrast, Palette::Grey).unwrap();
    let greys = |montage: &Montage| -> Vec<u8> {
        [(0, 0), (1, 0), (0, 1), (1, 1), (3, 0), (4, 0), (3, 1)]
            .map(|(x, y)| pixel(montage, x, y)[0])
            .to_vec()
    };
    let each = draw(Contrast::PerImage);
    assert_eq!((each.width(), each.height(), each.rgb().len()), (5, 2, 30));
    assert_eq!(greys(&each), [0, 128, 255, 64, 0, 128, 255]);
    assert_eq!(greys(&draw(Contrast::PerTile)), [0, 26, 51, 13, 0, 128, 255]);
    assert_eq!(greys(&draw(Contrast::Range { low: 2.0, high: 10.0 })), [0, 0, 64, 0, 0, 255, 255]);
    assert_eq!(Contrast::global(images.view()), Contrast::Range { low: 0.0, high: 9e9 });
    assert_eq!(Contrast::global(array![[f32::NAN]].view()), Contrast::Range { low: 0.0, high: 0.0 });
    // The gap and the value that is not a number.
    assert_eq!([pixel(&each, 2, 0), pixel(&each, 4, 1)], [BACKGROUND; 2]);
}

#[test]
fn extreme_and_constant_images_are_drawn() {
    let tile = Tile::new(Layout::square(1).cell_size(4, 1), 0, vec![0]).unwrap();
    let raster = Raster::rectangular(1, 4, 4, 1).unwrap();
    let draw = |row: [f32; 4], palette| {
        let images = Array2::from_shape_vec((1, 4), row.to_vec()).unwrap();
        let montage = Montage::of(&tile, &raster, images.view(), Contrast::PerImage, palette).unwrap();
        (0..4).map(|x| pixel(&montage, x, 0)).collect::<Vec<_>>()
    };
    assert_eq!(draw([5.0; 4], Palette::Grey), [[0; 3]; 4]);
    assert_eq!(
        draw([f32::MIN, f32::MAX, f32::INFINITY, f32::NEG_INFINITY], Palette::Grey),
        [[0; 3], [255; 3], [255; 3], [0; 3]]
    );
    // Ends of viridis in matplotlib: (68, 1, 84) and (253, 231, 37).
    let viridis = draw([0.0, 0.0, 1.0, 1.0], Palette::Viridis);
    assert_eq!((viridis[0], viridis[3]), ([68, 1, 84], [253, 231, 37]));
}

#[test]
fn marks_frame_cells_and_padding_is_dimmed_once() {
    let tile = Tile::new(Layout::new(1, 2).cell_size(48, 48), 0, vec![0, 0]).unwrap();
    let raster = Raster::rectangular(1, 1, 48, 48).unwrap();
    let images = array![[1.0_f32]];
    let white = Contrast::Range { low: 0.0, high: 1.0 };
    let plain = Montage::of(&tile, &raster, images.view(), white, Palette::Grey).unwrap();
    let marked = plain.clone().mark(&[0]).unwrap();
    let frame = [255, 64, 48];
    assert_eq!([(0, 0), (47, 47), (1, 24), (24, 46)].map(|(x, y)| pixel(&marked, x, y)), [frame; 4]);
    assert_eq!([(2, 2), (24, 24), (48, 0), (95, 47)].map(|(x, y)| pixel(&marked, x, y)), [[255; 3]; 4]);
    let dimmed = plain.clone().dim_padding();
    assert_eq!([pixel(&dimmed, 0, 0), pixel(&dimmed, 60, 7)], [[255; 3], [140, 140, 146]]);
    assert_eq!(dimmed.clone().dim_padding(), dimmed);
    assert_eq!(plain.mark(&[2]), Err(Error::CellOutOfRange { cell: 2, n_cells: 2 }));
}

#[test]
fn a_written_png_holds_the_pixels_and_leaves_nothing_beside_it() {
    let (tile, raster, images) = small();
    let montage = Montage::of(&tile, &raster, images.view(), Contrast::PerImage, Palette::Viridis).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tile.png");
    std::fs::write(&path, "an older file").unwrap();
    montage.write_png(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read(&path).unwrap(), montage.to_png().unwrap());
    let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
    let mut png = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; png.output_buffer_size().unwrap()];
    let frame = png.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (montage.width(), montage.height()));
    assert_eq!((frame.color_type, frame.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    assert_eq!(pixels, montage.rgb());

    let missing = folder.path().join("nowhere").join("tile.png");
    let error = montage.write_png(&missing).unwrap_err();
    assert_eq!(error, Error::Write { path: missing, kind: std::io::ErrorKind::NotFound });
    // A folder stands in the way of the rename: no temporary file may stay.
    std::fs::create_dir(folder.path().join("taken.png")).unwrap();
    assert!(matches!(montage.write_png(folder.path().join("taken.png")), Err(Error::Write { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn malformed_montages_are_named_errors() {
    let (tile, raster, images) = small();
    let draw = |tile: &Tile, raster: &Raster, images: &Array2<f32>, contrast| {
        Montage::of(tile, raster, images.view(), contrast, Palette::Grey).unwrap_err()
    };
    let other_cell = Raster::rectangular(2, 2, 3, 2).unwrap();
    assert_eq!(
        draw(&tile, &other_cell, &images, Contrast::PerTile),
        Error::CellSize { got: (3, 2), want: (2, 2) }
    );
    let other_values = Raster::rectangular(3, 2, 2, 2).unwrap();
    assert_eq!(draw(&tile, &other_values, &images, Contrast::PerTile), Error::ValueCount { got: 4, want: 6 });
    let few = images.slice(ndarray::s![..2, ..]).to_owned();
    assert_eq!(draw(&tile, &raster, &few, Contrast::PerTile), Error::NoImage { image: 2, n_images: 2 });
    for (low, high) in [(1.0, 0.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
        let error = draw(&tile, &raster, &images, Contrast::Range { low, high });
        assert!(matches!(error, Error::Contrast { .. }), "{error}");
    }
}
