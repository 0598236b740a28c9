//! What one take of an auction's lot gets and pays.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up, PRICE_SCALE};

/// Result of a take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Collateral for the taker.
    pub lot_taken: U256,
    /// What the taker pays, in the loan asset.
    pub payment: U256,
}

/// Why a take is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeError {
    /// No lot left, none asked for, or nothing left to raise.
    NothingToTake,
    /// The price is 0: the auction needs a reset, it is not a gift.
    NoPrice,
    /// The take would leave a remainder under the dust limit, and no smaller take would not. The whole lot can always be asked for.
    RemainderIsDust,
    /// A value needs more than 256 bits.
    Overflow,
}

/// Cuts a slice of a lot at `price` (scaled by 1e36).
///
/// `lot`: what is for sale; `limit`: what may still be raised; `max_lot`: what the taker wants at most; `dust`: the least that a
/// remainder may be worth.
///
/// * The payment is always `⌈slice·price/1e36⌉`: never under the price of the moment (A1), and since the sum of parts rounded up is
///   at least the whole rounded up, never more than the same slice costs in parts (A4, V6).
/// * If that exceeds `limit` for what is wanted, the slice is the largest that costs exactly `limit`. Where base units are so
///   dear that none does, it is the smallest that costs more: the payment is then above `limit`, by less than one unit's cost.
///   (Fewer units for the whole `limit` would be dearer than in parts; fewer at their cost would leave less than a unit's cost
///   to raise, which may be dust.)
/// * If both lot and limit remain, both remainders must be worth at least `dust` (A3): the slice is cut until they are.
///
/// # Errors
///
/// See [`TakeError`]. With `max_lot ≥ lot` and a price, a take of an auction that has something left never fails for dust.
pub fn slice(
    lot: U256,
    limit: U256,
    price: U256,
    max_lot: U256,
    dust: U256,
) -> Result<Slice, TakeError> {
    let wanted = lot.min(max_lot);
    if wanted.is_zero() || limit.is_zero() {
        return Err(TakeError::NothingToTake);
    }
    if price.is_zero() {
        return Err(TakeError::NoPrice);
    }
    let cost = |amount: U256| mul_div_up(amount, price, PRICE_SCALE).ok_or(TakeError::Overflow);
    let affordable = |budget: U256| mul_div_down(budget, PRICE_SCALE, price).unwrap_or(U256::MAX);

    let payment = cost(wanted)?;
    if payment > limit {
        // affordable·price ≤ limit·1e36, so it costs at most the limit; one unit more costs more, and so is at most what is wanted.
        let within = affordable(limit);
        let lot_taken = if cost(within)? == limit {
            within
        } else {
            within.saturating_add(U256::ONE)
        };
        return Ok(Slice {
            lot_taken,
            payment: cost(lot_taken)?,
        });
    }
    if payment == limit || wanted == lot {
        return Ok(Slice {
            lot_taken: wanted,
            payment,
        });
    }
    // Both remain. What costs at most `limit − dust` leaves dust to raise; what leaves ⌈dust/price⌉ leaves it in the lot.
    let reserve = mul_div_up(dust, PRICE_SCALE, price).unwrap_or(U256::MAX);
    let lot_taken = wanted
        .min(affordable(limit.saturating_sub(dust)))
        .min(lot.saturating_sub(reserve));
    if lot_taken.is_zero() {
        return Err(TakeError::RemainderIsDust);
    }
    Ok(Slice {
        lot_taken,
        payment: cost(lot_taken)?,
    })
}
