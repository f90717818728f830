//! Values saved and read back.

use manyhands_grid::{Answer, Choice, Clicks, Layout, Tile, Tiler};

#[test]
fn values_survive_saving_and_a_malformed_tile_is_refused() {
    let tiles = Tiler::new(Layout::square(2).gap(3)).seed(1).tile(&[0; 7]).unwrap();
    let saved = serde_json::to_string(&tiles).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Tile>>(&saved).unwrap(), tiles);
    let answer: Answer = serde_json::from_str(r#"{"choice": "MostNegative", "cells": [3, 1, 3]}"#).unwrap();
    assert_eq!(answer, Answer::new(Choice::MostNegative, [1, 3]));
    let clicks = Clicks::new(4, 3, 2, 1);
    assert_eq!(serde_json::from_str::<Clicks>(&serde_json::to_string(&clicks).unwrap()).unwrap(), clicks);

    let short = saved.replacen("\"images\":[", "\"images\":[0,", 1);
    let error = serde_json::from_str::<Vec<Tile>>(&short).unwrap_err().to_string();
    assert!(error.contains("images has 5 cells, but the layout has 4"), "{error}");
}
