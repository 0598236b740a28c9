//! Prices and bounds in fewer bits than a word: a mantissa and, in the lowest byte, how far it was shifted.

use alloy_primitives::U256;

/// `value` to 64 significant bits, rounded down, in 72 bits: the error is under 2^-63 of it. 0 is 0.
#[must_use]
pub fn compact_price(value: U256) -> U256 {
    compact(value, 64)
}

/// `value` to 16 significant bits, rounded down, in 24 bits.
#[must_use]
pub fn compact_bound_down(value: U256) -> u32 {
    let [low, ..] = compact(value, 16).into_limbs();
    low as u32
}

/// `value` to 16 significant bits, rounded up, in 24 bits; `None` if it does not fit.
#[must_use]
pub fn compact_bound_up(value: U256) -> Option<u32> {
    let down = compact_bound_down(value);
    let (mantissa, shift) = (down >> 8, down & 255);
    if expand(U256::from_limbs([u64::from(down), 0, 0, 0])) == value {
        return Some(down);
    }
    // Rounded down, a mantissa has all of its 16 bits; the next may have one more.
    let next = mantissa.saturating_add(1);
    let (next, shift) = if next >> 16 == 0 {
        (next, shift)
    } else {
        (next >> 1, shift.saturating_add(1))
    };
    (shift <= 240).then_some(next << 8 | shift)
}

fn compact(value: U256, bits: usize) -> U256 {
    let shift = value.bit_len().saturating_sub(bits);
    value.wrapping_shr(shift).wrapping_shl(8) | U256::from_limbs([shift as u64, 0, 0, 0])
}

/// The value of a compact number: its lowest 72 bits.
#[must_use]
pub fn expand(compact: U256) -> U256 {
    let [low, high, ..] = compact.into_limbs();
    let mantissa = low >> 8 | high << 56;
    U256::from_limbs([mantissa, 0, 0, 0]).wrapping_shl((low & 255) as usize)
}
