//! Shares of a pool, with virtual shares and one virtual unit of assets.
//!
//! `shares = assets·(total_shares + virtual_shares)/(total_assets + 1)`, and the inverse. The virtual part belongs to nobody: in an
//! empty pool it makes a donation that moves the share price cost the donor more than it can take from the next depositor
//! (OpenZeppelin's analysis of ERC-4626 inflation). Vault shares and borrow shares both use it.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up};

/// Virtual shares of a Breakwater pool: 1e6, so the first share of an empty pool costs a millionth of a base unit.
pub const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// Shares for `assets`, rounded down: what a deposit mints, or a repayment burns.
#[must_use]
pub fn to_shares_down(
    assets: U256,
    total_assets: U256,
    total_shares: U256,
    virtual_shares: U256,
) -> Option<U256> {
    mul_div_down(
        assets,
        total_shares.checked_add(virtual_shares)?,
        total_assets.checked_add(U256::ONE)?,
    )
}

/// Shares for `assets`, rounded up: what a withdrawal burns, or a loan mints as debt.
#[must_use]
pub fn to_shares_up(
    assets: U256,
    total_assets: U256,
    total_shares: U256,
    virtual_shares: U256,
) -> Option<U256> {
    mul_div_up(
        assets,
        total_shares.checked_add(virtual_shares)?,
        total_assets.checked_add(U256::ONE)?,
    )
}

/// Assets for `shares`, rounded down: what a redemption pays.
#[must_use]
pub fn to_assets_down(
    shares: U256,
    total_assets: U256,
    total_shares: U256,
    virtual_shares: U256,
) -> Option<U256> {
    mul_div_down(
        shares,
        total_assets.checked_add(U256::ONE)?,
        total_shares.checked_add(virtual_shares)?,
    )
}

/// Assets for `shares`, rounded up: what a mint costs, or what is owed on borrow shares.
#[must_use]
pub fn to_assets_up(
    shares: U256,
    total_assets: U256,
    total_shares: U256,
    virtual_shares: U256,
) -> Option<U256> {
    mul_div_up(
        shares,
        total_assets.checked_add(U256::ONE)?,
        total_shares.checked_add(virtual_shares)?,
    )
}
