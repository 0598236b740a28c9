//! How much of an account is sold, for how much debt, and at what penalty.
//!
//! Notation: `D` debt, `B = Σ v_i·λ_i` capacity, `HF = B/D`, `H*` target health, and of a collateral `j`: `v` its value, `λ` its
//! threshold, `k` its lot factor. Selling a lot for debt `x` moves value `x·k` out of the account and `x` off its debt.
//!
//! That the size restores `H*`, that a token to sell exists and that selling it improves health is proved, with what rounding
//! takes from it, in `docs/liquidation.md` of this crate: by hand, by z3 and over all small numbers (`tests/proofs.rs`).

use alloy_primitives::U256;
use breakwater_fixed_point::{
    mul, mul_div_down, mul_div_up, mul_less, wad_mul_down, PRICE_SCALE, WAD,
};

use crate::margin::health_factor;

/// What the size of a lot depends on. Values in the loan asset, ratios in WAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeInput {
    /// The account's debt `D`, rounded up.
    pub debt: U256,
    /// Its capacity `B`, rounded down.
    pub capacity: U256,
    /// Target health `H*`, above 1.
    pub target_health: U256,
    /// Threshold `λ` of the token to sell.
    pub liquidation_threshold: U256,
    /// Its lot factor `k`.
    pub lot_factor: U256,
    /// Value `v` of the account's collateral in it.
    pub token_value: U256,
    /// Debt that may still be put up for sale in the market.
    pub room: U256,
    /// Debt that the caller wants sold at most.
    pub max_repay: U256,
    /// Least debt of a lot worth selling.
    pub min_lot: U256,
    /// Least debt that an account may have.
    pub min_debt: U256,
}

/// Why no lot can be sold, in the order in which it is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeError {
    /// `λ·k ≥ HF`: selling this token would not improve health. Of a solvent account, another token does.
    HealthWouldNotImprove,
    /// The caller's limit is under the least lot.
    BelowMinLot,
    /// The token is not worth a unit of debt.
    NothingToSell,
    /// Too much is up for sale already.
    NoRoom,
    /// The account has the target health already: nothing needs to be sold.
    AtTarget,
}

/// Penalty rate in WAD: `min(p_max, p_min + (1 − HF))`, one for one with the shortfall of health, so never lower for a worse account.
/// From health 1 up it is `p_min`. The health factor is rounded down.
#[must_use]
pub fn penalty_rate(penalty_min: U256, penalty_max: U256, debt: U256, capacity: U256) -> U256 {
    let shortfall = WAD.saturating_sub(health_factor(debt, capacity));
    penalty_min.saturating_add(shortfall).min(penalty_max)
}

/// Debt `x` to be sold against the token: what brings the account to its target health, within clamps.
///
/// After `x`, health is `(B − λ·k·x)/(D − x)`. It equals `H*` for `x = (H*·D − B)/(H* − λ·k)`, which is rounded up; then
/// `x = max(x, min_lot)`, so that a shortfall under the least lot can be sold too (L2), and then at most `D`, `⌊v/k⌋`, `room` and `max_repay`.
///
/// A remainder of debt under `min_debt` is not left while the token can pay: `x` grows to `min(D, ⌊v/k⌋)`, by less than `min_debt`,
/// beyond `room` and `max_repay` if need be (V9).
///
/// * L3: `(B − λkx)/(D − x) > B/D ⟺ B > λkD`, the first condition: health strictly improves. It does not pass `H*` but where the
///   least lot, the last remainder or rounding made `x` greater than the formula's. The lot that sells the last of a token takes the
///   whole balance, worth up to `k` units more than `x·k`: the improvement is certain once `x·(HF − λk) ≥ λk`.
/// * L5: `λkD < B` means that if this token is all there is, `B = λv`, then `D < v/k`: its sale clears the debt. If debt
///   remains after the whole balance, there is other collateral.
/// * L6: `D − Σ v_i/k_i` is unchanged by a sale at today's price; at a lower price it is lower by what `x·k` would have lost.
///
/// # Errors
///
/// In the order of [`SizeError`]; `AtTarget` after `NoRoom`. A lot of a size below `min_lot` comes only from `D` or
/// `⌊v/k⌋` being below it: a small last piece can always be sold. Debts up to 2^190 are exact.
pub fn size(input: &SizeInput) -> Result<U256, SizeError> {
    let SizeInput {
        debt,
        capacity,
        target_health,
        room,
        max_repay,
        min_lot,
        ..
    } = *input;
    // λ·k in WAD², as is H*: no rounding in between.
    let product = mul(input.liquidation_threshold, input.lot_factor)
        .filter(|&product| mul_less(product, debt, capacity, PRICE_SCALE))
        .ok_or(SizeError::HealthWouldNotImprove)?;
    if max_repay < min_lot {
        return Err(SizeError::BelowMinLot);
    }
    let available = mul_div_down(input.token_value, WAD, input.lot_factor).unwrap_or(U256::ZERO);
    if available.is_zero() {
        return Err(SizeError::NothingToSell);
    }
    let sellable = available.min(debt);
    if room < min_lot.min(sellable) {
        return Err(SizeError::NoRoom);
    }
    let missing = saturating_mul(target_health, debt).saturating_sub(saturating_mul(capacity, WAD));
    if missing.is_zero() {
        return Err(SizeError::AtTarget);
    }
    // missing > 0 means HF < H*, and λ·k < HF: the divisor is positive.
    let gap = saturating_mul(target_health, WAD).saturating_sub(product);
    let needed = mul_div_up(missing, WAD, gap).unwrap_or(U256::MAX);
    let repay = needed.max(min_lot).min(sellable).min(room).min(max_repay);
    let rest = debt.saturating_sub(repay);
    if !rest.is_zero() && rest < input.min_debt {
        return Ok(sellable);
    }
    if repay.is_zero() {
        // No least lot, and no room or nothing asked for.
        return Err(if room.is_zero() {
            SizeError::NoRoom
        } else {
            SizeError::BelowMinLot
        });
    }
    Ok(repay)
}

fn saturating_mul(a: U256, b: U256) -> U256 {
    mul(a, b).unwrap_or(U256::MAX)
}

/// Collateral, in base units, that goes up for sale for debt `x`: `⌊x·k/price⌋`, at most `balance`; the whole
/// balance when `x` is all that the token can pay (`available = ⌊v/k⌋`), so that no dust stays (L7). `None` if the price is 0.
#[must_use]
pub fn lot_amount(
    x: U256,
    lot_factor: U256,
    price: U256,
    balance: U256,
    available: U256,
) -> Option<U256> {
    if price.is_zero() {
        return None;
    }
    if x >= available {
        return Some(balance);
    }
    // x·k is in WAD; times 1e36/1e18. What does not fit is more than any balance.
    let amount = mul(x, lot_factor)
        .and_then(|value| mul_div_down(value, WAD, price))
        .unwrap_or(U256::MAX);
    Some(amount.min(balance))
}

/// Debt that a token can pay at its lot factor: `⌊v/k⌋`; 0 if `k` is 0.
#[must_use]
pub fn payable(token_value: U256, lot_factor: U256) -> U256 {
    mul_div_down(token_value, WAD, lot_factor).unwrap_or(U256::ZERO)
}

/// Whether an account can't pay its debt by lots: `Σ ⌊v_i/k_i⌋ ≤ D`, with `recoverable` the sum of [`payable`].
///
/// Equality counts: at `Σ v_i/k_i = D` every token may have `λ_i·k_i = HF`, and no sale would improve health. Strictly above, one has
/// `λ_i·k_i < HF` (else `B ≥ HF·Σ v_i/k_i > HF·D = B`), but for the units lost in rounding `B` down: `n/HF` of them for `n` tokens.
#[must_use]
pub fn insolvent(recoverable: U256, debt: U256) -> bool {
    !debt.is_zero() && recoverable <= debt
}

/// At what an insolvent account's claim is carried: `min(D, ⌊Σ v_i·(1 − discount)⌋)`, the debt with its reward at most, and the
/// value of its collateral less the discount at which the fund takes lots. The rest of the debt is a loss.
#[must_use]
pub fn closing_carrying(
    debt_plus_reward: U256,
    total_value: U256,
    backstop_discount: U256,
) -> U256 {
    wad_mul_down(total_value, WAD.saturating_sub(backstop_discount))
        .unwrap_or(U256::MAX)
        .min(debt_plus_reward)
}

/// A lot of an account in closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosingLot {
    /// Debt that it uses room for.
    pub debt: U256,
    /// Collateral, in base units.
    pub amount: U256,
}

/// The next lot of an account in closing: what fits `room` of `⌊v/k⌋`, the whole balance if that fits. `None` if the price
/// or the room is 0. A balance that is not worth a unit of debt comes whole, with debt 0: dust, for the fund.
#[must_use]
pub fn closing_lot(
    token_value: U256,
    lot_factor: U256,
    price: U256,
    room: U256,
    balance: U256,
) -> Option<ClosingLot> {
    let available = payable(token_value, lot_factor);
    if room.is_zero() && !available.is_zero() {
        return None;
    }
    let debt = available.min(room);
    Some(ClosingLot {
        debt,
        amount: lot_amount(debt, lot_factor, price, balance, available)?,
    })
}

/// Pay of the keeper who starts a lot of debt `x`: `min(tip + chip·x, penalty/2)`, rounded down; 0 for a lot under `min_lot` (A5).
/// `chip` is in WAD, the rest in the loan asset.
#[must_use]
pub fn reward(tip: U256, chip: U256, x: U256, penalty: U256, min_lot: U256) -> U256 {
    if x < min_lot {
        return U256::ZERO;
    }
    let share = wad_mul_down(chip, x).unwrap_or(U256::MAX);
    tip.saturating_add(share).min(penalty.wrapping_shr(1))
}
