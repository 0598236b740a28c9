//! The efficiency study: closed forms of Moallemi and Robinson, "Loss-Versus-Fair: Efficiency of Dutch Auctions on Blockchains"
//! (2024), against simulated auctions that ask what the auction's own curve asks, and the default decay that follows from them.
//! Derivations and the figure are in `docs/efficiency.md`.
//!
//! Seeds are fixed: a run gives the same figures each time. The bands are of 3.89 standard errors, two-sided confidence of 99.99 %.

#[path = "../study/figure.rs"]
mod figure;
#[path = "../study/model.rs"]
mod model;

use alloy_primitives::U256;
use breakwater_risk::curve::{volatility_decay, DEFAULT_VOLATILITY_MULTIPLIER};
use model::{on_arbitrum, simulate, Auction, Blocks, YEAR};

/// Standard errors of the confidence band.
const BAND: f64 = 3.89;

/// Decays over the knee `σ·√(2/Δ)`, from slow, where volatility makes the loss, to quick, where the price's own fall does.
const KAPPAS: [f64; 4] = [0.1, 0.5, 0.75, 3.0];

fn auction(kappa: f64, volatility: f64, block_time: f64, start: f64) -> Auction {
    Auction {
        start,
        decay: kappa * volatility * (2.0 / block_time).sqrt(),
        volatility,
        block_time,
    }
}

#[test]
fn simulated_losses_are_those_of_the_closed_form() {
    // A block of one unit, and of twelve: of seconds, say. Volatilities of 0.1 % to 2 % a root of a unit.
    let mut seed = 1;
    for (volatility, block_time) in [(0.001, 1.0), (0.02, 1.0), (0.003, 12.0)] {
        for kappa in KAPPAS {
            let auction = auction(kappa, volatility, block_time, 0.0);
            let loss = simulate(&auction, Blocks::Poisson, 2_000, seed).loss;
            let expected = auction.expected_loss();
            assert!(
                loss.agrees_with(expected, BAND),
                "{auction:?}: {loss:?}, the formula says {expected}"
            );
            // A band so wide that it holds anything would prove nothing.
            assert!(BAND * loss.error < expected / 10.0);
            seed += 1;
        }
    }
}

#[test]
fn the_loss_does_not_depend_on_where_the_price_starts() {
    for (seed, start) in [(31, 0.01), (32, 0.04)] {
        let auction = auction(0.75, 0.004, 1.0, start);
        let loss = simulate(&auction, Blocks::Poisson, 2_000, seed).loss;
        assert!(loss.agrees_with(auction.expected_loss(), BAND));
    }
}

#[test]
fn simulated_times_to_fill_are_those_of_the_closed_form() {
    let mut seed = 51;
    for (volatility, block_time, start) in
        [(0.004, 1.0, 0.02), (0.01, 3.0, 0.05), (0.003, 1.0, 0.0)]
    {
        for kappa in [0.3, 0.75, 2.0] {
            let auction = auction(kappa, volatility, block_time, start);
            let time = simulate(&auction, Blocks::Poisson, 2_000, seed).time;
            let expected = auction.expected_time();
            assert!(
                time.agrees_with(expected, BAND),
                "{auction:?}: {time:?}, the formula says {expected}"
            );
            assert!(BAND * time.error < expected / 5.0);
            seed += 1;
        }
    }
}

// Blocks at equal gaps, as the sequencer makes them, lose less than blocks at random if the price starts above fair: the formula is
// on the safe side. (From exactly fair they lose as much where the decay is slow.)
#[test]
fn regular_blocks_lose_less_than_the_closed_form_says() {
    for (seed, kappa) in [(71, 0.1), (72, 0.75), (73, 3.0)] {
        let auction = auction(kappa, 0.004, 1.0, 0.01);
        let loss = simulate(&auction, Blocks::Regular, 2_000, seed).loss;
        assert!(loss.mean + BAND * loss.error < auction.expected_loss());
    }
}

/// Loss at `κ` over the least loss that any decay can reach, both where one block's volatility is small.
fn loss_over_least(kappa: f64) -> f64 {
    let volatility = 1e-6;
    let at = |kappa: f64| auction(kappa, volatility, 1.0, 0.0).expected_loss();
    at(kappa) / at(1e-9)
}

// `docs/efficiency.md`, 4: κ = (m − 1/m)/2 makes the loss m times the least; m = 2 gives κ = 3/4.
#[test]
fn the_default_decay_makes_the_loss_twice_the_least() {
    for multiple in [1.25_f64, 1.5, 2.0, 3.0, 5.0] {
        let kappa = (multiple - 1.0 / multiple) / 2.0;
        assert!((loss_over_least(kappa) / multiple - 1.0).abs() < 1e-5);
    }
    let kappa = 0.75;
    assert!((loss_over_least(kappa) - 2.0).abs() < 1e-5);
    let multiplier = DEFAULT_VOLATILITY_MULTIPLIER as f64 / 1e18;
    assert!((multiplier - kappa * (2.0 / model::CLOCK).sqrt()).abs() < 1e-12);
}

#[test]
fn the_default_for_a_given_volatility_is_what_the_contract_computes() {
    for percent in [25_u64, 50, 80, 100, 200, 400] {
        let volatility = percent as f64 / 100.0;
        let auction = on_arbitrum(
            DEFAULT_VOLATILITY_MULTIPLIER as f64 / 1e18,
            volatility,
            1.02,
        );
        let decay = volatility_decay(
            DEFAULT_VOLATILITY_MULTIPLIER,
            U256::from(percent) * U256::from(10_u64.pow(16)),
            0,
            u64::MAX,
        );
        let computed = -(-(decay as f64) / 1e18).ln_1p();
        assert!((computed / auction.decay - 1.0).abs() < 1e-9);
        // Twice σ·√(Δ/2), to the small terms.
        let least = volatility / YEAR.sqrt() * (model::CLOCK / 2.0).sqrt();
        assert!((auction.expected_loss() / least - 2.0).abs() < 0.01);
    }
}

#[test]
fn the_figure_in_the_documentation_is_the_one_that_the_command_draws() {
    let drawn = std::fs::read_to_string("docs/efficiency.svg").unwrap();
    assert_eq!(
        drawn,
        figure::svg(1.02),
        "`cargo run -p breakwater-risk --example efficiency` draws it"
    );
}
