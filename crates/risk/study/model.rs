//! What a Dutch auction on a blockchain loses and how long it takes: the closed forms, and a simulation with the auction's own
//! curve. `docs/efficiency.md` derives the formulas. Shared by the test and by the example that draws the figure.

use alloy_primitives::U256;
use breakwater_risk::{curve::Curve, WAD_U64};

/// An auction of a token whose fair price is a geometric Brownian motion without drift, on a chain with Poisson blocks. Times in
/// one unit, whatever it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Auction {
    /// Log of the first price over the fair price; not negative.
    pub(crate) start: f64,
    /// Log decay of the price, per unit of time.
    pub(crate) decay: f64,
    /// Volatility of the log price, per root of a unit of time.
    pub(crate) volatility: f64,
    /// Mean time between blocks.
    pub(crate) block_time: f64,
}

impl Auction {
    /// Drift of the log of asked over fair price, downward: `δ = λ − σ²/2`.
    pub(crate) fn drift(&self) -> f64 {
        self.decay - self.volatility.powi(2) / 2.0
    }

    /// Rate of the exponential by which the asked price is under the fair one when the lot is sold:
    /// `β = (√(δ² + 2σ²/Δ) − δ)/σ²`.
    pub(crate) fn overshoot_rate(&self) -> f64 {
        let (drift, variance) = (self.drift(), self.volatility.powi(2));
        ((drift.powi(2) + 2.0 * variance / self.block_time).sqrt() - drift) / variance
    }

    /// Expected part of the fair price that the seller loses: `1/(1 + β)`.
    pub(crate) fn expected_loss(&self) -> f64 {
        1.0 / (1.0 + self.overshoot_rate())
    }

    /// Expected time to the sale: `z₀/δ + (Δ/2)·(1 + √(1 + 2σ²/(δ²Δ)))`.
    pub(crate) fn expected_time(&self) -> f64 {
        let (drift, variance) = (self.drift(), self.volatility.powi(2));
        let ratio = 2.0 * variance / (drift.powi(2) * self.block_time);
        self.start / drift + self.block_time / 2.0 * (1.0 + (1.0 + ratio).sqrt())
    }
}

/// How blocks follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocks {
    /// At random, independently: exponential gaps.
    Poisson,
    /// At equal gaps.
    Regular,
}

/// Mean and standard error of a sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Estimate {
    fn of(samples: &[f64]) -> Self {
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let squares: f64 = samples.iter().map(|sample| (sample - mean).powi(2)).sum();
        Self {
            mean,
            error: (squares / (count - 1.0) / count).sqrt(),
        }
    }

    /// Whether `value` is within `errors` standard errors.
    pub(crate) fn agrees_with(&self, value: f64, errors: f64) -> bool {
        (self.mean - value).abs() <= errors * self.error
    }
}

/// Loss and time to fill of simulated auctions.
pub(crate) struct Outcome {
    /// Part of the fair price lost.
    pub(crate) loss: Estimate,
    /// Time to the sale, in the auction's unit.
    pub(crate) time: Estimate,
}

/// Units in which the curve counts time, to one unit of the auction's: the formulas' price falls at every instant.
const TICKS: f64 = 1_000.0;

/// Sells `count` lots: whoever sees the asked price at or under the fair one in a block buys. The price asked is [`Curve::price`] with
/// the decay a tick in WAD.
pub(crate) fn simulate(auction: &Auction, blocks: Blocks, count: usize, seed: u64) -> Outcome {
    let mut random = fastrand::Rng::with_seed(seed);
    let curve = Curve::Exponential {
        // 1 less a small number, in full precision.
        factor_per_second: WAD_U64 - (-(-auction.decay / TICKS).exp_m1() * 1e18) as u64,
    };
    // The fair price at the start is 1e36.
    let unit = 1e36;
    let top = U256::from((auction.start.exp() * 1e18) as u128) * U256::from(10_u64.pow(18));
    let (mut losses, mut times) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (mut time, mut fair) = (0.0, 0.0_f64);
        loop {
            let gap = match blocks {
                Blocks::Poisson => -(1.0 - random.f64()).ln() * auction.block_time,
                Blocks::Regular => auction.block_time,
            };
            time += gap;
            let step = auction.volatility * gap.sqrt() * normal(&mut random);
            fair += step - auction.volatility.powi(2) / 2.0 * gap;
            let asked = f64::from(curve.price(top, (time * TICKS).round() as u64)) / unit;
            let worth = fair.exp();
            if asked <= worth {
                losses.push(1.0 - asked / worth);
                times.push(time);
                break;
            }
        }
    }
    Outcome {
        loss: Estimate::of(&losses),
        time: Estimate::of(&times),
    }
}

/// A standard normal number, by Box and Muller.
fn normal(random: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

/// Seconds of a year, by which volatilities are annualised.
pub(crate) const YEAR: f64 = 31_536_000.0;

/// Time between the moments at which an auction's price falls on Arbitrum, seconds: timestamps are whole seconds, blocks are quicker.
pub(crate) const CLOCK: f64 = 1.0;

/// An auction from `buffer` over fair, with a decay of `multiplier·volatility/√year` a second; `volatility` annualised.
pub(crate) fn on_arbitrum(multiplier: f64, volatility: f64, buffer: f64) -> Auction {
    let volatility = volatility / YEAR.sqrt();
    Auction {
        start: buffer.ln(),
        decay: -(-multiplier * volatility).ln_1p(),
        volatility,
        block_time: CLOCK,
    }
}
