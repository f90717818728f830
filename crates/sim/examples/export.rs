//! Writes a synthetic classification export: `export ROWS SEED FILE`.

use std::{env, error::Error, fs::File};

use manyhands_sim::QuestionExport;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [rows, seed, file] = args.as_slice() else { return Err("wants ROWS SEED FILE".into()) };
    QuestionExport::new(rows.parse()?).seed(seed.parse()?).write(File::create(file)?)?;
    Ok(())
}
