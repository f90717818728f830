//! How fast an export is read: `throughput EXPORT.csv CONFIG.toml [repeats]` prints JSON with seconds, bytes and votes.

use std::{env, error::Error, fs, io, time::Instant};

use manyhands_zooniverse::{Config, Extracts, Question};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [export, config, rest @ ..] = args.as_slice() else {
        return Err("wants EXPORT.csv CONFIG.toml [repeats]".into());
    };
    let repeats: usize = rest.first().map_or(Ok(1), |n| n.parse())?;
    let params = Extracts::params(Config::from_toml(&fs::read_to_string(config)?)?);
    let bytes = fs::metadata(export)?.len();
    for _ in 0..repeats {
        let begin = Instant::now();
        let extracts = params.read(fs::File::open(export)?, io::sink())?;
        let seconds = begin.elapsed().as_secs_f64();
        let votes: usize = extracts.questions().iter().map(Question::n_votes).sum();
        let quality = extracts.quality();
        println!(
            "{{\"seconds\": {seconds:.4}, \"bytes\": {bytes}, \"mb_per_s\": {:.1}, \"rows\": {}, \"kept\": {}, \"votes\": {votes}, \"peak_rss_mb\": {}}}",
            bytes as f64 / 1e6 / seconds,
            quality.n_rows,
            quality.n_kept,
            peak_rss_mb(),
        );
    }
    Ok(())
}

/// The most memory held so far, where the system tells.
fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
