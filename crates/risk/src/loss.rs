//! Who bears a loss: the fund, by burning its vault shares, then the lenders alike.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up};

/// How a loss is borne.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Vault shares of the fund to burn.
    pub burn_shares: U256,
    /// Part of the loss that burning them makes up for.
    pub covered: U256,
    /// Part that lowers the share price: `covered + shared` is the loss.
    pub shared: U256,
}

/// Splits a `loss` of a pool of `total_assets` (still counting what is lost) and `total_shares` between fund and lenders.
///
/// Burning `⌈(S + S₀)·L/(A + 1)⌉` shares leaves the share price `(A + 1)/(S + S₀)` as it was, rounding in its favour: with `n` the shares
/// burnt, `n/(S + S₀) ≥ L/(A + 1)`, so `(A + 1 − L)/(S + S₀ − n) ≥ (A + 1)/(S + S₀)`. The fund keeps `fund_minimum` shares; what
/// it can burn short of that covers `⌊n·(A + 1)/(S + S₀)⌋`.
#[must_use]
pub fn cover(
    loss: U256,
    total_assets: U256,
    total_shares: U256,
    virtual_shares: U256,
    fund_shares: U256,
    fund_minimum: U256,
) -> Cover {
    let assets = total_assets.saturating_add(U256::ONE);
    let shares = total_shares.saturating_add(virtual_shares);
    let needed = mul_div_up(shares, loss, assets).unwrap_or(U256::MAX);
    let available = fund_shares.saturating_sub(fund_minimum);
    let (burn_shares, covered) = if needed <= available {
        (needed, loss)
    } else {
        let worth = mul_div_down(available, assets, shares).unwrap_or(U256::ZERO);
        (available, worth.min(loss))
    };
    Cover {
        burn_shares,
        covered,
        shared: loss.saturating_sub(covered),
    }
}
