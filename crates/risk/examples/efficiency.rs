//! Draws the trade-off between loss and time to fill, and prints the defaults that follow from it:
//! `cargo run -p breakwater-risk --example efficiency` writes `crates/risk/docs/efficiency.svg`.

#[path = "../study/figure.rs"]
mod figure;
// The test uses what the example does not.
#[allow(dead_code)]
#[path = "../study/model.rs"]
mod model;

use breakwater_risk::curve::DEFAULT_VOLATILITY_MULTIPLIER;
use model::{on_arbitrum, simulate, Blocks};

/// First price over fair.
const BUFFER: f64 = 1.02;

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/efficiency.svg");
    std::fs::write(path, figure::svg(BUFFER))?;
    let multiplier = DEFAULT_VOLATILITY_MULTIPLIER as f64 / 1e18;
    println!("| volatility a year | decay a second | expected loss | simulated | expected time from 2 % over fair | simulated |");
    println!("|---|---|---|---|---|---|");
    for volatility in [0.25, 0.5, 0.8, 1.0, 2.0, 4.0] {
        let auction = on_arbitrum(multiplier, volatility, BUFFER);
        let outcome = simulate(&auction, Blocks::Poisson, 2_000, 7);
        println!(
            "| {:.0} % | {:.5} % | {:.5} % | {:.5} ± {:.5} % | {:.0} s | {:.0} ± {:.0} s |",
            volatility * 100.0,
            auction.decay * 100.0,
            auction.expected_loss() * 100.0,
            outcome.loss.mean * 100.0,
            outcome.loss.error * 100.0,
            auction.expected_time(),
            outcome.time.mean,
            outcome.time.error,
        );
    }
    println!("\nwrote {path}");
    Ok(())
}
