//! Health of an account, value of collateral, and the bounds on a collateral's parameters.

use alloy_primitives::U256;
use breakwater_fixed_point::{
    mul_div_down, mul_div_up, wad_div_down, wad_div_up, wad_mul_up, PRICE_SCALE, WAD,
};

/// Least distance between the target health and `λ·k`: 2 %, in WAD. It bounds the size of a lot, `(H* − HF)/(H* − λ·k)` of the debt.
pub const MIN_TARGET_GAP: U256 = U256::from_limbs([20_000_000_000_000_000, 0, 0, 0]);

/// Greatest part of the least threshold that may be borrowed: 98 %, in WAD. An account opened at the edge is not at once at the
/// edge of liquidation, wherever volatility moves the threshold.
pub const MAX_LTV_SHARE: U256 = U256::from_limbs([980_000_000_000_000_000, 0, 0, 0]);

/// The parameters of a collateral that bind each other; all in WAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollateralParameters {
    /// Share of the collateral's value that may be borrowed at most.
    pub borrow_ltv: U256,
    /// Liquidation threshold λ: share of the value that counts as capacity.
    pub liquidation_threshold: U256,
    /// Penalty at health 1.
    pub penalty_min: U256,
    /// Highest penalty.
    pub penalty_max: U256,
    /// Lot buffer b: what the auction's price may fall below the oracle's before a lot raises less than its debt and penalty.
    pub lot_buffer: U256,
}

/// Why a collateral's parameters are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterError {
    /// The lot buffer is 1 or more.
    LotBufferTooLarge,
    /// The lowest penalty is above the highest.
    PenaltiesOutOfOrder,
    /// The target health is 1 or less.
    TargetHealthTooLow,
    /// `λ·k ≥ 1`: at health 1 a liquidation would not improve health.
    ThresholdTooHigh,
    /// `H* − λ·k` is under [`MIN_TARGET_GAP`].
    TargetTooClose,
    /// `borrowLtv ≥ λ`: an account could be opened at the edge of liquidation.
    BorrowLtvTooHigh,
}

/// Lot factor `k = (1 + p_max)/(1 − b)` in WAD, rounded up: value of collateral put up for sale for each unit of debt.
/// `None` if `b ≥ 1`.
#[must_use]
pub fn lot_factor(penalty_max: U256, lot_buffer: U256) -> Option<U256> {
    wad_div_up(WAD.checked_add(penalty_max)?, WAD.checked_sub(lot_buffer)?)
}

/// Value of `amount` base units of a token at `price`, in base units of the loan asset, rounded down: collateral counts.
#[must_use]
pub fn value(amount: U256, price: U256) -> Option<U256> {
    mul_div_down(amount, price, PRICE_SCALE)
}

/// Value of `amount` base units of a token at `price`, in base units of the loan asset, rounded up: what a buyer pays.
#[must_use]
pub fn value_up(amount: U256, price: U256) -> Option<U256> {
    mul_div_up(amount, price, PRICE_SCALE)
}

/// Health factor `capacity/debt` in WAD, rounded down; `U256::MAX` without debt, and where it does not fit. At least 1 in WAD
/// exactly if [`is_healthy`].
#[must_use]
pub fn health_factor(debt: U256, capacity: U256) -> U256 {
    wad_div_down(capacity, debt).unwrap_or(U256::MAX)
}

/// Whether `capacity = Σ v_i·λ_i` (rounded down) bears `debt` (rounded up): `debt ≤ capacity`.
#[must_use]
pub fn is_healthy(debt: U256, capacity: U256) -> bool {
    debt <= capacity
}

/// Whether `borrow_ltv ≤ 98 %·λ_min`.
#[must_use]
pub fn is_ltv_within(borrow_ltv: U256, threshold_min: U256) -> bool {
    mul_div_down(threshold_min, MAX_LTV_SHARE, WAD).is_some_and(|limit| borrow_ltv <= limit)
}

/// Checks the bounds that make liquidation work (design, 3): `b < 1`, `p_min ≤ p_max`, `H* > 1`, `λ·k < 1`,
/// `H* − λ·k ≥ 2 %`, `borrowLtv < λ`. `λ·k` is rounded up.
///
/// # Errors
///
/// The first bound, in this order, that does not hold.
pub fn check_collateral(
    parameters: &CollateralParameters,
    target_health: U256,
) -> Result<(), ParameterError> {
    let factor = lot_factor(parameters.penalty_max, parameters.lot_buffer)
        .ok_or(ParameterError::LotBufferTooLarge)?;
    if parameters.penalty_min > parameters.penalty_max {
        return Err(ParameterError::PenaltiesOutOfOrder);
    }
    if target_health <= WAD {
        return Err(ParameterError::TargetHealthTooLow);
    }
    let product = wad_mul_up(parameters.liquidation_threshold, factor).unwrap_or(U256::MAX);
    if product >= WAD {
        return Err(ParameterError::ThresholdTooHigh);
    }
    if target_health.saturating_sub(product) < MIN_TARGET_GAP {
        return Err(ParameterError::TargetTooClose);
    }
    if parameters.borrow_ltv >= parameters.liquidation_threshold {
        return Err(ParameterError::BorrowLtvTooHigh);
    }
    Ok(())
}
