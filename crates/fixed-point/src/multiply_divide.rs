//! `a·b/d` on an exact 512-bit product.
//!
//! Schoolbook multiplication and division (Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithms M and D) on limbs of 64
//! bits. The division of `ruint` links many times as many bytes of WASM, a fifth of what a contract may have; for the same reason contract
//! code does not use the operators `*`, `/` and `%` of [`U256`], nor their checked forms, but what is here.
//!
//! What counts in WASM as it is metered is the number of branches and of memory accesses, more than that of multiplications. So nothing is
//! done for limbs that are 0, one loop serves rows of products and of divisions, and numbers are not shifted to be divided: only the limbs
//! that a digit is estimated by are.

use alloy_primitives::U256;

use crate::WAD;

/// Limbs of a product of two words, with a zero below and one above.
type Product = [u64; 10];

/// The low half of a limb.
const LOW_HALF: u64 = u32::MAX as u64;

/// `a·b + c + d`, low limb and high limb: at most `(2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1`. By halves of limbs, with the sums among them:
/// a multiplication of 128 bits is a call in WASM, by which its results go through memory.
#[inline(always)]
pub(crate) fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let (a_low, a_high) = (a & LOW_HALF, a >> 32);
    let (b_low, b_high) = (b & LOW_HALF, b >> 32);
    // Each at most (2^32 − 1)² + 2·(2^32 − 1) = 2^64 − 1: no overflow.
    let low = a_low
        .wrapping_mul(b_low)
        .wrapping_add(c & LOW_HALF)
        .wrapping_add(d & LOW_HALF);
    let first = a_high
        .wrapping_mul(b_low)
        .wrapping_add(c >> 32)
        .wrapping_add(low >> 32);
    let second = a_low
        .wrapping_mul(b_high)
        .wrapping_add(d >> 32)
        .wrapping_add(first & LOW_HALF);
    let high = a_high
        .wrapping_mul(b_high)
        .wrapping_add(first >> 32)
        .wrapping_add(second >> 32);
    (second << 32 | low & LOW_HALF, high)
}

/// `to + limbs·factor + carry`, cut to the limbs that both have. The one loop behind products and quotients.
#[inline(never)]
fn add_multiple(to: &mut [u64], limbs: &[u64], factor: u64, mut carry: u64) {
    for (to, limb) in to.iter_mut().zip(limbs) {
        (*to, carry) = multiply_add(factor, *limb, *to, carry);
    }
}

/// `a·b`, exactly, from the second limb on.
#[inline(never)]
fn product(result: &mut Product, a: &U256, b: &U256) {
    *result = [0; 10];
    let [b0, b1, b2, b3] = *b.as_limbs();
    // With a zero for the last carry of a row.
    let b = [b0, b1, b2, b3, 0];
    let length = if b2 | b3 == 0 { 3 } else { 5 };
    let b = b.get(..length).unwrap_or(&[]);
    for (offset, limb) in a.as_limbs().iter().enumerate() {
        if *limb == 0 {
            continue;
        }
        if let Some(row) = result.get_mut(offset.wrapping_add(1)..) {
            add_multiple(row, b, *limb, 0);
        }
    }
}

/// `⌊(high·2^64 + low)/divisor⌋` for `high < divisor` with `divisor ≥ 2^63`, by two digits of 32 bits.
#[inline(always)]
fn divide(high: u64, low: u64, divisor: u64) -> u64 {
    // The bit is set already; this says so to the compiler, for which the division then can't fail.
    let (head, tail) = (divisor >> 32 | 1 << 31, divisor & LOW_HALF);
    let mut rest = high;
    let mut quotient = 0_u64;
    for part in [low >> 32, low & LOW_HALF] {
        let mut digit = rest.checked_div(head).unwrap_or(0);
        let mut over = rest.wrapping_sub(digit.wrapping_mul(head));
        // The estimate is 2 too large at most (Knuth, theorem B).
        while over <= LOW_HALF && digit.wrapping_mul(tail) > (over << 32 | part) {
            digit = digit.wrapping_sub(1);
            over = over.wrapping_add(head);
        }
        rest = (rest << 32 | part).wrapping_sub(digit.wrapping_mul(divisor));
        quotient = (quotient << 32).wrapping_add(digit);
    }
    quotient
}

/// The upper of two limbs after a shift to the left by less than 64 bits.
#[inline(always)]
pub(crate) fn shifted(upper: u64, lower: u64, bits: u32) -> u64 {
    upper.wrapping_shl(bits) | (lower >> 1).wrapping_shr(63_u32.wrapping_sub(bits))
}

/// Whether all limbs are 0.
fn is_zero(limbs: &[u64]) -> bool {
    limbs.iter().fold(0, |all, limb| all | limb) == 0
}

/// `a·b/divisor`, rounded as told.
///
/// The limbs are handed on one by one: a [`U256`] goes to a function by its address in memory, and where it is a constant it is in the
/// program's data, which each call of the program pays for.
#[inline(always)]
fn mul_div(a: U256, b: U256, divisor: U256, round_up: bool) -> Option<U256> {
    let [a0, a1, a2, a3] = a.into_limbs();
    let [b0, b1, b2, b3] = b.into_limbs();
    let [d0, d1, d2, d3] = divisor.into_limbs();
    mul_div_limbs(a0, a1, a2, a3, b0, b1, b2, b3, d0, d1, d2, d3, round_up)
}

/// The one body behind every division of this crate. Never inlined, so that it is linked once.
#[allow(clippy::too_many_arguments)]
#[inline(never)]
fn mul_div_limbs(
    a0: u64,
    a1: u64,
    a2: u64,
    a3: u64,
    b0: u64,
    b1: u64,
    b2: u64,
    b3: u64,
    d0: u64,
    d1: u64,
    d2: u64,
    d3: u64,
    round_up: bool,
) -> Option<U256> {
    let mut rest = [0; 10];
    let (a, b) = (
        U256::from_limbs([a0, a1, a2, a3]),
        U256::from_limbs([b0, b1, b2, b3]),
    );
    product(&mut rest, &a, &b);
    // Like a product, with a zero below and one above.
    let divisor = [0, d0, d1, d2, d3, 0];
    // None for a divisor of 0.
    let top = divisor.iter().rposition(|&limb| limb != 0)?;
    let (_, upper) = divisor.split_at_checked(top.wrapping_sub(1))?;
    let [second, first, ..] = upper else {
        return None;
    };
    // Quotients are estimated by the highest 64 bits of the divisor and the 128 bits of the rest that stand above them.
    let bits = first.leading_zeros();
    let highest = shifted(*first, *second, bits);
    // −1 − divisor in as many limbs as are looked at: rest − digit·divisor = rest + digit·(−1 − divisor) + digit.
    let opposite = divisor.map(|limb| !limb);

    // Without the zeros at its top.
    let mut significant = rest.get(..9)?;
    while let [lower @ .., 0] = significant {
        significant = lower;
    }
    let mut quotient = [0_u64; 4];
    for offset in (0..significant.len().saturating_sub(top)).rev() {
        // Two limbs more than the divisor has: one above it, one below.
        let window = rest.get_mut(offset..offset.wrapping_add(top).wrapping_add(2))?;
        let [.., third, second, first] = window else {
            return None;
        };
        let high = shifted(*first, *second, bits);
        let low = shifted(*second, *third, bits);
        // Under the divisor: no digit.
        if high == 0 && low < highest {
            continue;
        }
        let mut digit = if high < highest {
            divide(high, low, highest)
        } else {
            u64::MAX
        };
        let (_, window) = window.split_first_mut()?;
        add_multiple(window, opposite.get(1..)?, digit, digit);
        // Below 0, so the estimate was too large: add the divisor back, twice at most.
        while *window.last()? != 0 {
            digit = digit.wrapping_sub(1);
            add_multiple(window, divisor.get(1..)?, 1, 0);
        }
        if digit != 0 {
            // A limb beyond 256 bits has no place: None.
            *quotient.get_mut(offset)? = digit;
        }
    }
    if round_up && !is_zero(&rest) {
        // Plus 1; 0 after the greatest.
        add_multiple(&mut quotient, &divisor, 0, 1);
        if is_zero(&quotient) {
            return None;
        }
    }
    Some(U256::from_limbs(quotient))
}

/// `floor(a·b/2^shift)`, cut to 256 bits.
pub(crate) fn mul_shift(a: &U256, b: &U256, shift: u64) -> U256 {
    let mut limbs = [0; 10];
    product(&mut limbs, a, b);
    let bits = shift as u32 & 63;
    let mut result = [0; 4];
    // The product begins at the second limb.
    let first = (shift >> 6).min(8) as usize;
    let upper = limbs.get(first.wrapping_add(1)..).unwrap_or(&[]);
    for (to, pair) in result.iter_mut().zip(upper.windows(2)) {
        if let [lower, upper] = pair {
            *to = lower.wrapping_shr(bits) | (upper << 1).wrapping_shl(63_u32.wrapping_sub(bits));
        }
    }
    U256::from_limbs(result)
}

/// `a·b`; `None` above 256 bits. Cheaper in code than `U256::checked_mul`, as it is linked already.
#[must_use]
pub fn mul(a: U256, b: U256) -> Option<U256> {
    let mut result = [0; 10];
    product(&mut result, &a, &b);
    let [_, p0, p1, p2, p3, above @ ..] = result;
    is_zero(&above).then(|| U256::from_limbs([p0, p1, p2, p3]))
}

/// `floor(a/divisor)`; `None` if `divisor` is 0. Cheaper in code than `U256::checked_div`, as it is linked already.
#[must_use]
pub fn div_down(a: U256, divisor: U256) -> Option<U256> {
    mul_div(a, U256::ONE, divisor, false)
}

/// `floor(a·b/divisor)` with an exact product; `None` if `divisor` is 0 or the result needs more than 256 bits.
#[inline]
#[must_use]
pub fn mul_div_down(a: U256, b: U256, divisor: U256) -> Option<U256> {
    mul_div(a, b, divisor, false)
}

/// `ceil(a·b/divisor)` with an exact product; `None` if `divisor` is 0 or the result needs more than 256 bits.
#[inline]
#[must_use]
pub fn mul_div_up(a: U256, b: U256, divisor: U256) -> Option<U256> {
    mul_div(a, b, divisor, true)
}

/// `a·b < c·d`, exactly, for any arguments: how two fractions are compared without a division.
#[must_use]
pub fn mul_less(a: U256, b: U256, c: U256, d: U256) -> bool {
    let (mut left, mut right) = ([0; 10], [0; 10]);
    product(&mut left, &a, &b);
    product(&mut right, &c, &d);
    // The highest limb that differs decides.
    left.iter().rev().lt(right.iter().rev())
}

/// `floor(a·b/1e18)`: `a` in any unit times a WAD ratio `b`. `None` above 256 bits.
#[inline]
#[must_use]
pub fn wad_mul_down(a: U256, b: U256) -> Option<U256> {
    mul_div(a, b, WAD, false)
}

/// `ceil(a·b/1e18)`: `a` in any unit times a WAD ratio `b`. `None` above 256 bits.
#[inline]
#[must_use]
pub fn wad_mul_up(a: U256, b: U256) -> Option<U256> {
    mul_div(a, b, WAD, true)
}

/// `floor(a·1e18/b)`: the ratio of `a` to `b` in WAD. `None` if `b` is 0 or above 256 bits.
#[inline]
#[must_use]
pub fn wad_div_down(a: U256, b: U256) -> Option<U256> {
    mul_div(a, WAD, b, false)
}

/// `ceil(a·1e18/b)`: the ratio of `a` to `b` in WAD. `None` if `b` is 0 or above 256 bits.
#[inline]
#[must_use]
pub fn wad_div_up(a: U256, b: U256) -> Option<U256> {
    mul_div(a, WAD, b, true)
}
