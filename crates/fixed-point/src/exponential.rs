//! The exponential, the logarithm and real powers.

use alloy_primitives::U256;

use crate::{
    mul_div_down,
    multiply_divide::{multiply_add, shifted},
    WAD, WAD_U64,
};

/// `floor(ln(2)·2^96)`.
const LN_2_Q96: i128 = 54_916_777_467_707_473_351_141_471_128;
/// `floor(ln(2)·2^36)`, for an estimate on machine words.
const LN_2_Q36: i64 = (LN_2_Q96 >> 60) as i64;
/// 2^96, the scale of the argument's reduction and of the logarithm.
const Q96: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);
/// The least argument, in WAD, at which `e^x·1e18` needs more than 256 bits: `ceil(ln(2^256/1e18)·1e18)`.
const EXP_SATURATES: i128 = 135_999_146_549_453_176_899;
/// The greatest argument, in WAD, at which `e^x·1e18` is below 1: `floor(−ln(1e18)·1e18)`.
const EXP_VANISHES: i128 = -41_446_531_673_892_822_313;
/// `floor(ln(1e18)·2^96)`.
const LN_WAD_Q96: i128 = 3_283_732_547_111_784_853_622_338_894_908;
/// Bits after the point of the series for the exponential. Its values, 1 to 2, then need 63 bits.
const SERIES_BITS: u32 = 62;
/// Terms of the series for the exponential: `ln(2)^19/19!` is under 2^-66.
const SERIES_TERMS: u64 = 18;

/// `e^x` in WAD for `x` in WAD, total: `U256::MAX` from `x = 135.999146549453176899`, 0 from `x = −41.446531673892822313` down.
///
/// Let `E` be the exact `e^x·1e18`; the result is above `E·(1 − 2^-59) − 1` and not above `E·(1 + 2^-85)`. It never falls as
/// `x` grows.
///
/// `x = k·ln 2 + r` with `0 ≤ r < ln 2`, so `e^x = 2^k·e^r`; `e^r` by its Taylor series in Horner's form, on 64-bit words, each
/// step rounded down. Each step's error is halved or better by the ones that follow, so they add up to less than 2^-60.
#[must_use]
pub fn exp_wad(x: i128) -> U256 {
    if x >= EXP_SATURATES {
        return U256::MAX;
    }
    if x <= EXP_VANISHES {
        return U256::ZERO;
    }
    // |x| < 2^67 in WAD: under 2^104 here.
    let x = signed(
        x < 0,
        mul_div_down(from_u128(x.unsigned_abs()), Q96, WAD).unwrap_or(U256::ZERO),
    );
    // An estimate of k on machine words, one off at most; then corrected. Not by loops: the compiler makes a division of 128 bits of
    // such a loop, which is a kilobyte and a half of code.
    let mut k = ((x >> 60) as i64).wrapping_div(LN_2_Q36);
    let mut r = x.wrapping_sub(multiples_of_ln_2(k));
    if r < 0 {
        r = r.wrapping_add(LN_2_Q96);
        k = k.wrapping_sub(1);
    }
    if r >= LN_2_Q96 {
        r = r.wrapping_sub(LN_2_Q96);
        k = k.wrapping_add(1);
    }
    let r = (r >> (96 - SERIES_BITS)) as u64;
    const ONE: u64 = 1 << SERIES_BITS;
    let mut sum = ONE;
    let mut term = SERIES_TERMS;
    while term > 0 {
        // sum < 2^63 and r < 2^62: the product is under 2^125.
        let (low, high) = multiply_add(sum, r, 0, 0);
        sum = ONE.wrapping_add(quotient(shifted(high, low, 64 - SERIES_BITS), term));
        term = term.wrapping_sub(1);
    }
    // 2^62 ≤ sum < 2^63, times 1e18 < 2^60: under 2^123.
    let (low, high) = multiply_add(sum, WAD_U64, 0, 0);
    let mantissa = U256::from_limbs([low, high, 0, 0]);
    // Times 2^k/2^62, by the division that is linked anyway. −60 ≤ k ≤ 196.
    let up = power_of_two(k.max(0));
    let down = power_of_two((SERIES_BITS as i64).wrapping_sub(k.min(0)));
    mul_div_down(mantissa, up, down).unwrap_or(U256::MAX)
}

/// `k·floor(ln(2)·2^96)`. By limbs, as a multiplication of 128 bits is half a kilobyte of code with its calls.
fn multiples_of_ln_2(k: i64) -> i128 {
    let (low_limb, high_limb) = (LN_2_Q96 as u64, (LN_2_Q96 >> 64) as u64);
    let (low, high) = multiply_add(low_limb, k as u64, 0, 0);
    // A negative factor was taken for one that is 2^64 more.
    let excess = if k < 0 { low_limb } else { 0 };
    let high = high
        .wrapping_add(high_limb.wrapping_mul(k as u64))
        .wrapping_sub(excess);
    (high as i128) << 64 | low as i128
}

/// `⌊dividend/divisor⌋` of words. Not inlined: next to a product of 128 bits the compiler divides 128 bits, by a kilobyte of code. The
/// divisor is never 0; the alternative is there because nothing here may panic.
#[inline(never)]
fn quotient(dividend: u64, divisor: u64) -> u64 {
    dividend.checked_div(divisor).unwrap_or(0)
}

/// `2^n` for `0 ≤ n < 256`.
pub(crate) fn power_of_two(n: i64) -> U256 {
    let mut limbs = [0; 4];
    if let Some(limb) = limbs.get_mut((n >> 6) as usize) {
        *limb = 1_u64.wrapping_shl(n as u32 & 63);
    }
    U256::from_limbs(limbs)
}

/// `ln(x)` in WAD for `x` in WAD, rounded toward 0; `None` for 0. Off by less than 1 + 2^-26 units; never falls as `x` grows.
///
/// `x = 2^k·m` with `1 ≤ m < 2`, so `ln x = k·ln 2 + ln m`, and `ln m = 2·artanh((m − 1)/(m + 1))` by its series, whose
/// terms fall ninefold or better, to 96 bits.
#[must_use]
pub fn ln_wad(x: U256) -> Option<i128> {
    let k = x.bit_len().checked_sub(1)?;
    // The highest bit to 2^255, then to 2^96: what is cut is under 2^-96 of m.
    let m = x
        .wrapping_shl(255_usize.wrapping_sub(k))
        .wrapping_shr(255 - 96);
    let z = mul_div_down(m.wrapping_sub(Q96), Q96, m.wrapping_add(Q96))?;
    let z_squared = mul_div_down(z, z, Q96)?;
    let mut power = z;
    let mut sum = z;
    let mut divisor = 1_u64;
    while !power.is_zero() {
        power = mul_div_down(power, z_squared, Q96)?;
        divisor = divisor.wrapping_add(2);
        let term = mul_div_down(power, U256::ONE, U256::from_limbs([divisor, 0, 0, 0]))?;
        // All terms together are under ln(2)/2.
        sum = sum.wrapping_add(term);
    }
    // Magnitudes under 2^105.
    let result = signed(false, sum.wrapping_shl(1))
        .wrapping_add(LN_2_Q96.wrapping_mul(k as i128))
        .wrapping_sub(LN_WAD_Q96);
    let magnitude = mul_div_down(from_u128(result.unsigned_abs()), WAD, Q96)?;
    Some(signed(result < 0, magnitude))
}

/// `base^exponent`, all in WAD: `exp(exponent·ln(base))`, saturating like [`exp_wad`]. 0 to a positive power is 0, anything to
/// the power 0 is 1, and 0 to a negative power is `None`.
///
/// With `y` the exponent as a number: relative error under `(|y| + 4)·10^-18`, and 1 unit more at the result's scale. For
/// integer exponents of ratios up to 1, [`crate::pow_wad_down`] is cheaper and bounded from above by the exact power.
#[must_use]
pub fn pow_wad(base: U256, exponent: i128) -> Option<U256> {
    if exponent == 0 {
        return Some(WAD);
    }
    let Some(logarithm) = ln_wad(base) else {
        return (exponent > 0).then_some(U256::ZERO);
    };
    let magnitude = mul_div_down(
        from_u128(logarithm.unsigned_abs()),
        from_u128(exponent.unsigned_abs()),
        WAD,
    )?;
    // What is too large for the exponential may be cut to any value that saturates it.
    let magnitude = magnitude.min(U256::from_limbs([0, 1 << 32, 0, 0]));
    Some(exp_wad(signed(
        (logarithm < 0) != (exponent < 0),
        magnitude,
    )))
}

fn from_u128(value: u128) -> U256 {
    U256::from_limbs([value as u64, (value >> 64) as u64, 0, 0])
}

/// The low 127 bits of `magnitude`, with a sign.
fn signed(negative: bool, magnitude: U256) -> i128 {
    let [low, high, ..] = magnitude.into_limbs();
    let value = ((high as i128) << 64) | low as i128;
    if negative {
        value.wrapping_neg()
    } else {
        value
    }
}
