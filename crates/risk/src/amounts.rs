//! Three amounts of at most 128 bits in one word as long as they are small, which they nearly always are, and in two otherwise.
//!
//! The word holds the low bits of each amount, the same number of bits for all; the second word holds what is above them. While that is
//! nothing the second word need neither be read nor written, so the first must say (in a bit of its own) whether it counts.

use alloy_primitives::U256;

/// Bits of a limb of a word.
const LIMB: u32 = 64;

/// Packs amounts by their low `64 + bits` bits, `bits` at most 21. Lowest first in the first word: 64 bits of each, then `bits` of each, then
/// `64 − 3·bits` that are left 0 for the caller. `None` if an amount has more than 128 bits.
#[must_use]
pub fn pack(amounts: [U256; 3], bits: u32) -> Option<(U256, U256)> {
    let [a, b, c] = amounts.map(U256::into_limbs);
    let mut top = 0_u64;
    let mut above = [0_u64; 4];
    let mut place = 0_u32;
    for (amount, above) in [a, b, c].into_iter().zip(&mut above) {
        let [_, high, rest @ ..] = amount;
        if rest != [0, 0] {
            return None;
        }
        top |= (high & mask(bits)).wrapping_shl(place);
        *above = high.wrapping_shr(bits);
        place = place.saturating_add(bits);
    }
    let ([a, ..], [b, ..], [c, ..]) = (a, b, c);
    Some((U256::from_limbs([a, b, c, top]), U256::from_limbs(above)))
}

/// The amounts of two words that [`pack`] made; a second word of 0 if it does not count. Bits of the first word that are the caller's are
/// ignored.
#[must_use]
pub fn unpack(word: U256, above: U256, bits: u32) -> [U256; 3] {
    let [a, b, c, top] = word.into_limbs();
    let [above_a, above_b, above_c, _] = above.into_limbs();
    let amount = |low: u64, place: u32, above: u64| {
        let high = (top.wrapping_shr(place) & mask(bits)) | above.wrapping_shl(bits);
        U256::from_limbs([low, high, 0, 0])
    };
    [
        amount(a, 0, above_a),
        amount(b, bits, above_b),
        amount(c, bits.saturating_mul(2), above_c),
    ]
}

/// The low bits of a limb.
const fn mask(bits: u32) -> u64 {
    u64::MAX.wrapping_shr(LIMB.wrapping_sub(bits))
}
