//! `a·b/d` on an exact 512-bit product.
//!
//! Schoolbook multiplication and division on 32-bit digits (Knuth, The Art of Computer Programming, volume 2, 4.3.1,
//! algorithms M and D), because size decides: the division of `ruint` links ten times as many bytes of WASM, a fifth of what a contract
//! may have, and on a 32-bit machine it is no faster for the sizes that occur. For the same reason contract code does not use the
//! operators `*`, `/` and `%` of [`U256`], nor their checked forms, but what is here.

use alloy_primitives::U256;

use crate::WAD;

/// Digits of a product of two words of 256 bits, and one more for normalisation.
type Product = [u32; 17];

/// The 32-bit digits of a word, least first, and a zero above them.
fn digits(value: U256) -> [u32; 9] {
    let [a, b, c, d] = value.into_limbs();
    let high = |limb: u64| (limb >> 32) as u32;
    [
        a as u32,
        high(a),
        b as u32,
        high(b),
        c as u32,
        high(c),
        d as u32,
        high(d),
        0,
    ]
}

/// `a·b`, exactly.
#[inline(never)]
fn product(a: U256, b: U256) -> Product {
    let b = digits(b);
    let mut result = [0; 17];
    for (offset, digit) in digits(a).into_iter().enumerate() {
        if digit == 0 {
            continue;
        }
        // The row's ninth digit takes the last carry: nothing has been added there yet.
        let mut carry = 0_u64;
        for (to, other) in result.iter_mut().skip(offset).zip(&b) {
            // (2^32 − 1)² + 2·(2^32 − 1) = 2^64 − 1: no overflow.
            let sum = (digit as u64)
                .wrapping_mul(*other as u64)
                .wrapping_add(*to as u64)
                .wrapping_add(carry);
            *to = sum as u32;
            carry = sum >> 32;
        }
    }
    result
}

/// Shifts by less than 32 bits; what leaves at the top is 0 for all uses here.
fn shift_left(number: &mut [u32], bits: u32) {
    let mut carry = 0_u64;
    for digit in number {
        carry |= (*digit as u64).wrapping_shl(bits);
        *digit = carry as u32;
        carry >>= 32;
    }
}

/// The one body behind every division of this crate. Never inlined, so that it is linked once.
#[inline(never)]
fn mul_div(a: U256, b: U256, divisor: U256, round_up: bool) -> Option<U256> {
    let mut rest = product(a, b);
    let mut divisor = digits(divisor);
    // None for a divisor of 0.
    let last = divisor.iter().rposition(|&digit| digit != 0)?;
    // The divisor's highest bit goes to the top of its highest digit: an estimated digit of the quotient is then 2 too large at most.
    let bits = divisor.get(last)?.leading_zeros();
    shift_left(&mut divisor, bits);
    shift_left(&mut rest, bits);
    let highest = *divisor.get(last)? as u64;

    let mut quotient = [0_u32; 8];
    // last ≤ 7.
    for offset in (0..16_usize.wrapping_sub(last)).rev() {
        // One digit more than the divisor has.
        let window = rest.get_mut(offset..offset.wrapping_add(last).wrapping_add(2))?;
        let [.., second, first] = window else {
            return None;
        };
        let head = (*first as u64) << 32 | *second as u64;
        let mut digit = head.checked_div(highest)?.min(u32::MAX as u64);
        if digit == 0 {
            continue;
        }
        let mut borrow = 0_u64;
        for (from, other) in window.iter_mut().zip(&divisor) {
            // (2^32 − 1)² + 2^32: no overflow.
            let part = digit.wrapping_mul(*other as u64).wrapping_add(borrow);
            let (difference, under) = from.overflowing_sub(part as u32);
            *from = difference;
            borrow = (part >> 32).wrapping_add(under as u64);
        }
        // Too large an estimate: add the divisor back, twice at most.
        while borrow != 0 {
            digit = digit.wrapping_sub(1);
            let mut carry = 0_u64;
            for (to, other) in window.iter_mut().zip(&divisor) {
                carry = carry.wrapping_add(*to as u64).wrapping_add(*other as u64);
                *to = carry as u32;
                carry >>= 32;
            }
            borrow = borrow.wrapping_sub(carry);
        }
        if digit != 0 {
            // A digit beyond 256 bits has no place: None.
            *quotient.get_mut(offset)? = digit as u32;
        }
    }
    if round_up && rest != [0; 17] {
        for digit in &mut quotient {
            *digit = digit.wrapping_add(1);
            if *digit != 0 {
                return Some(from_digits(quotient));
            }
        }
        return None;
    }
    Some(from_digits(quotient))
}

fn from_digits(digits: [u32; 8]) -> U256 {
    let [a, b, c, d, e, f, g, h] = digits;
    let limb = |low: u32, high: u32| (high as u64) << 32 | low as u64;
    U256::from_limbs([limb(a, b), limb(c, d), limb(e, f), limb(g, h)])
}

/// `a·b`; `None` above 256 bits. Cheaper in code than `U256::checked_mul`, as it is linked already.
#[must_use]
pub fn mul(a: U256, b: U256) -> Option<U256> {
    mul_div(a, b, U256::ONE, false)
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
    // The highest digit that differs decides.
    product(a, b).iter().rev().lt(product(c, d).iter().rev())
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
